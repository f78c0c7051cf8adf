"""One whole call where database, channel layer and broker are servers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sessions_app.management.caller.placing import CallOptions, place_call
from tests.fixtures.server import Product
from tests.fixtures.services import running_postgres, running_redis

SENTENCE = "good morning and welcome to the meeting"


@pytest.mark.services
@pytest.mark.timeout(240)
async def test_a_call_on_postgresql_and_redis(tmp_path: Path, say: Callable[..., Path]) -> None:
    with running_postgres() as database, running_redis() as redis:
        settings = {
            "DATABASE_URL": database,
            "REDIS_URL": f"{redis}/0",
            "CELERY_BROKER_URL": f"{redis}/1",
            "RECORDINGS_URL": str(tmp_path / "kept"),
        }
        product = Product(tmp_path, settings)
        product.prepare()
        try:
            product.start()
            token = product.credentials["user"]["token"]
            report = await place_call(CallOptions(say(SENTENCE), product.url, token))
        finally:
            product.stop()
    assert report.state == "ended"
    assert report.segments[0]["text"] == "Good morning and welcome to the meeting."
    assert report.recording["state"] == report.summary["state"] == "done"
    assert list((tmp_path / "kept").rglob("*.ogg"))
    assert not (tmp_path / "voicesite.sqlite3").exists()
