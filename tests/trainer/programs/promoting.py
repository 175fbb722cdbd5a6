"""Promote versions, one after the other: `promoting.py TRACKING_URI URL NUMBER…`."""

import sys

from trainer.locks import open_locks
from trainer.promotion.moves import Note, promote
from trainer.registry import Registry

tracking_uri, url, *numbers = sys.argv[1:]
registry = Registry(tracking_uri, "test")
locks = open_locks(url, seconds=120, holder="promoting")
for number in numbers:
    promote(registry, locks, Note("promoting", "at the same time"), number)
