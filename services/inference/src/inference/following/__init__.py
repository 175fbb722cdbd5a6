"""Following an alias of the registry, and swapping in what it names."""
