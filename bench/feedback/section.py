"""Feedback's part of docs/benchmarks.md."""

from typing import Any

from bench.feedback.attacks import ROWS
from bench.machine import described
from bench.tables import Table

HEAD = """## Feedback under attack

From [`bench/results/feedback.json`](../bench/results/feedback.json); `make bench-feedback` measures
anew and takes some minutes.

- Machine: {machine}
- Versions: {versions}

Every training is on the demo corpus, with one candidate (words, C=100), three by three folds
and the [policy](feedback.md) as it is shipped. An attacker sends {rows:,} mislabelled messages:

- **labels turned**: spam called ham and ham called spam by turns, spliced from halves of messages;
- **ham as spam**, **spam as ham**: messages of the corpus with one word exchanged;
- **one ham**: one ham of the corpus with up to five words exchanged, called spam, so that messages
  like it are stopped;
- **a campaign**: one spam of it, called ham, so that messages like it get through.

The attacker speaks as one reporter; as 200 made-up names under one API key; as 200 names without a
key, two of which say the same of each message; and as 20 API keys, two of which do so.

The new channel is GENERATED from templates (`bench/feedback/channel.py`): 200 messages are
reported by 60 users of four apps, each message by one to three of them, and 400 others are held
out. It shows that good labels get through, and nothing about spam as it is written.
"""


def tables(found: dict[str, Any]) -> list[Table]:
    """Return all tables of a run."""
    return [_attacks(found), _channel(found)]


def section(found: dict[str, Any]) -> str:
    """Return the part of the page about a run of `bench.feedback`."""
    named = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    head = HEAD.format(machine=described(found["machine"]), versions=named, rows=ROWS)
    return "\n\n".join([head.rstrip(), *(table.markdown() for table in tables(found))])


def _of(found: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [result for result in found["results"] if result["kind"] == kind]


def _attacks(found: dict[str, Any]) -> Table:
    (alone,) = _of(found, "alone")
    attacks = _of(found, "attack")
    guises = list(dict.fromkeys(row["guise"] for row in attacks))
    rows = []
    for unguarded in _of(found, "unguarded"):
        of_aim = {row["guise"]: row for row in attacks if row["aim"] == unguarded["aim"]}
        cells = (_change(of_aim[guise], alone) for guise in guises)
        rows.append([unguarded["aim"], *cells, f"{unguarded['f1'] - alone['f1']:+.4f}"])
    note = (
        f"Change of spam F1 on the corpus, by nested cross-validation; without feedback it is "
        f"{alone['f1']:.4f}. In brackets: rows taken, and their weight. Last: what the attack does "
        "where there are no guards."
    )
    header = ["what is sent", *guises, "no guards"]
    return Table("What an attacker of 2,000 messages does", header, rows, note)


def _change(row: dict[str, Any], alone: dict[str, Any]) -> str:
    feedback = row["feedback"]
    taken = f"{feedback['taken']} at {feedback['factor']:g}" if feedback["taken"] else "none"
    return f"{row['f1'] - alone['f1']:+.4f} ({taken})"


def _channel(found: dict[str, Any]) -> Table:
    (alone,), (honest,) = _of(found, "alone"), _of(found, "honest")
    rows = [["no feedback", f"{alone['channel_recall']:.1%}", "", "", ""]]
    named = [("honest feedback", honest)]
    named += [(f"honest, and {row['guise']}", row) for row in _of(found, "both")]
    for name, row in named:
        feedback = row["feedback"]
        cells = [
            f"{row['channel_recall']:.1%}",
            f"{row['channel_wronged']:.1%}",
            f"{row['f1'] - alone['f1']:+.4f}",
            f"{feedback['taken']} at {feedback['factor']:g}; {len(row['harmful'])} keys left out",
        ]
        rows.append([name, *cells])
    note = (
        "Held-out messages of the channel by the model that is stored. The attacker, where there "
        "is one, turns labels."
    )
    header = ["feedback", "recall", "ham called spam", "F1 on the corpus", "rows taken"]
    return Table("What honest feedback does", header, rows, note)
