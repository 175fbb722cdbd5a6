"""Disguises undone: from a normalised text to the squeezed one."""
