"""`trainer rules`."""

import typer

from rules.matching.cache import Cache
from trainer.commands.options import (
    Data,
    Ham,
    Html,
    Json,
    LabelColumn,
    MinCoverage,
    PackFile,
    PolicyFile,
    Spam,
    TextColumn,
)
from trainer.console import out, print_json, say, show_corpus
from trainer.dataset.columns import Columns
from trainer.dataset.load import load
from trainer.exits import Exit, exiting
from trainer.rule_policy import load_rule_policy
from trainer.rule_quality.page import render_page, write_page
from trainer.rule_quality.quality import assess
from trainer.rule_quality.scanning import open_engine
from trainer.rule_quality.tables import show_quality
from trainer.settings import Settings


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
