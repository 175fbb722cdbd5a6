import re
from pathlib import Path

import pytest

PEERS = Path(__file__).parent.parent.parent / "bench" / "peers"
LOCKS = sorted(PEERS.glob("*.txt"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_package_has_a_hash_and_none_an_address(lock: Path) -> None:
    """Peers are installed with `--require-hashes`, from whatever index there is."""
    text = lock.read_text()
    entries = re.split(r"^(?=[a-z0-9._-]+==)", text, flags=re.MULTILINE)[1:]
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_peers_have_our_scikit_learn(lock: Path) -> None:
    """They serve the file that hamgate serves, with the same code."""
    ours = (PEERS.parent.parent / "requirements" / "trainer.txt").read_text()
    for package in ("scikit-learn", "skops"):
        (version,) = re.findall(rf"^{package}==(\S+)", ours, re.MULTILINE)
        assert f"\n{package}=={version} " in lock.read_text()
