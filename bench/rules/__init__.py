"""The rule engine beside Python's `re` and google-re2."""
