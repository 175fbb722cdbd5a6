"""Run the gateway: `python -m gateway`."""

import sys

from gateway.keys.file import KeysError
from gateway.settings import Settings
from kit.logs import configure_logs
from kit.settings import load_or_exit
from rules.errors import PackError
from rules.loading import load_engine


def main() -> None:
    """Read the settings and the rule pack, then serve until told to stop."""
    settings = load_or_exit(Settings)
    configure_logs("gateway", settings.log_level)
    try:
        engine = load_engine(settings.pack_path, settings.rules_cache_folder)
    except PackError as error:
        sys.exit(f"the rule pack cannot be used: {error}")
    # Behind the rules: the web framework then takes memory that loading them has left, and a bad
    # pack is told of a second earlier.
    from gateway.app import create_app  # noqa: PLC0415
    from kit.server import serve  # noqa: PLC0415

    try:
        app = create_app(settings, engine)
    except KeysError as error:
        sys.exit(f"the API keys cannot be used: {error}")
    serve(app, settings, settings.port)


if __name__ == "__main__":
    main()
