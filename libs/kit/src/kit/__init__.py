"""What two services need and must never drift: text, names, wire types, logs, probes, metrics."""
