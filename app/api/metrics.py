"""What Prometheus scrapes."""

from fastapi import APIRouter, Response

from app.api.held import HeldNow
from core import metrics

router = APIRouter(include_in_schema=False)


@router.api_route("/metrics", methods=["GET", "HEAD"])
def exposition(held: HeldNow) -> Response:
    """All metrics of the published version, in Prometheus' text format."""
    return Response(metrics.exposition(held.store, held.snapshot, held.as_of), media_type=metrics.CONTENT_TYPE)
