"""Errors of the trainer, beside those of its data (`trainer.dataset.errors`).

TrainerError
├── SearchSpaceError      the search space cannot be read
├── RulePolicyError       the rule policy cannot be read
├── GatePolicyError       the gate's policy cannot be read
├── FeedbackPolicyError   the feedback policy cannot be read
├── FeedbackUnavailable   the database with the feedback does not answer, or has none
├── UnusablePack          the rule pack cannot be used
├── UnusableKey           the signing key cannot be used
├── Unwritable            a page cannot be written where it was asked for
├── TooLittleData         the corpus is too small for the folds, or for any feature
├── WorkerLost            the system killed a training process, or a cluster's workers are gone
├── ClusterUnavailable    the Dask scheduler does not answer, or has no worker
├── OtherVersions         a Dask worker has other packages than the trainer
├── NotFinite             the model's coefficients or scores are no numbers
├── NotWhole              files of a version are missing or changed
├── RegistryUnavailable   MLflow, or the store behind it, does not answer
├── NoSuchVersion         the registry has no such version, or none that fits
├── NoSuchRun             the registry has no such run
├── NoSuchArtifact        a run has no such file
├── NotReproducible       what a run has logged is not enough to train it again
├── UnreadableLockFile    the lock file of the environment cannot be read
├── UnusableDatabase      the database's address is not one that can be used
├── DatabaseUnavailable   the database with the locks does not answer, or cannot be written
├── LockBusy              another trainer holds the lock
├── LockLost              the database let go of the lock while it was needed
├── AliasMoved            somebody without the lock moved the alias meanwhile
├── BrokenHistory         the history of promotions cannot be read
├── UnusableRecord        what a run says of a version cannot be read
└── NotPromotable         the gate refused the version, or never judged it
"""


class TrainerError(Exception):
    """Base of the errors that end a command with one clear line."""


class SearchSpaceError(TrainerError):
    """The search space cannot be read."""


class RulePolicyError(TrainerError):
    """The rule policy cannot be read."""


class GatePolicyError(TrainerError):
    """The gate's policy cannot be read."""


class FeedbackPolicyError(TrainerError):
    """The feedback policy cannot be read."""


class FeedbackUnavailable(TrainerError):
    """The database with the feedback does not answer, or has not the tables of this release."""


class UnusablePack(TrainerError):
    """The rule pack cannot be read, is no pack, or fails its own examples."""


class UnusableKey(TrainerError):
    """The signing key cannot be read, or is no private key that versions are signed with."""


class Unwritable(TrainerError):
    """A page cannot be written where it was asked for."""


class TooLittleData(TrainerError):
    """The corpus is too small for the folds, or has no term that enough messages share."""


class WorkerLost(TrainerError):
    """The system killed a training process, or the workers of a cluster are gone."""


class ClusterUnavailable(TrainerError):
    """The Dask scheduler does not answer, or has no worker."""


class OtherVersions(TrainerError):
    """A Dask worker does not have the packages that the trainer has, so would choose otherwise."""


class NotFinite(TrainerError):
    """The model's coefficients or scores are no numbers, so it cannot be registered."""


class NotWhole(TrainerError):
    """Files of a version are missing from the artifact store, or are not those that were judged."""


class RegistryUnavailable(TrainerError):
    """MLflow, or the store behind it, does not answer or answers with an error of its own."""


class NoSuchVersion(TrainerError):
    """The registry has no such version, or none that fits."""


class NoSuchRun(TrainerError):
    """The registry has no run with this id."""


class NoSuchArtifact(TrainerError):
    """A run has no such file among its artifacts."""


class NotReproducible(TrainerError):
    """What a run has logged cannot be read, or is not all that its version was trained with."""


class UnreadableLockFile(TrainerError):
    """The lock file of the environment cannot be read."""


class UnusableDatabase(TrainerError):
    """The database's address is not one that can be used."""


class DatabaseUnavailable(TrainerError):
    """The database with the locks does not answer, or its folder cannot be written."""


class LockBusy(TrainerError):
    """Another trainer holds the lock, and did not let go of it in time."""


class LockLost(TrainerError):
    """The database let go of the lock while it was needed."""


class AliasMoved(TrainerError):
    """Somebody who does not hold the lock moved the alias meanwhile."""


class BrokenHistory(TrainerError):
    """The history of promotions on the registered model cannot be read."""


class UnusableRecord(TrainerError):
    """What a run says of a version (report, predictions) cannot be read."""


class NotPromotable(TrainerError):
    """The gate refused the version, or never judged it."""
