import pytest
from pydantic import AnyHttpUrl, Field, SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict

from kit.settings import MlflowAddress, WebSettings, load_or_exit


class Settings(WebSettings):
    """Settings with a prefix, as a service has them."""

    model_config = SettingsConfigDict(env_prefix="KITTEST_")


def test_variables_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable with the prefix sets the field."""
    monkeypatch.setenv("KITTEST_LOG_LEVEL", "error")
    assert load_or_exit(Settings).log_level == "error"


def test_a_bad_value_ends_the_process_with_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line names the variable, and the exit code is that of wrong usage."""
    monkeypatch.setenv("KITTEST_KEEP_ALIVE_SECONDS", "soon")
    with pytest.raises(SystemExit) as ended:
        load_or_exit(Settings)
    assert ended.value.code == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("KITTEST_KEEP_ALIVE_SECONDS: ")
    assert "'soon'" in lines[0]


class Secretive(WebSettings):
    """Settings with what must not be shown."""

    model_config = SettingsConfigDict(env_prefix="KITTEST_", validate_by_name=True)

    address: MlflowAddress = "http://127.0.0.1:5000"
    url: AnyHttpUrl | None = None
    secret: SecretStr | None = Field(default=None, min_length=20)
    other: SecretStr | None = Field(default=None, min_length=20, validation_alias="OTHER")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KITTEST_ADDRESS", "http://admin:hunter2@127.0.0.1:5000"),
        ("KITTEST_ADDRESS", "https://hunter2@mlflow"),
        ("KITTEST_ADDRESS", "mlflow://admin:hunter2@x"),
        ("KITTEST_ADDRESS", "admin:hunter2@x"),
        ("KITTEST_URL", "ftp://admin:hunter2@x"),
        ("KITTEST_SECRET", "hunter2"),
        ("OTHER", "hunter2"),
    ],
)
def test_what_can_be_secret_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    """The line about a bad address or secret says which, and what is wrong, but not what it is."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        load_or_exit(Secretive)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{name}: ")
    assert "hunter2" not in line


def test_what_is_missing_shows_no_other_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line about a variable that must be set has nothing of those that are."""

    class Needing(Secretive):
        needed: int

    monkeypatch.setenv("KITTEST_SECRET", "hunter2 of twenty letters")
    with pytest.raises(SystemExit):
        load_or_exit(Needing)
    assert capsys.readouterr().err == "KITTEST_NEEDED: Field required\n"


@pytest.mark.parametrize("address", ["http://mlflow:5000/a@b", "https://[::1]:5000/?user=a@b"])
def test_an_address_without_a_user_is_taken(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """As it is; an @ behind the host says nothing about a user."""
    monkeypatch.setenv("KITTEST_ADDRESS", address)
    assert load_or_exit(Secretive).address == address


def test_settings_are_frozen() -> None:
    """Settings are built once and passed down; nobody changes them on the way."""
    with pytest.raises(ValidationError, match="frozen"):
        Settings().host = "0.0.0.0"  # type: ignore[misc]  # noqa: S104


def test_idle_connections_outlive_a_proxys() -> None:
    """NGINX keeps idle connections for 60 s and uvicorn 5: a POST would meet a closing one."""
    assert Settings().keep_alive_seconds > 60


def test_a_variable_set_to_nothing_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """`X=` leaves the default, and is no empty text, and no path of the working directory."""
    monkeypatch.setenv("KITTEST_HOST", "")
    monkeypatch.setenv("KITTEST_BODY_SECONDS", "")
    assert load_or_exit(Settings) == Settings(host="127.0.0.1", body_seconds=10.0)


@pytest.mark.parametrize("value", ["inf", "nan"])
def test_no_end_is_no_number(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """A time without end is refused: what waits for it would never come."""
    monkeypatch.setenv("KITTEST_BODY_SECONDS", value)
    with pytest.raises(SystemExit):
        load_or_exit(Settings)
