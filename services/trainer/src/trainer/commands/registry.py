"""The commands on the registry: `promote`, `rollback`, `challenger`, `status`."""

import typer

from trainer.commands.connecting import note, open_registry, shared_locks
from trainer.commands.options import Clear, Json, Number, Reason, Refused
from trainer.exits import exiting
from trainer.settings import Settings


def promote(
    context: typer.Context,
    version: Number = None,
    reason: Reason = "promoted by command; no reason was given",
    as_json: Json = False,
) -> None:
    """Make a version that the gate let through the one that serves."""
    from trainer.promotion import moves as promotion
    from trainer.promotion import tables as registry_tables

    settings: Settings = context.obj
    with exiting(as_json=as_json):
        registry, locks = open_registry(settings), shared_locks(settings)
        moved = promotion.promote(registry, locks, note(settings, reason), version)
        registry_tables.show_promotion(moved, as_json=as_json)


def rollback(
    context: typer.Context,
    reason: Reason = "rolled back by command; no reason was given",
    as_json: Json = False,
) -> None:
    """Make the version that served before the present one serve again."""
    from trainer.promotion import moves as promotion
    from trainer.promotion import tables as registry_tables

    settings: Settings = context.obj
    with exiting(as_json=as_json):
        registry, locks = open_registry(settings), shared_locks(settings)
        moved = promotion.rollback(registry, locks, note(settings, reason))
        registry_tables.show_promotion(moved, as_json=as_json)


def challenger(
    context: typer.Context,
    version: Number = None,
    clear: Clear = False,
    refused: Refused = False,
    as_json: Json = False,
) -> None:
    """Have a version scored in the shadow of the one that serves."""
    from trainer.promotion import challenger
    from trainer.promotion import tables as registry_tables

    if clear and (version is not None or refused):
        msg = "--clear goes without a version and without --refused"
        raise typer.BadParameter(msg)
    with exiting(as_json=as_json):
        registry, locks = open_registry(context.obj), shared_locks(context.obj)
        if clear:
            challenger.withdraw(registry, locks)
            number = None
        else:
            number = challenger.challenge(registry, locks, version, refused=refused)
        registry_tables.show_challenger(number, as_json=as_json)


def status(context: typer.Context, as_json: Json = False) -> None:
    """Show the versions, the gate's decisions, the promotions, the aliases, and what serves."""
    from trainer.promotion import serving
    from trainer.promotion import tables as registry_tables
    from trainer.promotion.status import read_status

    settings: Settings = context.obj
    with exiting(as_json=as_json):
        registry = open_registry(settings)
        served = serving.ask(settings.inference_url) if settings.inference_url else None
        registry_tables.show_status(read_status(registry, served), as_json=as_json)
