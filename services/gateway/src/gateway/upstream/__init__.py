"""The way to the model: messages coalesced into calls, calls spread over addresses."""
