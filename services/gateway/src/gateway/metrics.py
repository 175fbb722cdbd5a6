"""The metrics of the gateway."""

from functools import cache

from prometheus_client import Counter, Gauge, Histogram

from kit.tally import Cell, Tally

HTTP_REQUESTS = Tally(
    "hamgate_gateway_http_requests",
    "HTTP requests answered.",
    ["method", "route", "status"],
)
DECISIONS = Tally(
    "hamgate_gateway_decisions",
    "Messages decided, by layer and label.",
    ["layer", "label"],
)
DECIDED = {
    (layer, label): DECISIONS.labels(layer, label)
    for layer in ("heuristic", "model", "fallback")
    for label in ("spam", "ham")
}
"""The counters of `DECISIONS`, at hand: to look one up costs four times what counting does."""
MODEL_UNAVAILABLE = Counter(
    "hamgate_gateway_model_unavailable_messages",
    "Messages that no rule decided and the model gave no answer about, whatever was answered then; "
    "also those of a batch that are given up with another of it. By reason: unreachable, refused, "
    "unusable, open, full, late, fault.",
    ["reason"],
)
MODEL_CALLS = Counter(
    "hamgate_gateway_model_calls",
    "Calls to the model server, by purpose: answer, shadow, metadata; and by outcome: ok, "
    "unreachable, refused, unusable.",
    ["purpose", "outcome"],
)
MODEL_CALL_SECONDS = Histogram(
    "hamgate_gateway_model_call_seconds",
    "Time of one call to the model server, failed ones included, by purpose.",
    ["purpose"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0),
)
MODEL_CALL_TEXTS = Histogram(
    "hamgate_gateway_model_call_texts",
    "Texts in one call to the model server for answers.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512),
)
MODEL_RETRIES = Counter(
    "hamgate_gateway_model_retries",
    "Calls to the model server that were made again, as their connection was lost.",
)
MODEL_ADDRESSES = Gauge(
    "hamgate_gateway_model_addresses",
    "Addresses of the model server, by the state of their circuit breaker: closed (in use), open, "
    "half-open.",
    ["state"],
)
MODEL_BREAKS = Counter(
    "hamgate_gateway_model_breaks",
    "Times that a circuit breaker opened, and an address was left alone for a while.",
)
MODEL_RESOLUTIONS = Counter(
    "hamgate_gateway_model_resolutions",
    "Times that the model server's name was looked up, by outcome: ok, failed.",
    ["outcome"],
)
MODEL_QUEUE_TEXTS = Gauge(
    "hamgate_gateway_model_queue_texts",
    "Messages that wait for a call to the model server.",
)
RULE_HITS = Tally(
    "hamgate_gateway_rule_hits",
    "Hits of rules on the messages that were answered, by rule and its state.",
    ["rule", "state"],
)
RULE_AGREEMENT = Tally(
    "hamgate_gateway_rule_agreement",
    "Hits of rules that the model's label was compared with, by outcome: agree, disagree.",
    ["rule", "state", "outcome"],
)
RULES_MEMO = Tally(
    "hamgate_gateway_rules_memo_lookups",
    "Texts looked up among those that rules were asked about before, by outcome: hit, miss.",
    ["outcome"],
)
MEMO_HIT, MEMO_MISS = RULES_MEMO.labels("hit"), RULES_MEMO.labels("miss")
SHADOW_MESSAGES = Counter(
    "hamgate_gateway_shadow_messages",
    "Messages decided by rules and sampled for the model, by outcome: scored, dropped, failed.",
    ["outcome"],
)
PACK_INFO = Gauge(
    "hamgate_gateway_pack_info",
    "1 for the rule pack that serves.",
    ["name", "version", "digest"],
)
PACK_RELOADS = Counter(
    "hamgate_gateway_pack_reloads",
    "Changes of the pack's file, by outcome: ok (it serves now), failed (the old one serves on).",
    ["outcome"],
)
PACK_RELOAD_SECONDS = Histogram(
    "hamgate_gateway_pack_reload_seconds",
    "Time to load and compile a changed pack that then served.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0),
)
PACK_STALE = Gauge(
    "hamgate_gateway_pack_stale",
    "1 while the pack's file is not what serves: changed a moment ago, bad, or gone; else 0.",
)
FEEDBACK = Counter(
    "hamgate_gateway_feedback",
    "Feedback that could be read, by its label and by outcome: stored, repeated (it was there "
    "already), conflict (its key was there with other feedback), unavailable (the database did not "
    "keep it), full (too much waited), late (its time was over).",
    ["label", "outcome"],
)
FEEDBACK_SECONDS = Histogram(
    "hamgate_gateway_feedback_seconds",
    "Time from reading feedback until it was kept, of what was kept or there already.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0),
)
KEY_REQUESTS = Tally(
    "hamgate_gateway_key_requests",
    "Requests admitted by an API key, by the name of the key.",
    ["key"],
)
KEY_REFUSALS = Counter(
    "hamgate_gateway_key_refusals",
    "Requests refused for want of an API key, by reason: missing, unknown.",
    ["reason"],
)
KEYS_RELOADS = Counter(
    "hamgate_gateway_keys_reloads",
    "Changes of the API keys' file, by outcome: ok (its keys count now), failed (the old ones do).",
    ["outcome"],
)
KEYS_STALE = Gauge(
    "hamgate_gateway_keys_stale",
    "1 while the API keys' file is not what counts: changed a moment ago, bad, or gone; else 0.",
)
for _counter, _outcomes in (
    (KEY_REFUSALS, ("missing", "unknown")),
    (KEYS_RELOADS, ("ok", "failed")),
    (MODEL_UNAVAILABLE, ("unreachable", "refused", "unusable", "open", "full", "late", "fault")),
    (MODEL_RESOLUTIONS, ("ok", "failed")),
    (SHADOW_MESSAGES, ("scored", "dropped", "failed")),
    (PACK_RELOADS, ("ok", "failed")),
):
    for _outcome in _outcomes:
        _counter.labels(_outcome)  # 0 from the start, so that the first one is a change
for _label in ("spam", "ham"):
    for _outcome in ("stored", "repeated", "conflict", "unavailable", "full", "late"):
        FEEDBACK.labels(_label, _outcome)


@cache
def rule_hits(rule_id: str, state: str) -> Cell:
    """Return the counter of a rule's hits in a state."""
    return RULE_HITS.labels(rule_id, state)


@cache
def rule_agreement(rule_id: str, state: str) -> tuple[Cell, Cell]:
    """Return the counters of a rule's agreement with the model, and of its opposite.

    Both are made at once: a ratio of the two is then a number from the first hit on.
    """
    agree, disagree = (RULE_AGREEMENT.labels(rule_id, state, o) for o in ("agree", "disagree"))
    return agree, disagree
