"""What hangs on a principal ends though a question to the database never comes back."""

import asyncio
import threading
from typing import Any

import pytest
from django.db import connection

from sessions_app.runtime import endings
from sessions_app.services import authentication, database
from sessions_app.services.authentication import Principal, Way

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_question_that_hangs_is_asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, hangs, ended = [], threading.Event(), asyncio.Event()

    def still_valid(credentials: set[authentication.Credential]) -> set[authentication.Credential]:
        asked.append(credentials)
        if len(asked) == 1:
            hangs.wait(30)
            return credentials
        return set()

    monkeypatch.setattr(authentication, "still_valid", still_valid)
    monkeypatch.setattr(endings, "CHECK_S", 0.02)
    monkeypatch.setattr(endings, "ASK_S", 0.2)
    held = endings.Endings()
    held.register(Principal(1, Way.TOKEN, "1"), ended.set)
    try:
        async with asyncio.timeout(10):
            await ended.wait()
    finally:
        hangs.set()
        await held.aclose()
    assert len(asked) == 2


async def test_the_database_gives_a_question_up_before_its_thread_is_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A thread that hangs is one of three: what asked meanwhile would wait for ever."""
    limits: dict[str, Any] = {}

    def still_valid(credentials: set[authentication.Credential]) -> set[authentication.Credential]:
        limits["lock"] = database._lock_limit()
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SHOW statement_timeout")
                limits["statement"] = cursor.fetchone()[0]
        return credentials

    monkeypatch.setattr(authentication, "still_valid", still_valid)
    held = endings.Endings()
    held.register(Principal(1, Way.TOKEN, "1"), list)
    await held.check()
    await held.aclose()
    assert limits["lock"] in ("600", "600ms")
    assert limits.get("statement", "8s") == "8s"
    assert endings.STATEMENT_S < endings.ASK_S
