"""The control plane: tune, evaluate, gate, register, promote and roll back."""
