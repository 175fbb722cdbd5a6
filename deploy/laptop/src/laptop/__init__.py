"""hamgate on one machine: starts the three services and MLflow, and ends them again."""
