"""The commands on the registry: `promote`, `rollback`, `status`."""

import typer

from trainer.commands.connecting import open_registry
from trainer.commands.options import Json, Number
from trainer.exits import exiting


def promote(context: typer.Context, version: Number = None, as_json: Json = False) -> None:
    """Make a version that the gate let through the one that serves."""
    from trainer import output, promotion

    with exiting(as_json=as_json):
        moved = promotion.promote(open_registry(context.obj), version)
        output.show_promotion(moved, as_json=as_json)


def rollback(context: typer.Context, as_json: Json = False) -> None:
    """Make the version that served before the present one serve again."""
    from trainer import output, promotion

    with exiting(as_json=as_json):
        output.show_promotion(promotion.rollback(open_registry(context.obj)), as_json=as_json)


def status(context: typer.Context, as_json: Json = False) -> None:
    """Show the versions, what the gate said of each, and which one serves."""
    from trainer import output

    with exiting(as_json=as_json):
        registry = open_registry(context.obj)
        output.show_status(registry.production(), registry.versions(), as_json=as_json)
