"""Benchmarks: what is measured beside what, reproducibly; `make bench` runs them."""
