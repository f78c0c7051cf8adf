"""Whole calls where database, channel layer and broker are servers."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import psycopg
import pytest

from sessions_app.call_client.placing import CallOptions, place_call
from sessions_app.services.database import REQUEST_S, RETRY_AFTER_S
from tests.fixtures.server import UNHEARD, Product
from tests.fixtures.services import migrated_postgres, running_redis
from tests.fixtures.speech import mostly

SENTENCE = "good morning and welcome to the meeting"


@pytest.mark.services
@pytest.mark.timeout(240)
@pytest.mark.parametrize("media", [0, 2])
async def test_two_calls_on_postgresql_and_redis(
    tmp_path: Path, say: Callable[..., Path], media: int
) -> None:
    with migrated_postgres() as database, running_redis() as redis:
        settings = {
            **UNHEARD,
            "DATABASE_URL": database,
            "REDIS_URL": f"{redis}/0",
            "CELERY_BROKER_URL": f"{redis}/1",
            "RECORDINGS_URL": str(tmp_path / "kept"),
        }
        product = Product(tmp_path, settings, media=media)
        with product.running():
            token = product.credentials["user"]["token"]
            options = CallOptions(say(SENTENCE), product.url, token)
            reports = await asyncio.gather(place_call(options), place_call(options))
            workers = _workers(product, [report.call for report in reports])
            if not media:
                await asyncio.to_thread(_check_locked, product, database)
    assert len(workers) == max(1, media)
    for report in reports:
        assert report.state == "ended"
        assert mostly(report.segments[0]["text"], SENTENCE)
        assert report.recording["state"] == report.summary["state"] == "done"
    assert len(list((tmp_path / "kept").rglob("*.ogg"))) == len(reports)
    assert not (tmp_path / "voicesite.sqlite3").exists()


def _check_locked(product: Product, database: str) -> None:
    """Pages and programs are told within seconds while somebody keeps the tables."""
    bearer = {"Authorization": f"Bearer {product.credentials['user']['token']}"}
    with httpx2.Client(base_url=product.url, timeout=30) as client:
        with psycopg.connect(database) as other:
            other.execute("LOCK TABLE sessions_app_call, django_session")
            for path, headers in (
                ("/api/v1/calls/", bearer),
                ("/calls/", {"Cookie": "sessionid=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}),
            ):
                began_s = time.monotonic()
                told = client.get(path, headers=headers)
                assert (told.status_code, told.headers["Retry-After"]) == (503, str(RETRY_AFTER_S))
                assert time.monotonic() - began_s < REQUEST_S + 3
        assert client.get("/api/v1/calls/", headers=bearer).status_code == 200


def _workers(product: Product, calls: list[str]) -> set[str]:
    """Returns which processes carried these calls."""
    script = "from sessions_app.models import Call; " + (
        f"print(*Call.objects.filter(public_id__in={calls}).values_list('worker', flat=True))"
    )
    return set(product.manage("shell", "-v", "0", "-c", script).split())
