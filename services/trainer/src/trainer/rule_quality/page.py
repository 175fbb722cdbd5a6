"""The report as one HTML page that needs neither network nor script, with the messages in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2
import numpy as np

from rules.views import Views
from trainer.errors import Unwritable
from trainer.measures import Bools
from trainer.rule_quality.excerpts import Excerpt, excerpt
from trainer.rule_quality.quality import Assessed
from trainer.rule_quality.report import RuleReport
from trainer.system import Labelled, SystemReport

MOST_LISTED = 500
"""Messages of a list that are shown."""
MOST_SAMPLES = 5
"""Right hits of a rule that are shown."""
MOST_WRONG = 20
"""Wrong hits of a rule that are shown."""

_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("trainer.rule_quality", ""),
    # Always, and not by the name of the file: a message is somebody else's text.
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Listing:
    """A list of messages under a heading."""

    anchor: str
    title: str
    note: str
    total: int
    excerpts: tuple[Excerpt, ...]
    """The first of them."""


@dataclass(frozen=True)
class RuleSection:
    """One rule with some of its hits."""

    report: RuleReport
    right: Sequence[Excerpt]
    wrong: Sequence[Excerpt]
    wrong_total: int


def render_page(assessed: Assessed, system: tuple[SystemReport, Labelled] | None = None) -> str:
    """Return the page.

    Args:
        assessed: The report and the messages behind it.
        system: The report on rules and model together and the labels behind it, if there is a
            model.
    """
    lists = _Lists(assessed)
    return _TEMPLATES.get_template("page.html.jinja").render(
        report=assessed.report,
        system=system and system[0],
        listings=[*lists.of_rules(), *(lists.of_layers(system[1]) if system else ())],
        sections=[_section(assessed, rule) for rule in assessed.report.rules],
    )


def write_page(path: Path, page: str) -> None:
    """Write the page to a file, in a folder that is made if there is none.

    Raises:
        Unwritable: That cannot be done; says why.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        msg = f"{path}: cannot be written: {error.strerror}"
        raise Unwritable(msg) from error


class _Lists:
    """The lists of messages that somebody should read."""

    def __init__(self, assessed: Assessed) -> None:
        self._assessed = assessed
        scanned = assessed.scanned
        self._spam = np.array([label == "spam" for label in scanned.labels])
        verdicts = scanned.verdicts
        self._ruled_spam = np.array([verdict == "spam" for verdict in verdicts])
        self._ruled_ham = np.array([verdict == "ham" for verdict in verdicts])

    def of_rules(self) -> list[Listing]:
        """Return what the rules alone miss and get wrong."""
        hit_by_spam_rule = self._hit_by("spam")
        return [
            self._listing(
                "wronged-ham",
                "Ham that a spam rule hits",
                "Wrong if the rule is enforced; what a shadow rule would do wrong otherwise.",
                ~self._spam & hit_by_spam_rule,
            ),
            self._listing(
                "passed-spam",
                "Spam that a ham rule lets through",
                "Decided as ham, so no model is asked.",
                self._spam & self._ruled_ham,
            ),
            self._listing(
                "missed-spam",
                "Spam that no rule decides",
                "Left to the model. The rules named beside a message hit it in the shadow.",
                self._spam & ~self._ruled_spam & ~self._ruled_ham,
            ),
        ]

    def of_layers(self, labelled: Labelled) -> list[Listing]:
        """Return what the model gets wrong of what the rules leave, and what they do for it."""
        left, called = ~labelled.decided, labelled.modelled_spam
        return [
            self._listing(
                "model-missed-spam",
                "Spam that rules and model both miss",
                "No rule decides it, and the model calls it ham.",
                self._spam & left & ~called,
            ),
            self._listing(
                "model-wronged-ham",
                "Ham that the model calls spam",
                "No rule decides it.",
                ~self._spam & left & called,
            ),
            self._listing(
                "gained-spam",
                "Spam that only the rules catch",
                "The model alone would miss it.",
                self._spam & self._ruled_spam & ~called,
            ),
        ]

    def _hit_by(self, verdict: str) -> Bools:
        scanned = self._assessed.scanned
        ids = {rule.id for rule in scanned.rules if rule.verdict == verdict}
        return np.array([not ids.isdisjoint(hits) for hits in scanned.hits], dtype=np.bool_)

    def _listing(self, anchor: str, title: str, note: str, where: Bools) -> Listing:
        indices = np.flatnonzero(where)
        hits, texts = self._assessed.scanned.hits, self._assessed.corpus.texts
        shown = tuple(excerpt(texts[i], rules=hits[i]) for i in indices[:MOST_LISTED])
        return Listing(anchor, title, note, len(indices), shown)


def _section(assessed: Assessed, report: RuleReport) -> RuleSection:
    rule = assessed.scanned.by_id[report.id]
    rows = enumerate(zip(assessed.scanned.labels, assessed.scanned.hits, strict=True))
    hit = [(index, label) for index, (label, hits) in rows if report.id in hits]

    def shown(indices: Iterable[int], most: int) -> list[Excerpt]:
        views = [Views(assessed.corpus.texts[index]) for index in [*indices][:most]]
        return [excerpt(one.raw, assessed.engine.locate(one, rule)) for one in views]

    wrong = [index for index, label in hit if label != report.verdict]
    right = (index for index, label in hit if label == report.verdict)
    return RuleSection(report, shown(right, MOST_SAMPLES), shown(wrong, MOST_WRONG), len(wrong))
