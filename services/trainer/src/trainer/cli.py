"""The command line of the trainer; every command also speaks JSON."""

import typer

# What the commands on the registry need they import when they run: MLflow and scikit-learn take
# seconds to load, and `trainer rules` needs neither.
from trainer.commands import gate, registry, reproducing, rules, training

app = typer.Typer(
    name="trainer",
    help="Train, gate, promote and roll back the spam classifier in the MLflow registry, and "
    "measure the rules that stand before it.",
    epilog="Exit codes: 0 done, 1 error, 2 wrong usage, 3 refused by the gate, or rules below "
    "their bar, 4 trained again and not the same.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_PANELS = {
    "Training": (training.train, gate.gate, reproducing.reproduce),
    "Registry": (registry.promote, registry.rollback, registry.challenger, registry.status),
    "Rules": (rules.rules,),
}
"""The commands, in the order in which the help shows them; each has its function's name."""

for _panel, _commands in _PANELS.items():
    for _command in _commands:
        app.command(rich_help_panel=_panel)(_command)
