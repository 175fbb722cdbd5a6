"""`trainer reproduce`."""

import typer

from trainer.commands.connecting import open_registry
from trainer.commands.options import Json, Run
from trainer.exits import Exit, exiting
from trainer.settings import Settings


def reproduce(context: typer.Context, run: Run, as_json: Json = False) -> None:
    """Train a version again from what its run has logged, and say whether it is bit-identical."""
    from trainer import output
    from trainer.commit import find_commit
    from trainer.environment import fingerprint
    from trainer.reproduction import reproduce as reproduction
    from trainer.reproduction.original import fetch_original
    from trainer.reproduction.output import show_reproduction

    settings: Settings = context.obj
    with exiting(as_json=as_json):
        original = fetch_original(open_registry(settings), run)
        here = reproduction.Here(
            environment=fingerprint(settings.lock_file, settings.image_digest),
            commit=settings.git_commit or find_commit(),
            jobs=settings.jobs,
        )
        with output.progress(reproduction.count_steps(original)) as advance:
            done = reproduction.reproduce(original, here, advance)
        show_reproduction(done, as_json=as_json)
        if not done.identical:
            raise typer.Exit(Exit.DIFFERS)
