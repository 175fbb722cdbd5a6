"""Which version serves: promotion and the way back, the challenger, the status."""
