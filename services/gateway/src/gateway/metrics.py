"""The metrics of the gateway."""

from prometheus_client import Counter, Histogram

HTTP_REQUESTS = Counter(
    "hamgate_gateway_http_requests",
    "HTTP requests answered.",
    ["method", "route", "status"],
)
DECISIONS = Counter(
    "hamgate_gateway_decisions",
    "Messages decided, by layer and label.",
    ["layer", "label"],
)
MODEL_CALLS = Counter(
    "hamgate_gateway_model_calls",
    "Calls to the model server, by outcome: ok, unreachable, refused or unusable.",
    ["outcome"],
)
MODEL_CALL_SECONDS = Histogram(
    "hamgate_gateway_model_call_seconds",
    "Time of one call to the model server, failed ones included.",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0),
)
