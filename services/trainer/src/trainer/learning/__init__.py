"""The model: what is tried, how it is chosen, fitted and evaluated."""
