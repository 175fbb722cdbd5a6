"""The trainings' part of docs/benchmarks.md."""

from collections.abc import Mapping
from typing import Any

from bench.dataplane import results
from bench.machine import described
from bench.tables import Table, number

RESULTS = results.FOLDER / "training.json"
LIMIT_BYTES = 4 * 1024**3
"""What a training on a million messages may take."""

HEAD = """## Training

From [`bench/results/training.json`](../bench/results/training.json); `make bench-training`
measures anew.

- Machine: {machine}

`trainer train` against an MLflow server on SQLite and local files, with a search space of the
largest candidate alone and few folds (`bench/training/one_candidate.yaml`): more candidates and
folds take more time in proportion, and no more memory. The first corpus is the demo; the others are
spliced from it: halves of different messages of one label, with other digits in every number and an
invented word for one in fifty, none twice. They are easier to tell apart than real ones, so their
F1 says that nothing broke, and no more.

**Memory** is the largest sum of the proportional set sizes (PSS) of the trainer and all its
processes, looked at five times a second; MLflow's server is not in it. **CPU** is their user and
system time, steadier than the clock on a machine with other work. **Judged** are the messages that
the corpus is tuned and evaluated on; all are fitted.
"""


def section(found: Mapping[str, Any]) -> str:
    """Return the section as Markdown."""
    head = HEAD.format(machine=described(found["machine"])).rstrip()
    rows = [
        [
            one["corpus"],
            f"{one['messages']:,}",
            f"{one['judged']:,}",
            f"{number(one['cpu_seconds'])} s",
            f"{number(one['seconds'])} s",
            f"{one['peak_bytes'] / 2**20:,.0f} MiB",
            f"{one['model_bytes'] / 2**20:.1f} MiB",
            f"{one['f1']:.4f}",
        ]
        for one in found["results"]
    ]
    header = ["corpus", "fitted", "judged", "CPU", "clock", "memory", "model file", "F1"]
    table = Table("Time and memory by the number of messages", header, rows)
    return f"{head}\n\n![What a training takes](training.svg)\n\n{table.markdown()}"
