"""Look after the database: `python -m store upgrade`, `python -m store status`.

Exit codes: 0, the database is made for this release; 1, it is not, or does not answer, and one line
says why; 2, a setting or the command is wrong.
"""

import argparse
import sys

from kit.settings import load_or_exit
from store.address import shown
from store.engine import open_engine
from store.errors import AddressUnusable, StoreError
from store.migrating import upgrade
from store.schema import check_schema
from store.settings import Settings
from store.tables import REVISION


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m store", description="Look after the database.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("upgrade", help="make the tables, or change them to those of this release")
    commands.add_parser("status", help="say whether they are")
    command = parser.parse_args().command
    settings = load_or_exit(Settings)
    address = settings.database_url.get_secret_value()
    try:
        engine = open_engine(address, seconds=settings.seconds)
    except AddressUnusable as error:
        sys.stderr.write(f"STORE_DATABASE_URL: {error}\n")
        sys.exit(2)
    try:
        if command == "upgrade":
            upgrade(engine)
        check_schema(engine)
    except StoreError as error:
        sys.exit(f"hamgate: {error}")
    finally:
        engine.dispose()
    sys.stdout.write(f"{shown(address)} has the tables of this release (revision {REVISION})\n")


if __name__ == "__main__":
    main()
