"""/metrics: off without a token, closed without the right one, and without the database."""

import asyncio
from typing import Any

import pytest
from django.db import OperationalError
from django.test import AsyncClient, Client

from sessions_app.runtime import engine
from sessions_app.runtime.monitoring.definitions import METRICS
from sessions_app.runtime.monitoring.exposition import read
from sessions_app.runtime.monitoring.of_database import HeldCount
from sessions_app.services import owed_work

TOKEN = "a token of twenty or more"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def on(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


def test_it_is_off_until_a_token_is_set(client: Client) -> None:
    answer = client.get("/metrics", headers=BEARER)
    assert (answer.status_code, "METRICS_TOKEN" in answer.content.decode()) == (404, True)


@pytest.mark.usefixtures("on")
@pytest.mark.parametrize(
    "header", ["", "Bearer", f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "é"]
)
def test_nobody_reads_it_without_the_token(client: Client, header: str) -> None:
    answer = client.get("/metrics", headers={"Authorization": header})
    assert (answer.status_code, b"voicesite_" in answer.content) == (401, False)
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert client.post("/metrics", headers=BEARER).status_code == 405


@pytest.mark.usefixtures("on")
async def test_a_process_that_carries_calls_asks_no_database(settings: Any) -> None:
    settings.VOICE = {**settings.VOICE, "ROLE": "media"}
    settings.METRICS_PROCESS = "media_0"
    answer = await AsyncClient().get("/metrics", headers=BEARER)
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    assert 'voicesite_process_up{process="media_0",role="media"} 1.0' in text
    assert "voicesite_loop_lag_seconds_bucket" in text
    assert "voicesite_jobs" not in text
    await engine.drain()


@pytest.mark.usefixtures("on")
@pytest.mark.django_db(transaction=True)
async def test_one_process_for_all_counts_calls_and_jobs() -> None:
    text = (await AsyncClient().get("/metrics", headers=BEARER)).content.decode()
    assert 'voicesite_jobs{kind="recording",process="all",state="pending"} 0.0' in text
    assert 'voicesite_database_up{process="all"} 1.0' in text
    own = {family.name.removeprefix("voicesite_") for family in read(text)} & set(METRICS)
    of_others = {"job_attempts", "heartbeat_age_seconds", "disk_free_bytes"}
    of_engines = {name for name in METRICS if name.startswith("recogniser_")}
    assert own == set(METRICS) - of_others - of_engines
    alone = (await AsyncClient().get("/metrics?own=1", headers=BEARER)).content.decode()
    assert ("voicesite_jobs" in alone, "voicesite_calls_room" in alone) == (False, True)
    await engine.drain()


async def test_a_count_is_held_and_a_database_that_is_away_breaks_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked, now = [], [100.0]

    def query() -> int:
        asked.append(1)
        if len(asked) == 2:
            raise OperationalError("the purple elephant")
        return len(asked)

    path = "sessions_app.runtime.monitoring.of_database"
    monkeypatch.setattr(f"{path}.time.monotonic", lambda: now[0])
    monkeypatch.setattr(f"{path}.database.connect", lambda *_: None)
    held = HeldCount(query, 10.0)
    assert [await asyncio.to_thread(held.get) for _ in range(3)] == [1, 1, 1]
    now[0] += 10.0
    assert await asyncio.to_thread(held.get) is None
    assert "purple" not in caplog.text
    now[0] += 10.0
    assert await asyncio.to_thread(held.get) == 3


def test_folders_that_may_fill_are_named_as_readyz_names_them() -> None:
    assert list(owed_work.folders()) == ["lanes", "recordings"]
