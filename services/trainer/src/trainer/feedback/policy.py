"""The feedback policy: the guards before what users report. Read from YAML and checked."""

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import msgspec
import yaml

from trainer.errors import FeedbackPolicyError

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Rows = Annotated[int, msgspec.Meta(ge=0)]


class Quarantine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a label is doubted, and what then speaks for it."""

    confident: Annotated[float, msgspec.Meta(gt=0.5, le=1)]
    """A model that gives the other label at least this probability doubts a label."""
    reporters: Annotated[int, msgspec.Meta(ge=1)]
    """So many must say the same before a doubted label is taken; 1 takes it at once."""


class Cap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one reporter, or one API key, may move."""

    max_rows: Rows
    """Most rows."""
    max_share: Share
    """Largest share of the weight that all feedback of one label may have."""


class Total(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What all feedback together may move."""

    max_rows: Rows
    """Most rows."""
    max_share: Share
    """Largest weight of the rows of one label, as a share of the corpus's messages of it."""
    max_spam_shift: Share
    """Largest difference of the share of spam, by weight, with feedback and without."""


class Validation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the weight of a row is chosen in the end."""

    factors: Annotated[list[Share], msgspec.Meta(min_length=1)]
    """Weights of a row to try; one is 0, which the others are compared with."""
    max_standard_errors: Annotated[float, msgspec.Meta(ge=0)]
    """How much worse than 0 a factor may be, in standard errors of the difference in F1."""
    max_loss: Share
    """How much worse it may be at most, in F1."""
    folds: Annotated[int, msgspec.Meta(ge=2)]
    """Of the cross-validation over the corpus."""


class FeedbackPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole policy; no field has a default, so that the file says all."""

    version: Annotated[int, msgspec.Meta(ge=1)]
    """Raised with every change to the file, and logged with each run."""
    quarantine: Quarantine
    reporter: Cap
    source: Cap
    total: Total
    validation: Validation


def load_feedback_policy(path: Path | None) -> FeedbackPolicy:
    """Return the policy in a YAML file, or the one that comes with hamgate.

    Raises:
        FeedbackPolicyError: The file cannot be read, or is not a policy; names file and field.
    """
    source = path or files("trainer.feedback") / "feedback_policy.yaml"
    try:
        data = yaml.safe_load(source.read_text(encoding="utf-8"))
        policy = msgspec.convert(data, FeedbackPolicy)
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        msg = f"{source}: {error}"
        raise FeedbackPolicyError(msg) from error
    if 0 not in policy.validation.factors:
        msg = f"{source}: validation.factors: needs 0, which the others are compared with"
        raise FeedbackPolicyError(msg)
    return policy
