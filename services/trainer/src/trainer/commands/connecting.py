"""What the commands connect to, and in whose name, as the settings say."""

from typing import TYPE_CHECKING

from trainer.locks import Locks, open_locks
from trainer.promotion.actor import whoami
from trainer.settings import Settings

if TYPE_CHECKING:
    from trainer.feedback.merging import Reported
    from trainer.promotion.moves import Note
    from trainer.registry import Registry


def open_registry(settings: Settings) -> "Registry":
    """Connect to the registry.

    Raises:
        RegistryUnavailable: It does not answer.
    """
    from trainer.registry import Registry

    return Registry(settings.tracking_uri, settings.experiment)


def shared_locks(settings: Settings) -> Locks:
    """Return the locks of all who use the registry.

    Raises:
        UnusableDatabase: The address of the database with the locks is not one that can be used.
    """
    url = settings.database_url.get_secret_value()
    return open_locks(url, seconds=settings.lock_seconds, holder=_actor(settings))


def read_reported(settings: Settings) -> "Reported":
    """Read all feedback, and the policy that guards a training from it.

    Raises:
        FeedbackPolicyError: The policy cannot be read.
        FeedbackUnavailable: The feedback cannot.
    """
    from trainer.feedback.merging import Reported
    from trainer.feedback.policy import load_feedback_policy
    from trainer.feedback.reading import read_stored

    policy = load_feedback_policy(settings.feedback_policy_file)
    return Reported(read_stored(settings.database_url.get_secret_value()), policy)


def note(settings: Settings, reason: str) -> "Note":
    """Return what is to be written on a version that is promoted."""
    from trainer.promotion.moves import Note

    return Note(_actor(settings), reason)


def _actor(settings: Settings) -> str:
    return settings.actor or whoami()
