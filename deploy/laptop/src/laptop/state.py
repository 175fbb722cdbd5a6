"""The state folder: where everything in it lies, and whether MLflow's database was ever whole."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class StateFolder:
    """The paths in a state folder."""

    path: Path
    """The folder itself, absolute."""

    @property
    def lock(self) -> Path:
        """The file that the running process holds a lock on."""
        return self.path / "lock"

    @property
    def database(self) -> Path:
        """MLflow's SQLite database."""
        return self.path / "mlflow.db"

    @property
    def own_database(self) -> Path:
        """Our own SQLite database: what the gateway keeps and the trainer reads."""
        return self.path / "hamgate.db"

    @property
    def artifacts(self) -> Path:
        """The folder of MLflow's artifacts."""
        return self.path / "artifacts"

    @property
    def model_cache(self) -> Path:
        """The folder of the versions that inference has downloaded."""
        return self.path / "model-cache"

    @property
    def rules_cache(self) -> Path:
        """The folder of compiled rule packs: the trainer's and the gateway's are the same."""
        return self.path / "rules-cache"

    @property
    def logs(self) -> Path:
        """The folder of the services' logs, those of the last run."""
        return self.path / "logs"

    @property
    def _unfinished(self) -> Path:
        return self.path / "mlflow.db.unfinished"

    def begin_database(self) -> None:
        """Remove a database that MLflow never finished making; note that one is to be made.

        MLflow's migrations are no transaction in SQLite: a first start that is interrupted leaves
        tables on which every later start fails. Nothing can be in such a database yet.
        """
        if self._unfinished.exists():
            for file in self.path.glob(f"{self.database.name}*"):
                if file != self._unfinished:
                    file.unlink()
        if not self.database.exists():
            self._unfinished.touch()

    def finish_database(self) -> None:
        """Note that MLflow answers, so its database is whole."""
        self._unfinished.unlink(missing_ok=True)
