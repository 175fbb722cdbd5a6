"""`trainer train`."""

from typing import TYPE_CHECKING

import typer

from trainer.commands.connecting import note, open_registry, read_reported, shared_locks
from trainer.commands.options import (
    Data,
    GatePolicyFile,
    Ham,
    Json,
    LabelColumn,
    PackFile,
    Promote,
    Seed,
    Space,
    Spam,
    TextColumn,
    WithFeedback,
)
from trainer.console import show_corpus
from trainer.dataset.columns import Columns
from trainer.dataset.load import load
from trainer.exits import Exit, exiting
from trainer.gate.policy import load_gate_policy
from trainer.learning.search_space import load_search_space
from trainer.rule_policy import load_rule_policy
from trainer.rule_quality.scanning import open_engine
from trainer.settings import Settings

if TYPE_CHECKING:
    from trainer.reproduction.provenance import Provenance


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
    policy: GatePolicyFile = None,
    with_feedback: WithFeedback = False,
    promote: Promote = True,
    as_json: Json = False,
) -> None:
    """Train a version, put it through the gate, and promote it if it passes."""
    from trainer import output, training
    from trainer.learning.parallel import executor
    from trainer.plan import Plan
    from trainer.promotion import moves as promotion
    from trainer.signing import load_signer

    settings: Settings = context.obj
    with exiting(as_json=as_json):
        signer = load_signer(settings.signing_key_file) if settings.signing_key_file else None
        space = load_search_space(search_space or settings.search_space_file)
        columns = Columns.parse(text_column, label_column, spam, ham)
        plan = Plan(
            space=space,
            policy=load_gate_policy(policy or settings.gate_policy_file),
            engine=open_engine(rules or settings.rules_file, settings.rules_cache_folder),
            rule_policy=load_rule_policy(settings.rule_policy_file),
            seed=seed,
            jobs=settings.jobs,
            provenance=_provenance(settings, data, columns),
            log_messages=settings.log_messages,
            signer=signer,
            reported=read_reported(settings) if with_feedback else None,
        )
        registry, locks = open_registry(settings), shared_locks(settings)
        # First of all, so that a cluster that is not there is told at once.
        with executor(settings.scheduler):
            corpus = load(data, columns)
            show_corpus(corpus)
            with output.progress(training.count_work(plan)) as advance:
                outcome = training.train(corpus, plan, registry, locks, advance)
        moved = None
        if promote and outcome.decision.passed:
            told = note(settings, "trained, and let through by the gate")
            moved = promotion.promote(registry, locks, told, outcome.version.number)
        output.show_training(outcome, moved, as_json=as_json)
        if not outcome.decision.passed:
            raise typer.Exit(Exit.REFUSED)


def _provenance(settings: Settings, data: str, columns: Columns) -> "Provenance":
    from trainer.commit import find_commit
    from trainer.environment import fingerprint
    from trainer.reproduction.provenance import Provenance

    return Provenance(
        data=data,
        columns=columns,
        environment=fingerprint(settings.lock_file, settings.image_digest),
        commit=settings.git_commit or find_commit(),
        log_corpus=settings.log_corpus and settings.log_messages,
    )
