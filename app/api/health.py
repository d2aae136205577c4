"""Whether the server is well."""

from fastapi import APIRouter

from app.api.held import HeldNow

router = APIRouter(tags=["Server"])


@router.get("/healthz", summary="Whether the server is well")
def healthz(held: HeldNow) -> dict[str, str | int]:
    """Whether the store answers, and which version of the figures it holds."""
    return {"status": "ok", "data_version": held.snapshot.version}
