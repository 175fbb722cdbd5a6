"""Models from the registry: downloaded, verified, checked against the golden messages, warm."""

from inference import artifact
from inference.fallback import PipelineScorer
from inference.registry import Registry, VersionRef
from inference.scorer import check_golden
from inference.slot import Model


class RegistrySource:
    """The source of the models that serve; implements `reloader.Source`."""

    def __init__(self, registry: Registry) -> None:
        """Take versions from `registry`."""
        self._registry = registry

    def production(self) -> VersionRef:
        """Return the version that the alias names now."""
        return self._registry.production()

    def load(self, ref: VersionRef) -> Model:
        """Return the model of `ref`; scoring the golden messages has also warmed it.

        Raises:
            ModelError: It cannot be fetched, or must not serve.
        """
        with self._registry.downloaded(ref) as folder:
            pipeline, manifest = artifact.load(folder, ref.manifest_sha256)
            scorer = PipelineScorer(pipeline)
            check_golden(scorer, manifest.golden)
        self._registry.forget_others(ref)
        return Model(ref, scorer, manifest.threshold)
