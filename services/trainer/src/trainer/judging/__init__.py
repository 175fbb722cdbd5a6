"""What a version is judged by: the report on it, the champion beside it, the gate's decision."""
