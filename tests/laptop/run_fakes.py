"""Run `python -m laptop` on a stack of fakes. Usage: run_fakes.py JOBS, JSON of name → job."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import laptop.__main__  # noqa: F401 - its handling of an early Ctrl-C
from laptop.command import main
from laptop.settings import Settings
from laptop.stack import Stack
from laptop.state import StateFolder
from laptop.supervisor import Program

JOBS = json.loads(sys.argv[1])
FAKE = str(Path(__file__).with_name("fake_service.py"))


def build(settings: Settings, state: StateFolder, environ: Mapping[str, str]) -> Stack:
    """Return a stack of which every program is the fake service with its job."""
    return Stack(
        **{
            name: Program(name, (sys.executable, FAKE, json.dumps(job)), environ)
            for name, job in JOBS.items()
        }
    )


if __name__ == "__main__":
    sys.exit(main(build))
