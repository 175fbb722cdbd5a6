from collections.abc import Iterator

import pytest

from fixtures.postgres import PostgresServer, postgres_server
from fixtures.processes import free_port
from trainer.errors import DatabaseUnavailable, LockLost
from trainer.locks.postgres import PostgresLocks, lock_key

PASSWORD = "hunter2"


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    """A server that may be restarted."""
    with postgres_server() as server:
        yield server


def test_a_lost_session_is_a_lost_lock(own_server: PostgresServer) -> None:
    """After a restart of the server nobody believes to hold what another may have."""
    locks = PostgresLocks(own_server.url, 1, "here")
    with locks.hold("promotion") as held:
        held.check()
        own_server.restart()
        with pytest.raises(LockLost, match=r"lock promotion.*run the command again"):
            held.check()
        with locks.hold("promotion", wait=False) as again:
            again.check()


def test_a_server_that_is_away_is_said_to_be() -> None:
    """The message names the setting, and has no password."""
    url = f"postgresql://hamgate:{PASSWORD}@127.0.0.1:{free_port()}/hamgate"
    with (
        pytest.raises(DatabaseUnavailable, match=r"TRAINER_DATABASE_URL.*refused") as raised,
        PostgresLocks(url, 1, "here").hold("promotion"),
    ):
        pytest.fail("it holds")
    assert PASSWORD not in str(raised.value)


@pytest.mark.parametrize("rest", ["x@[::1/x", "%zz@127.0.0.1/x", "@127.0.0.1/x?nothing=1"])
def test_an_address_that_cannot_be_read_is_not_shown(rest: str) -> None:
    """PostgreSQL's library would quote it, with the password."""
    with (
        pytest.raises(DatabaseUnavailable, match="TRAINER_DATABASE_URL") as raised,
        PostgresLocks(f"postgresql://hamgate:{PASSWORD}{rest}", 1, "here").hold("promotion"),
    ):
        pytest.fail("it holds")
    assert PASSWORD not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_key_is_the_same_in_every_process() -> None:
    """It is a digest, and no hash that differs from run to run; PostgreSQL's bigint holds it."""
    assert lock_key("promotion") == -8645151469973039845
    assert -(2**63) <= lock_key("run-1") < 2**63
    assert lock_key("run-1") != lock_key("run-2")
