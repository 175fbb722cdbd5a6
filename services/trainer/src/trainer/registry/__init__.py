"""MLflow, as far as the trainer uses it: runs and their files, versions, tags and aliases."""

from trainer.registry.registry import Registry
from trainer.registry.runs import RunRecord
from trainer.registry.versions import ModelRecord, Version

__all__ = ["ModelRecord", "Registry", "RunRecord", "Version"]
