"""The model server: Open Inference Protocol v2 over the registry's Production version."""
