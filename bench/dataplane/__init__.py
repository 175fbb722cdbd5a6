"""The two services under load, beside what they could be and what others are."""
