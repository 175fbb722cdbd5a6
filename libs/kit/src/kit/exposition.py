"""`/metrics`: the process's metrics in Prometheus' text format."""

from fastapi import APIRouter, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    disable_created_metrics,
    generate_latest,
)

# One more series for each counter, which nothing of ours reads.
disable_created_metrics()  # type: ignore[no-untyped-call]

router = APIRouter(tags=["operations"])


@router.get("/metrics", summary="Metrics for Prometheus", response_class=Response)
async def metrics() -> Response:
    """Return every metric of this process."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
