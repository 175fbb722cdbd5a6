"""The data room: labelled messages from a file, S3 or a package, checked, counted and deduplicated.

Start at `load.load`. Only `sources` and `uci` touch the outside; the rest is pure.
"""
