"""The settings of `make run`."""

import pytest

from laptop.settings import Settings


def test_a_variable_named_by_ports_sets_that_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each variable that `ports` names is the one that changes the port it stands beside."""
    for number, (_, _, variable) in enumerate(Settings().ports(), start=1):
        monkeypatch.setenv(variable, str(40_000 + number))
    assert [port for _, port, _ in Settings().ports()] == [40_001, 40_002, 40_003]


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),  # noqa: S104 - nothing is bound
        ("::", "http://[::1]:80"),
        ("fe80::1", "http://[fe80::1]:80"),
        ("box.lan", "http://box.lan:80"),
    ],
)
def test_url_is_one_that_a_client_here_can_call(host: str, url: str) -> None:
    """The address to call is the one listened on, the loopback one for all of them."""
    assert Settings(host=host).url(80) == url
