import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import httpx2

from fixtures.keys import new_key, private_pem, public_pem
from fixtures.processes import free_port, wait_until_ok
from fixtures.services import service
from fixtures.versions import Shelf
from inference.versions.cache import Cache
from kit.registry import PRODUCTION

POLL_SECONDS = 0.1
SWAPS = 50
SETTLED = 10
"""Swaps after which the process has all the memory that it works with."""
HEAVY = ("mlflow", "sklearn", "scipy", "skops", "pandas", "requests")


def environment(shelf: Shelf, folder: Path, **more: str) -> dict[str, str]:
    """What the model server is told."""
    return {
        "INFERENCE_TRACKING_URI": shelf.server.url,
        "INFERENCE_POLL_SECONDS": str(POLL_SECONDS),
        "INFERENCE_CACHE_DIR": str(folder / "cache"),
        **more,
    }


def resident_mb(process: "subprocess.Popen[bytes]") -> float:
    """The memory of a process, in MB."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found
    return int(found.group(1)) / 1024


def wait_for(what: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def version_at(url: str) -> str:
    """The version that serves."""
    versions: list[str] = httpx2.get(f"{url}/v2/models/spam-classifier").json()["versions"]
    return versions[0]


def sample(url: str, name: str) -> float:
    """The value of a metric of the alias `Production`."""
    text = httpx2.get(f"{url}/metrics").text
    found = re.search(rf'^{name}{{alias="Production"}} (\S+)$', text, re.MULTILINE)
    assert found
    return float(found.group(1))


def test_the_serving_process_stays_small(shelf: Shelf, tmp_path: Path) -> None:
    """It never imports what a version is fetched and verified with, and takes less than 200 MB."""
    shelf.put()
    log = tmp_path / "inference.log"
    with service("inference", tmp_path, **environment(shelf, tmp_path)) as (process, url):
        wait_until_ok(f"{url}/readyz", process, log)
        assert resident_mb(process) < 200
        mapped = Path(f"/proc/{process.pid}/maps").read_text()
        assert "numpy" in mapped
        assert "/scipy/" not in mapped
        assert "/sklearn/" not in mapped
    # A second start needs no loader: every import that it logs is its own.
    log.unlink()
    traced = environment(shelf, tmp_path, PYTHONPROFILEIMPORTTIME="1")
    with service("inference", tmp_path, **traced) as (process, url):
        wait_until_ok(f"{url}/readyz", process, log)
    imported = {line.rpartition("|")[2].strip() for line in log.read_text().splitlines()}
    assert "inference.app" in imported
    assert not {name for name in imported if name.partition(".")[0] in HEAVY}


def test_a_start_without_the_registry_serves_from_the_cache(shelf: Shelf, tmp_path: Path) -> None:
    """A volume with a verified version is enough, and the metric says so."""
    ref = shelf.put()
    log = tmp_path / "inference.log"
    told = environment(shelf, tmp_path)
    with service("inference", tmp_path, **told) as (process, url):
        wait_until_ok(f"{url}/readyz", process, log)
        assert sample(url, "hamgate_inference_from_cache") == 0
    away = told | {"INFERENCE_TRACKING_URI": f"http://127.0.0.1:{free_port()}"}
    with service("inference", tmp_path, **away) as (process, url):
        wait_until_ok(f"{url}/readyz", process, log)
        assert version_at(url) == ref.version
        assert sample(url, "hamgate_inference_from_cache") == 1
    assert "serving_from_cache" in log.read_text()


def loaders(process: "subprocess.Popen[bytes]") -> list[int]:
    """The loaders in a process's group."""
    found = subprocess.run(
        ["pgrep", "-g", str(process.pid), "-f", "inference.loading"],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    return [int(pid) for pid in found.stdout.split()]


def test_a_server_that_ends_leaves_no_loader_behind(shelf: Shelf, tmp_path: Path) -> None:
    """SIGTERM in the middle of a load ends both at once."""
    shelf.put()
    with service("inference", tmp_path, **environment(shelf, tmp_path)) as (process, _):
        wait_for(lambda: loaders(process) != [])
        os.kill(process.pid, signal.SIGTERM)
        process.wait(10)
        assert loaders(process) == []


def test_a_killed_loader_and_a_bad_version_leave_the_old_one_serving(
    shelf: Shelf, tmp_path: Path
) -> None:
    """SIGKILL of the loader, twice, is a failed reload; the version is taken at another attempt."""
    first = shelf.put()
    log = tmp_path / "inference.log"
    with service("inference", tmp_path, **environment(shelf, tmp_path)) as (process, url):
        wait_until_ok(f"{url}/readyz", process, log)
        second = shelf.put()
        wait_for(lambda: loaders(process) != [])
        (killed,) = loaders(process)
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: loaders(process) not in ([], [killed]))
        os.kill(loaders(process)[0], signal.SIGKILL)
        wait_for(lambda: "reload_failed" in log.read_text())
        assert version_at(url) == first.version
        wait_for(lambda: version_at(url) == second.version)


def test_only_a_signed_version_serves_where_keys_are(shelf: Shelf, tmp_path: Path) -> None:
    """The probe says why the other does not; what `trainer train` signs is taken at once."""
    shelf.put()
    key = new_key()
    public, private = tmp_path / "public.pem", tmp_path / "private.pem"
    public.write_bytes(public_pem(key))
    private.write_bytes(private_pem(key))
    told = environment(shelf, tmp_path, INFERENCE_VERIFY_KEYS_FILE=str(public))
    with service("inference", tmp_path, **told) as (process, url):
        wait_until_ok(f"{url}/livez", process, tmp_path / "inference.log")
        wait_for(lambda: "is not signed" in httpx2.get(f"{url}/readyz").text)
        assert httpx2.get(f"{url}/readyz").status_code == 503
        trained = shelf.server.train(TRAINER_SIGNING_KEY_FILE=str(private))
        assert trained["promoted"]
        wait_until_ok(f"{url}/readyz", process, tmp_path / "inference.log")
        assert version_at(url) == trained["version"]


def test_fifty_swaps_return_their_memory(shelf: Shelf, tmp_path: Path) -> None:
    """What a swap takes, the next gives back: within a tenth, after the first few."""
    refs = [shelf.put(), shelf.put()]
    cache = Cache(tmp_path / "cache")
    log = tmp_path / "inference.log"
    with service("inference", tmp_path, **environment(shelf, tmp_path)) as (process, url):
        wait_until_ok(f"{url}/readyz", process, log)
        # Kept, so that no swap waits seconds for the loader, which is another process anyway.
        for ref in refs:
            (cache.folder / f"Kept{ref.version}.alias").write_text(cache.folder_of(ref).name)
        sizes = []
        for number in range(SWAPS):
            ref = refs[number % 2]
            shelf.name(PRODUCTION, ref.version)
            wait_for(lambda version=ref.version: version_at(url) == version)  # type: ignore[misc]
            sizes.append(resident_mb(process))
    assert log.read_text().count("model_swapped") >= SWAPS
    assert max(sizes[SETTLED:]) < 1.1 * min(sizes[:SETTLED]), sizes
