"""The rule layer: packs of patterns as data, and the engine that decides with them."""
