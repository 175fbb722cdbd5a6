import os
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from bench.dataplane.kernel import Stat, account, family, parse_stat, read_stats

BUSY = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=-1)
while time.process_time() < 0.5: pass
print("busy", flush=True)
sys.stdin.read()
child.communicate()
"""


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=15))
def test_a_line_is_read_whatever_the_command_is_called(command: str) -> None:
    """Brackets and spaces in the name of a command are not taken for fields."""
    ticks = os.sysconf("SC_CLK_TCK")
    fields = ["S", "7", *["0"] * 9, str(2 * ticks), str(ticks), *["0"] * 8, "3", "0"]
    stat = parse_stat(f"42 ({command}) {' '.join(fields)}")
    assert stat == Stat(42, 7, 3.0, 3 * os.sysconf("SC_PAGE_SIZE"))


def test_a_family_is_all_that_a_process_started() -> None:
    """Children and theirs are in it; parents and strangers are not."""
    parents = {1: 0, 2: 1, 3: 2, 4: 3, 5: 2, 6: 1}
    stats = [Stat(pid, parent, 0.0, 0) for pid, parent in parents.items()]
    assert {stat.pid for stat in family(2, stats)} == {2, 3, 4, 5}


def test_the_account_of_a_process_holds_its_time_and_its_childrens_memory() -> None:
    """Half a second of work is seen, and the memory of two interpreters."""
    with subprocess.Popen([sys.executable, "-c", BUSY], stdin=-1, stdout=-1) as process:
        assert process.stdout
        process.stdout.readline()
        alone = next(s for s in family(process.pid, read_stats()) if s.pid == process.pid)
        found = account({"busy": process.pid})
        process.communicate()
    assert found.cpu_seconds >= 0.45
    assert found.rss_bytes["busy"] > alone.rss_bytes
