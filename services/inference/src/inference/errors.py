"""Errors of finding and loading a model version.

ModelError
├── RegistryUnavailable   MLflow, or the store behind it, does not answer
├── CacheUnusable         the cache's folder cannot be read or written
├── NotNamed              the registry answers, and nothing has the alias
├── Untrusted             the version is whole or not, but must not serve
├── CannotCompile         the pipeline has a part that only scikit-learn itself can serve
├── LoaderFailed          the process that loads a version ended without an answer
└── UnusableKeys          the file of public keys cannot be used
"""


class ModelError(Exception):
    """Base of what can go wrong between the alias and a model in memory."""


class RegistryUnavailable(ModelError):
    """MLflow, or the store behind it, does not answer or answers with an error of its own."""


class CacheUnusable(ModelError):
    """The cache's folder cannot be read or written: no room, no right to, or not a folder."""


class NotNamed(ModelError):
    """No version of the registered model has the alias."""


class Untrusted(ModelError):
    """The version must not serve: corrupt, of unknown types, or not what its manifest says."""


class CannotCompile(ModelError):
    """The pipeline has a part that is not compiled; scikit-learn itself must serve it."""


class LoaderFailed(ModelError):
    """The process that loads a version ended without an answer: it took too long, or was killed."""


class UnusableKeys(ModelError):
    """The file of public keys cannot be read, or holds what is no key that signs versions."""
