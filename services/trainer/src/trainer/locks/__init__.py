"""Locks between trainers, wherever they run: in the database that all of them know."""

from trainer.locks.lock import Held, Locks
from trainer.locks.opening import open_locks

__all__ = ["Held", "Locks", "open_locks"]
