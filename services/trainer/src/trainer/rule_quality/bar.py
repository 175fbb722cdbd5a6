"""The bar: pure functions from a report and the policy to what falls short of it, and why."""

from collections.abc import Sequence
from statistics import median

from trainer.rule_policy import Costly, EnforceBar, PackBar
from trainer.rule_quality.report import PackReport, RuleReport


def rule_shortfalls(rule: RuleReport, bar: EnforceBar) -> tuple[str, ...]:
    """Return why a rule may not be enforced, a reason for each number; empty if it may.

    A rule without a hit falls short of `min_hits` at most: the corpus says nothing of it, good or
    bad. Shares are compared as they are, without rounding to messages: among fewer than 2,000 ham
    one hit is a larger share than one in 2,000.
    """
    reasons = []
    if not rule.hits >= bar.min_hits:
        reasons.append(f"too few hits: {rule.hits}, less than {bar.min_hits}")
    wrong_label = "ham" if rule.verdict == "spam" else "spam"
    most = bar.max_ham_share if rule.verdict == "spam" else bar.max_spam_share
    if rule.precision is not None and not rule.precision >= bar.min_precision:
        reasons.append(
            f"precision {rule.precision:.4f} is below {bar.min_precision:g} "
            f"({rule.spam_hits} spam hits, {rule.ham_hits} ham hits)"
        )
    if not rule.wrong_share <= most:
        wrong = rule.ham_hits if rule.verdict == "spam" else rule.spam_hits
        reasons.append(
            f"it hits {_percent(rule.wrong_share)} of the {wrong_label} ({wrong}), "
            f"more than {_percent(most)}"
        )
    return tuple(reasons)


def pack_shortfalls(totals: PackReport, bar: PackBar) -> tuple[str, ...]:
    """Return why a pack as a whole is below its bar; empty if it is not."""
    reasons = []
    if bar.min_coverage is not None and not totals.coverage >= bar.min_coverage:
        reasons.append(
            f"it decides {_percent(totals.coverage)} of the spam as spam "
            f"({totals.spam_decided_spam}), less than {_percent(bar.min_coverage)}"
        )
    share = totals.ham_false_positive_rate
    if bar.max_ham_share is not None and not share <= bar.max_ham_share:
        reasons.append(
            f"it decides {_percent(share)} of the ham as spam ({totals.ham_decided_spam}), "
            f"more than {_percent(bar.max_ham_share)}"
        )
    return tuple(reasons)


def costly_rules(rules: Sequence[RuleReport], limit: Costly) -> tuple[str, ...]:
    """Return the ids of the rules that cost much more than the median, the dearest first."""
    costs = {rule.id: rule.cost_us for rule in rules if rule.cost_us is not None}
    if not costs:
        return ()
    most = limit.times_median * median(costs.values())
    dear = [rule_id for rule_id, cost in costs.items() if cost > most]
    return tuple(sorted(dear, key=lambda rule_id: (-costs[rule_id], rule_id)))


def _percent(share: float) -> str:
    return f"{share * 100:.3g}%"
