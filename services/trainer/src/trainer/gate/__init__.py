"""The gate: a pure function from reports and policy to a decision with every reason."""
