"""Measure the data plane: `python -m bench.dataplane [--peers | --all | --only NAME…]`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.dataplane import curves, peers, results, section
from bench.dataplane.place import place
from bench.dataplane.registry import ModelKind
from bench.dataplane.run import Run
from bench.dataplane.systems import CHAR, SYSTEMS, System
from bench.tables import show

CURVES = "curves"
_CURVE_SECONDS = 3


def options() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--peers", action="store_true", help="measure the peers instead")
    which.add_argument("--all", action="store_true", help="measure the peers too, in one run")
    names = [*(system.name for system in SYSTEMS), CURVES]
    which.add_argument("--only", nargs="+", choices=names, metavar="NAME", help="; ".join(names))
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured")
    parser.add_argument("--seconds", type=int, default=5, help="how long each time")
    parser.add_argument("--output", type=Path, default=results.LATEST, help="where results go")
    return parser.parse_args()


def chosen(asked: argparse.Namespace) -> list[System]:
    """Return the systems to measure; peers that are not installed are told and left out.

    Raises:
        SystemExit: One was asked for by name that is not installed.
    """
    if asked.only:
        systems = [system for system in SYSTEMS if system.name in asked.only]
    else:
        systems = [s for s in SYSTEMS if asked.all or s.peer is asked.peers]
    missing = [s.name for s in systems if s.peer and not peers.installed(s.deployment)]
    if missing:
        advice = (
            f"not installed: {', '.join(missing)}; make bench-peers installs what pip can, "
            "rspamd needs the system's rspamd and redis-server"
        )
        if asked.only:
            sys.exit(advice)
        sys.stderr.write(f"{advice}\n")
    return [system for system in systems if system.name not in missing]


def measured(systems: Sequence[System], asked: argparse.Namespace) -> dict[str, Any]:
    """Return the results of a run."""
    with_curves = CURVES in asked.only if asked.only else not asked.peers
    deployments = [system.deployment for system in systems]
    if with_curves:
        deployments.append(next(s.deployment for s in SYSTEMS if s.name == CHAR))
    # The monolith and the peers serve the character model too.
    kinds: list[ModelKind] = ["char", "word"] if "hamgate-word" in deployments else ["char"]
    versions = [peers.version(s.deployment) for s in systems if s.peer]
    found = results.about({name: v for one in versions for name, v in one.items()})
    with place(kinds) as where, Run.of(where, deployments, asked.seconds) as run:
        found["settings"] = {"rounds": asked.rounds, "seconds": asked.seconds, **run.corpora()}
        found["results"] = list(run.rows(systems, asked.rounds))
        if with_curves:
            hamgate = run.deployed[deployments[-1]]
            found["curves"] = [
                *curves.by_length(where, hamgate, _CURVE_SECONDS),
                *curves.by_batch(where, hamgate, _CURVE_SECONDS),
            ]
    return found


def main() -> None:
    """Measure, print the tables and write the results."""
    asked = options()
    found = results.merged(results.read(asked.output), measured(chosen(asked), asked))
    results.write(asked.output, found)
    for table in section.tables(found):
        show(table)


if __name__ == "__main__":
    main()
