"""Where a benchmark runs: its folder, its cores, the corpus, and the registries with a version."""

import os
import signal
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.dataplane.messages import Messages
from bench.dataplane.processes import Cores, needed, two_cores
from bench.dataplane.registry import Model, ModelKind, Trained, registry
from rules.engine import Engine
from rules.loading import load_engine
from rules.pack import default_pack_path
from trainer.dataset.load import load


@dataclass(frozen=True)
class Place:
    """What every measurement works with."""

    folder: Path
    cores: Cores
    engine: Engine
    corpus: Messages
    trained: Mapping[ModelKind, Trained]
    models: Mapping[ModelKind, Model]
    """The model of each registry."""

    def log(self, name: str) -> Path:
        """Return where the output of a program goes."""
        return self.folder / f"{name}.log"


@contextmanager
def place(kinds: Iterable[ModelKind]) -> Iterator[Place]:
    """Prepare all that servers need: a registry with a trained version for each kind of model."""
    needed("wrk", "taskset")
    # Else a SIGTERM would leave behind all that was started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to stop"))
    cores = two_cores()
    with tempfile.TemporaryDirectory(prefix="hamgate-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        rules_cache = folder / "rules-cache"
        engine = load_engine(default_pack_path(), rules_cache)
        trained, models = {}, {}
        for kind in kinds:
            running = stack.enter_context(registry(folder / kind, cores, kind, rules_cache))
            running.train()
            trained[kind], models[kind] = running, running.model()
        corpus = Messages.split(load("demo").texts, engine)
        # From here on this process is a part of the load.
        os.sched_setaffinity(0, {cores.load})
        yield Place(folder, cores, engine, corpus, trained, models)
