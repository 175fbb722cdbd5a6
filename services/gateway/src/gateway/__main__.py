"""Run the gateway: `python -m gateway`."""

import sys

from gateway.app import create_app
from gateway.keys.file import KeysError
from gateway.settings import Settings
from kit.logs import configure_logs
from kit.server import serve
from kit.settings import load_or_exit
from rules.errors import PackError


def main() -> None:
    """Read the settings and the rule pack, then serve until told to stop."""
    settings = load_or_exit(Settings)
    configure_logs("gateway", settings.log_level)
    try:
        app = create_app(settings)
    except PackError as error:
        sys.exit(f"the rule pack cannot be used: {error}")
    except KeysError as error:
        sys.exit(f"the API keys cannot be used: {error}")
    serve(app, settings, settings.port)


if __name__ == "__main__":
    main()
