"""Errors of the gateway, beside those of `kit.errors`."""

from kit.errors import Unavailable


class ModelUnavailable(Unavailable):
    """No rule decided, and the model server gave no answer that can be used."""
