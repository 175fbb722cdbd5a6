"""The command line of the trainer; every command also speaks JSON."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rules.matching.cache import Cache
from trainer.console import out, print_json, say, show_corpus
from trainer.dataset.columns import Columns
from trainer.dataset.load import load
from trainer.exits import Exit, exiting
from trainer.gate import Policy
from trainer.rule_policy import load_rule_policy
from trainer.rule_quality.page import render_page, write_page
from trainer.rule_quality.quality import assess
from trainer.rule_quality.scanning import open_engine
from trainer.rule_quality.tables import show_quality
from trainer.search_space import load_search_space
from trainer.settings import Settings
from trainer.signing import load_signer

# The commands on the registry import what they need when they run: MLflow and scikit-learn take
# seconds to load, and `trainer rules` needs neither.
# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from trainer.registry import Registry

app = typer.Typer(
    name="trainer",
    help="Train, gate, promote and roll back the spam classifier in the MLflow registry, and "
    "measure the rules that stand before it.",
    epilog="Exit codes: 0 done, 1 error, 2 wrong usage, 3 refused by the gate, or rules below "
    "their bar.",
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
TextColumn = Annotated[str, typer.Option(help="Column with the message.")]
LabelColumn = Annotated[str, typer.Option(help="Column with the label.")]
Spam = Annotated[str, typer.Option(help="Label values that mean spam, by commas.")]
Ham = Annotated[str, typer.Option(help="Label values that mean ham, by commas.")]
Seed = Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of the folds.")]
Space = Annotated[Path | None, typer.Option(help="YAML file with the candidates to try.")]
PackFile = Annotated[
    Path | None, typer.Option(help="YAML file with the rule pack; the one shipped if left out.")
]
PolicyFile = Annotated[Path | None, typer.Option(help="YAML file with the bar of the rules.")]
MinCoverage = Annotated[
    float | None,
    typer.Option(
        min=0, max=1, help="Least share of the spam that the pack decides, instead of the policy's."
    ),
]
Html = Annotated[
    Path | None,
    typer.Option(help="Also write a page there, with the messages missed and wrongly hit."),
]
Promote = Annotated[bool, typer.Option(help="Move the alias if the gate lets the version through.")]
Number = Annotated[
    str | None,
    typer.Argument(help="Number of the version; the newest that passed the gate if left out."),
]


@app.command()
def train(
    context: typer.Context,
    data: Data = "demo",
    text_column: TextColumn = "text",
    label_column: LabelColumn = "label",
    spam: Spam = "spam",
    ham: Ham = "ham",
    seed: Seed = 0,
    search_space: Space = None,
    rules: PackFile = None,
    promote: Promote = True,
    as_json: Json = False,
) -> None:
    """Train a version, put it through the gate, and promote it if it passes."""
    from trainer import output, promotion, training
    from trainer.evaluation import count_steps
    from trainer.parallel import executor

    settings: Settings = context.obj
    with exiting(as_json=as_json):
        signer = load_signer(settings.signing_key_file) if settings.signing_key_file else None
        space = load_search_space(search_space or settings.search_space_file)
        columns = Columns.parse(text_column, label_column, spam, ham)
        plan = training.Plan(
            space=space,
            policy=Policy(settings.gate_min_f1, settings.gate_min_system_f1, settings.gate_rules),
            engine=open_engine(rules or settings.rules_file, settings.rules_cache_folder),
            rule_policy=load_rule_policy(settings.rule_policy_file),
            seed=seed,
            jobs=settings.jobs,
            signer=signer,
        )
        registry = _registry(settings)
        corpus = load(data, columns)
        show_corpus(corpus)
        scheduler = settings.dask_scheduler if settings.executor == "dask" else None
        with executor(scheduler), output.progress(count_steps(space)) as advance:
            outcome = training.train(corpus, plan, registry, advance)
        moved = None
        if promote and outcome.decision.passed:
            moved = promotion.promote(registry, outcome.version.number)
        output.show_training(outcome, moved, as_json=as_json)
        if not outcome.decision.passed:
            raise typer.Exit(Exit.REFUSED)


@app.command()
def rules(
    context: typer.Context,
    pack: PackFile = None,
    data: Data = "demo",
    text_column: TextColumn = "text",
    label_column: LabelColumn = "label",
    spam: Spam = "spam",
    ham: Ham = "ham",
    policy: PolicyFile = None,
    min_coverage: MinCoverage = None,
    html: Html = None,
    as_json: Json = False,
) -> None:
    """Measure every rule of a pack on a corpus, and hold the enforced ones against their bar."""
    settings: Settings = context.obj
    with exiting(as_json=as_json):
        bar = load_rule_policy(policy or settings.rule_policy_file, min_coverage)
        engine = open_engine(pack or settings.rules_file, settings.rules_cache_folder)
        corpus = load(data, Columns.parse(text_column, label_column, spam, ham))
        show_corpus(corpus)
        assessed = assess(engine, corpus, bar, Cache(settings.rules_cache_folder))
        report = assessed.report
        if html:
            write_page(html, render_page(assessed))
        if as_json:
            print_json(report)
        else:
            show_quality(report, out)
        for shortfall in report.shortfalls:
            say(f"below the bar: {shortfall}")
        if html:
            say(f"the messages are in {html}")
        if report.shortfalls:
            raise typer.Exit(Exit.REFUSED)


@app.command()
def promote(context: typer.Context, version: Number = None, as_json: Json = False) -> None:
    """Make a version that the gate let through the one that serves."""
    from trainer import output, promotion

    with exiting(as_json=as_json):
        moved = promotion.promote(_registry(context.obj), version)
        output.show_promotion(moved, as_json=as_json)


@app.command()
def rollback(context: typer.Context, as_json: Json = False) -> None:
    """Make the version that served before the present one serve again."""
    from trainer import output, promotion

    with exiting(as_json=as_json):
        output.show_promotion(promotion.rollback(_registry(context.obj)), as_json=as_json)


@app.command()
def status(context: typer.Context, as_json: Json = False) -> None:
    """Show the versions, what the gate said of each, and which one serves."""
    from trainer import output

    with exiting(as_json=as_json):
        registry = _registry(context.obj)
        output.show_status(registry.production(), registry.versions(), as_json=as_json)


def _registry(settings: Settings) -> "Registry":
    from trainer.registry import Registry

    return Registry(settings.tracking_uri, settings.experiment)
