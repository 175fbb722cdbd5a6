"""What reporters say of messages: on the way from a request to the database."""
