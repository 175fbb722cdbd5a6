"""The plan of a training: all that it is done by, beside the corpus."""

from dataclasses import dataclass

from rules.engine import Engine
from trainer.feedback.merging import Reported
from trainer.gate.policy import LoadedPolicy
from trainer.learning.search_space import SearchSpace
from trainer.reproduction.provenance import Provenance
from trainer.rule_policy import RulePolicy
from trainer.signing import Signer


@dataclass(frozen=True)
class Plan:
    """How to train."""

    space: SearchSpace
    policy: LoadedPolicy
    """Of the gate."""
    engine: Engine
    """Of the rule pack that the version is to serve with."""
    rule_policy: RulePolicy
    seed: int
    jobs: int | None
    provenance: Provenance
    """Where data, code and environment come from."""
    log_messages: bool = True
    """Whether messages of the corpus may be stored in the run."""
    signer: Signer | None = None
    """What signs the version, if anything does."""
    reported: Reported | None = None
    """What users reported, to train with as well, if that is asked for."""
