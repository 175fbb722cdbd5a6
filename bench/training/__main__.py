"""Measure trainings on corpora of several sizes: `python -m bench.training`."""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.dataplane import results
from bench.dataplane.processes import free_port, running, two_cores, wait_until_ok
from bench.training.corpora import write_corpus
from bench.training.measuring import train
from bench.training.section import RESULTS
from trainer.dataset.load import load

ONE_CANDIDATE = Path(__file__).parent / "one_candidate.yaml"
SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)


def main() -> None:
    """Train on the demo corpus and on spliced ones; write the result after each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[0, *SIZES], help="0 is the demo")
    parser.add_argument("--search-space", type=Path, default=ONE_CANDIDATE)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"http://127.0.0.1:{free_port()}"
        command = [
            sys.executable, "-m", "mlflow", "server", "--port", url.rpartition(":")[2],
            "--backend-store-uri", f"sqlite:///{folder}/mlflow.db",
            "--artifacts-destination", str(folder / "artifacts"), "--workers", "1",
        ]  # fmt: skip
        log, quiet = folder / "mlflow.log", {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
        with running(command, log, core=two_cores().load, environment=quiet) as server:
            wait_until_ok(f"{url}/health", server, log)
            for size in asked.sizes:
                _keep(_measured(size, url, folder, asked.search_space))


def _measured(size: int, url: str, folder: Path, space: Path) -> dict[str, Any]:
    environment = {"TRAINER_SEARCH_SPACE_FILE": str(space.resolve())}
    about = {"search_space": space.name}
    if not size:
        return {**about, "corpus": "demo", **train("demo", url, folder, environment)}
    path = folder / f"{size}.csv"
    write_corpus(path, load("demo"), size)
    found = train(str(path), url, folder, environment)
    path.unlink()
    return {**about, "corpus": f"{size:,} spliced", **found}


def _keep(row: Mapping[str, Any]) -> None:
    """Put a row into the file of results, in the place of an earlier one of that corpus."""
    rows: Sequence[Mapping[str, Any]] = results.read(RESULTS).get("results", [])
    kept = [one for one in rows if one["corpus"] != row["corpus"]]
    ordered = sorted([*kept, row], key=lambda one: one["messages"])
    results.write(RESULTS, {**results.about(), "results": ordered})
    print(row, flush=True)  # noqa: T201 - the result


if __name__ == "__main__":
    main()
