"""Run hamgate on this machine: `python -m laptop`."""

import signal
import sys

# Nothing is started yet: a Ctrl-C while the imports run ends this process without a traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from laptop.command import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
