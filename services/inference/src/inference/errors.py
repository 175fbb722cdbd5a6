"""Errors of finding and loading a model version.

ModelError
├── RegistryUnavailable   MLflow, or the store behind it, does not answer
├── NoProductionVersion   the registry answers, and nothing has the alias
├── Untrusted             the version is whole or not, but must not serve
└── CannotCompile         the pipeline has a part that only scikit-learn computes
"""


class ModelError(Exception):
    """Base of what can go wrong between the alias and a model in memory."""


class RegistryUnavailable(ModelError):
    """MLflow, or the store behind it, does not answer or answers with an error of its own."""


class NoProductionVersion(ModelError):
    """No version of the registered model has the alias."""


class Untrusted(ModelError):
    """The version must not serve: corrupt, of unknown types, or not what its manifest says."""


class CannotCompile(ModelError):
    """The pipeline has a part that is not compiled; scikit-learn itself must serve it."""
