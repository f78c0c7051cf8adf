"""What hangs on a principal ends though a question to the database never comes back."""

import asyncio
import threading

import pytest

from sessions_app.bridge import endings
from sessions_app.services import authentication
from sessions_app.services.authentication import Principal, Way


async def test_a_question_that_hangs_is_asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, hangs, ended = [], threading.Event(), asyncio.Event()

    def standing(credentials: set[authentication.Credential]) -> set[authentication.Credential]:
        asked.append(credentials)
        if len(asked) == 1:
            hangs.wait(30)
            return credentials
        return set()

    monkeypatch.setattr(authentication, "standing", standing)
    monkeypatch.setattr(endings, "CHECK_S", 0.02)
    monkeypatch.setattr(endings, "ASK_S", 0.2)
    held = endings.Endings()
    held.hold(Principal(1, Way.TOKEN, "1"), ended.set)
    try:
        async with asyncio.timeout(10):
            await ended.wait()
    finally:
        hangs.set()
        await held.aclose()
    assert len(asked) == 2
