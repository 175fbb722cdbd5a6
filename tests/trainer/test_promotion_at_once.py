import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

from fixtures.mlflow import MlflowServer
from fixtures.versions import Logged
from kit.registry import GATE_PASSED, PRODUCTION, TAG_GATE, TAG_PREVIOUS, TAG_PROMOTIONS
from trainer.registry import Registry

PROGRAM = Path(__file__).parent / "programs" / "promoting.py"
PROCESSES = 4
EACH = 3


def test_promotions_at_once_come_one_after_the_other(
    any_registry: MlflowServer, any_logged: Logged
) -> None:
    """Four processes promote three versions each: none is lost, each follows on the one before."""
    registry = Registry(any_registry.url, "test")
    numbers = [
        any_logged.register(registry, **{TAG_GATE: GATE_PASSED}).number
        for _ in range(PROCESSES * EACH)
    ]
    arguments = (any_registry.url, any_registry.database_url)
    processes = [
        subprocess.Popen([sys.executable, PROGRAM, *arguments, *numbers[start::PROCESSES]])
        for start in range(PROCESSES)
    ]
    assert [process.wait(240) for process in processes] == [0] * PROCESSES

    model = registry.model()
    history = json.loads(model.tags[TAG_PROMOTIONS])
    assert sorted(history) == sorted(numbers)
    assert model.aliases[PRODUCTION] == history[-1]
    assert registry.version(history[0]).tags[TAG_PREVIOUS] == ""
    for before, number in pairwise(history):
        assert registry.version(number).tags[TAG_PREVIOUS] == before
