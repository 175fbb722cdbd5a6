"""`trainer gate`."""

import typer

from trainer.commands.connecting import open_registry
from trainer.commands.options import GatePolicyFile, Json, Judged
from trainer.exits import Exit, exiting
from trainer.gate.policy import load_gate_policy
from trainer.settings import Settings


def gate(
    context: typer.Context,
    version: Judged = None,
    policy: GatePolicyFile = None,
    as_json: Json = False,
) -> None:
    """Judge a version again: by today's policy, beside the version that serves today."""
    from trainer.judging import gate_output
    from trainer.judging import judge as judging

    settings: Settings = context.obj
    with exiting(as_json=as_json):
        loaded = load_gate_policy(policy or settings.gate_policy_file)
        registry = open_registry(settings)
        found = registry.version(version) if version else registry.newest()
        judged = judging.judge_again(registry, found, loaded)
        gate_output.show_decision(found.number, judged.decision, as_json=as_json)
        if not judged.decision.passed:
            raise typer.Exit(Exit.REFUSED)
