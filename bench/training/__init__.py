"""What a training takes in time and memory, against the number of messages."""
