"""MLflow, as far as the trainer uses it: runs and their files, versions, tags and the alias."""

from trainer.registry.registry import Registry
from trainer.registry.runs import RunRecord
from trainer.registry.versions import Version

__all__ = ["Registry", "RunRecord", "Version"]
