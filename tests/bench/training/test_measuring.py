import subprocess
import sys
import time

from bench.training.measuring import Usage

_CHILD = "b = bytearray(60_000_000); b[::4096] = b'x' * len(b[::4096]); print(1, flush=True); "
_BUSY = "import time; e = time.process_time() + 0.3\nwhile time.process_time() < e: pass\n"
_PARENT = (
    "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', sys.argv[1]]); p.wait()"
)


def test_memory_and_time_of_children_are_counted() -> None:
    """A child's 60 MB and 0.3 s are its parent's, though the parent has used next to nothing."""
    child = f"{_BUSY}{_CHILD}input()"
    command = [sys.executable, "-c", _PARENT, child]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        usage = Usage()
        usage.sample(process.pid)
        time.sleep(0.05)
        process.communicate(b"\n")
    assert usage.peak_bytes > 60_000_000
    assert sum(usage.cpu.values()) > 0.25
    assert len(usage.cpu) == 2
