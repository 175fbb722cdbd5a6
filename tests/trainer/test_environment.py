import platform
from importlib.metadata import version
from pathlib import Path

import pytest

from kit.manifest import sha256
from trainer.environment import LIBRARIES, differences, fingerprint, installed_packages
from trainer.errors import UnreadableLockFile

DIGEST = f"sha256:{'a' * 64}"


def test_it_names_what_makes_the_numbers() -> None:
    """Exact versions, the machine with its C library, BLAS with its kernels, and all packages."""
    found = fingerprint()
    assert found["python"] == platform.python_version()
    assert {name: found[name] for name in LIBRARIES} == {name: version(name) for name in LIBRARIES}
    assert platform.machine() in found["platform"]
    assert "openblas" in found["blas"]
    assert found["packages"] == sha256(installed_packages().encode())
    assert not {"lock", "image"} & set(found)


def test_lock_and_image_are_there_when_they_are_known(tmp_path: Path) -> None:
    """The lock by the digest that `sha256sum` prints, the image by the one that was told."""
    lock = tmp_path / "requirements.txt"
    lock.write_bytes(b"numpy==2.4.0\n")
    found = fingerprint(lock, DIGEST)
    assert (found["lock"], found["image"]) == (sha256(lock.read_bytes()), DIGEST)


def test_a_lock_file_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    """By its path: who sets it wants it in the manifest."""
    with pytest.raises(UnreadableLockFile, match=r"none\.txt cannot be read: No such file"):
        fingerprint(tmp_path / "none.txt")


def test_packages_are_lines_in_order() -> None:
    """One a distribution, as a lock file has them, so that two lists can be compared."""
    lines = installed_packages().splitlines()
    assert lines == sorted(set(lines))
    assert f"scikit-learn=={version('scikit-learn')}" in lines


def test_differences_name_both_sides() -> None:
    """Also of what only one of them has; nothing is said of what is the same."""
    there = {"python": "3.11.1", "numpy": "2.1", "lock": "a"}
    here = {"python": "3.11.1", "numpy": "2.2", "image": "b"}
    assert differences(there, here) == [
        "numpy was 2.1 and is 2.2 here",
        "lock was a and is not known here",
        "image was not noted and is b here",
    ]
    assert differences(there, there) == []
