"""The command line of the trainer; every command also speaks JSON."""

from pathlib import Path
from typing import Annotated

import typer

from trainer import output, promotion, training
from trainer.dataset.columns import Columns
from trainer.dataset.load import load
from trainer.evaluation import count_steps
from trainer.exits import Exit, exiting
from trainer.gate import Policy
from trainer.registry import Registry
from trainer.search_space import load_search_space
from trainer.settings import Settings

app = typer.Typer(
    name="trainer",
    help="Train, gate, promote and roll back the spam classifier in the MLflow registry.",
    epilog="Exit codes: 0 done, 1 error, 2 wrong usage, 3 refused by the gate.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]
Data = Annotated[
    str,
    typer.Option(
        help="demo, uci (downloads the original SMS Spam Collection), or a .csv, .tsv, .jsonl or "
        ".parquet file, local or s3://bucket/key."
    ),
]
Seed = Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of the folds.")]
Space = Annotated[Path | None, typer.Option(help="YAML file with the candidates to try.")]
Promote = Annotated[bool, typer.Option(help="Move the alias if the gate lets the version through.")]
Number = Annotated[
    str | None,
    typer.Argument(help="Number of the version; the newest that passed the gate if left out."),
]


@app.command()
def train(
    context: typer.Context,
    data: Data = "demo",
    text_column: Annotated[str, typer.Option(help="Column with the message.")] = "text",
    label_column: Annotated[str, typer.Option(help="Column with the label.")] = "label",
    spam: Annotated[str, typer.Option(help="Label values that mean spam, by commas.")] = "spam",
    ham: Annotated[str, typer.Option(help="Label values that mean ham, by commas.")] = "ham",
    seed: Seed = 0,
    search_space: Space = None,
    promote: Promote = True,
    as_json: Json = False,
) -> None:
    """Train a version, put it through the gate, and promote it if it passes."""
    settings: Settings = context.obj
    with exiting(as_json=as_json):
        space = load_search_space(search_space or settings.search_space_file)
        columns = Columns.parse(text_column, label_column, spam, ham)
        registry = _registry(context)
        corpus = load(data, columns)
        output.show_corpus(corpus)
        plan = training.Plan(space, Policy(settings.gate_min_f1), seed, settings.jobs)
        with output.progress(count_steps(space)) as advance:
            outcome = training.train(corpus, plan, registry, advance)
        moved = None
        if promote and outcome.decision.passed:
            moved = promotion.promote(registry, outcome.version.number)
        output.show_training(outcome, moved, as_json=as_json)
        if not outcome.decision.passed:
            raise typer.Exit(Exit.REFUSED)


@app.command()
def promote(context: typer.Context, version: Number = None, as_json: Json = False) -> None:
    """Make a version that the gate let through the one that serves."""
    with exiting(as_json=as_json):
        output.show_promotion(promotion.promote(_registry(context), version), as_json=as_json)


@app.command()
def rollback(context: typer.Context, as_json: Json = False) -> None:
    """Make the version that served before the present one serve again."""
    with exiting(as_json=as_json):
        output.show_promotion(promotion.rollback(_registry(context)), as_json=as_json)


@app.command()
def status(context: typer.Context, as_json: Json = False) -> None:
    """Show the versions, what the gate said of each, and which one serves."""
    with exiting(as_json=as_json):
        registry = _registry(context)
        output.show_status(registry.production(), registry.versions(), as_json=as_json)


def _registry(context: typer.Context) -> Registry:
    settings: Settings = context.obj
    return Registry(settings.tracking_uri, settings.experiment)
