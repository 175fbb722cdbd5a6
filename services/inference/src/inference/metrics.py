"""The metrics of the model server."""

from prometheus_client import Counter, Gauge, Histogram

from kit.tally import Tally

HTTP_REQUESTS = Tally(
    "hamgate_inference_http_requests",
    "HTTP requests answered.",
    ["method", "route", "status"],
)
TEXTS = Tally("hamgate_inference_texts", "Texts scored.")
SCORING_SECONDS = Histogram(
    "hamgate_inference_scoring_seconds",
    "Time to score the texts of one request, and to explain them, the wait for its turns included.",
    buckets=(
        0.0001,
        0.00025,
        0.0005,
        0.001,
        0.0025,
        0.005,
        0.01,
        0.025,
        0.05,
        0.1,
        0.25,
        1.0,
    ),
)
WAITING_TEXTS = Gauge(
    "hamgate_inference_waiting_texts",
    "Texts waiting or being scored, of requests too large to be answered at once.",
)
MODEL_INFO = Gauge(
    "hamgate_inference_model_info",
    "1 for the version that is in memory for an alias, and what scores with it: compiled, "
    "scikit-learn; that of `Production` serves.",
    ["name", "version", "alias", "scorer"],
)
FROM_CACHE = Gauge(
    "hamgate_inference_from_cache",
    "1 while what serves was started from the cache, and the registry has not confirmed it.",
    ["alias"],
)
RELOADS = Counter(
    "hamgate_inference_reloads",
    "Attempts to load a version, by outcome: ok, failed.",
    ["alias", "outcome"],
)
RELOAD_SECONDS = Histogram(
    "hamgate_inference_reload_seconds",
    "Time from seeing a new version to serving it.",
    ["alias"],
    buckets=(0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0),
)
POLLS = Counter(
    "hamgate_inference_polls",
    "Look-ups of the alias, by outcome: ok, none (no version has it), failed.",
    ["alias", "outcome"],
)
LAST_POLL_TIMESTAMP = Gauge(
    "hamgate_inference_last_successful_poll_timestamp_seconds",
    "Unix time of the last look-up of the alias that was answered.",
    ["alias"],
)
CHALLENGER_TEXTS = Counter(
    "hamgate_inference_challenger_texts",
    "Texts sampled for the challenger, by outcome: scored, dropped, failed.",
    ["outcome"],
)
CHALLENGER_LABELS = Counter(
    "hamgate_inference_challenger_labels",
    "Texts that the challenger scored, by what served called them and what it does.",
    ["production", "challenger"],
)
CHALLENGER_SCORE_DIFFERENCE = Histogram(
    "hamgate_inference_challenger_score_difference",
    "Absolute difference of the challenger's score from the one that was served.",
    buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
)


def begin(alias: str) -> None:
    """Let what is counted of an alias be 0 from the start, so that the first one is a change."""
    FROM_CACHE.labels(alias)
    RELOAD_SECONDS.labels(alias)
    for outcome in ("ok", "failed"):
        RELOADS.labels(alias, outcome)
    for outcome in ("ok", "none", "failed"):
        POLLS.labels(alias, outcome)


for _outcome in ("scored", "dropped", "failed"):
    CHALLENGER_TEXTS.labels(_outcome)  # 0 from the start, so that the first one is a change
for _production in ("spam", "ham"):
    for _challenger in ("spam", "ham"):
        CHALLENGER_LABELS.labels(_production, _challenger)
