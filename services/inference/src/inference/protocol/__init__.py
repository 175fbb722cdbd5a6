"""The Open Inference Protocol v2: what its bodies say, apart from HTTP."""
