"""The metrics route."""

from fastapi.testclient import TestClient

from app.api.held import Held
from core import metrics


def test_it_is_the_core_s_exposition_as_text(client: TestClient, held: Held) -> None:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == metrics.CONTENT_TYPE
    assert answer.content == metrics.exposition(held.store, held.snapshot, held.as_of)
