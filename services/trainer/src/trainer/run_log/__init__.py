"""What a training leaves in its run: pure makers of text and bytes, and the logging of them."""
