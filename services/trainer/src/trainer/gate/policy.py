"""The gate's policy: what a version must reach before it may serve. Read from YAML and checked."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import yaml

from trainer.errors import GatePolicyError

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Above = Annotated[float, msgspec.Meta(ge=0, lt=1)]
Chance = Annotated[float, msgspec.Meta(gt=0, lt=1)]


class F1Bar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What F1 must be; the two that are told about power are no bar."""

    min: Above
    min_lower_end: Above
    good: Chance
    bad: Chance


class HamBar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much ham may be lost."""

    max_false_positive_rate: Share


class ChampionBar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a candidate must stand beside the version that serves."""

    alpha: Chance
    min_training_share: Share
    min_compared_share: Share
    not_comparable: Literal["skip", "refuse"]


class SliceBar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What every kind of message must reach."""

    min_spam: Annotated[int, msgspec.Meta(ge=1)]
    min_f1: Share


class RobustnessBar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must be left under the worst disguise."""

    min_recall: Share


class CostBar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a version may cost."""

    max_milliseconds: Annotated[float, msgspec.Meta(gt=0)]
    max_model_bytes: Count
    max_terms: Count


class GoldenBar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many golden messages may be labelled wrongly."""

    max_wrong: Count


class DataBar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a version must be trained and judged on."""

    min_messages: Count
    min_spam: Count
    min_ham: Count
    min_spam_share: Share
    max_spam_share: Share
    max_straddling_share: Share


class CalibrationBar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far scores may be from probabilities."""

    max_expected_error: Share


class RulesBar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked of the rules; None asks nothing of both together."""

    pack: Literal["report", "require"]
    min_system_f1: Above | None


class GatePolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole policy; no field of any part has a default, so that the file says all."""

    version: Annotated[int, msgspec.Meta(ge=1)]
    f1: F1Bar
    ham: HamBar
    champion: ChampionBar
    slices: SliceBar
    robustness: RobustnessBar
    cost: CostBar
    golden: GoldenBar
    data: DataBar
    calibration: CalibrationBar
    rules: RulesBar


@dataclass(frozen=True)
class LoadedPolicy:
    """A policy and the bytes that it is known by."""

    policy: GatePolicy
    digest: str
    """SHA-256 (hex) of its file."""


def load_gate_policy(path: Path | None) -> LoadedPolicy:
    """Return the policy in a YAML file, or the one that comes with hamgate.

    Raises:
        GatePolicyError: The file cannot be read, or is not a policy; names file and field.
    """
    source = path or files("trainer") / "gate_policy.yaml"
    try:
        data = source.read_bytes()
        policy = msgspec.convert(yaml.safe_load(data.decode("utf-8")), GatePolicy)
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        msg = f"{source}: {error}"
        raise GatePolicyError(msg) from error
    return LoadedPolicy(policy, hashlib.sha256(data).hexdigest())
