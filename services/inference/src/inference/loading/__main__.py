"""Run the loader: `python -m inference.loading`.

A process of its own, because what it needs (MLflow's client, scikit-learn, skops) takes more memory
than all of the serving process, and what it does would hold up requests.
"""

import os

_NICEST = 19


def main() -> None:
    """Give way to all others, then carry out the order on stdin."""
    os.nice(_NICEST)
    # Behind that: importing scikit-learn takes longer than most of what it is for.
    from inference.loading.loader import run  # noqa: PLC0415

    run()


if __name__ == "__main__":
    main()
