"""The rule policy: what a rule must reach before it may decide. Read from YAML and checked."""

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import msgspec
import yaml
from msgspec.structs import replace

from trainer.errors import RulePolicyError

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class EnforceBar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bar of each enforced rule; its shares bind a rule that hits anything."""

    min_hits: Annotated[int, msgspec.Meta(ge=0)]
    """Least messages that it hits, right or wrong; 0 asks for none."""
    min_precision: Share
    """Least share of its hits that have the label which is the rule's verdict."""
    max_ham_share: Share
    """Largest share of the corpus's ham that a spam rule may hit."""
    max_spam_share: Share
    """Largest share of the corpus's spam that a ham rule may hit."""


class PackBar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bar of the enforced rules together; None is no bar."""

    min_coverage: Share | None
    """Least share of the spam that they decide as spam."""
    max_ham_share: Share | None
    """Largest share of the ham that they decide as spam."""


class Costly(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which rules are named as costly."""

    times_median: Annotated[float, msgspec.Meta(ge=1, le=1e6)]
    """A rule that costs more than so many times the median of the pack's rules."""


class RulePolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole policy; no field has a default, so that the file says all."""

    enforce: EnforceBar
    pack: PackBar
    costly: Costly


def load_rule_policy(path: Path | None, min_coverage: float | None = None) -> RulePolicy:
    """Return the policy in a YAML file, or the one that comes with hamgate.

    Args:
        path: The policy's file.
        min_coverage: Instead of the file's `pack.min_coverage`, unless it is None.

    Raises:
        RulePolicyError: The file cannot be read, or is not a policy; names file and field.
    """
    source = path or files("trainer") / "rule_policy.yaml"
    try:
        data = yaml.safe_load(source.read_text(encoding="utf-8"))
        policy = msgspec.convert(data, RulePolicy)
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        msg = f"{source}: {error}"
        raise RulePolicyError(msg) from error
    if min_coverage is None:
        return policy
    return replace(policy, pack=replace(policy.pack, min_coverage=min_coverage))
