"""How long to leave a registry alone that does not answer."""

LONGEST_SECONDS = 60.0
_MOST_DOUBLINGS = 20


def backed_off(seconds: float, failures: int) -> float:
    """Return `seconds`, doubled for each failure in a row, up to `LONGEST_SECONDS` or `seconds`."""
    longest = max(seconds, LONGEST_SECONDS)
    return min(seconds * 2.0 ** min(failures, _MOST_DOUBLINGS), longest)
