"""Run the model server: `python -m inference`."""

from inference.settings import Settings
from kit.logs import configure_logs
from kit.server import serve
from kit.settings import load_or_exit


def main() -> None:
    """Read the settings, then serve until told to stop."""
    settings = load_or_exit(Settings)
    configure_logs("inference", settings.log_level)
    # Behind the settings: importing a web framework takes most of a second, a bad setting none.
    from inference.app import create_app  # noqa: PLC0415

    serve(create_app(settings), settings, settings.port)


if __name__ == "__main__":
    main()
