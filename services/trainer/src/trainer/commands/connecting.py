"""What the commands connect to, as the settings name it."""

from typing import TYPE_CHECKING

from trainer.settings import Settings

if TYPE_CHECKING:
    from trainer.registry import Registry


def open_registry(settings: Settings) -> "Registry":
    """Connect to the registry.

    Raises:
        RegistryUnavailable: It does not answer.
    """
    from trainer.registry import Registry

    return Registry(settings.tracking_uri, settings.experiment)
