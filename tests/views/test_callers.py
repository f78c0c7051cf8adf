"""A client that does not wait for the answer to its offer."""

import asyncio
import gc
from typing import Any

import pytest

from sessions_app.engine.core.commands import Offer
from sessions_app.engine.core.errors import BadOfferError
from sessions_app.runtime import engine
from sessions_app.runtime.answered_offers import AnsweredCall
from sessions_app.services.authentication import Principal, Way
from sessions_app.views import callers
from sessions_app.views.callers import Caller


class Slow:
    """An engine that answers when it is let."""

    def __init__(self) -> None:
        self.asked, self.let = asyncio.Event(), asyncio.Event()

    async def place(self, *_: Any) -> AnsweredCall:
        self.asked.set()
        await self.let.wait()
        raise BadOfferError("This offer cannot be answered.")


async def test_an_offer_that_fails_once_its_client_is_gone_leaves_no_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow, complaints = Slow(), list[Any]()
    monkeypatch.setattr(engine, "current", lambda: slow)
    asyncio.get_running_loop().set_exception_handler(lambda _, what: complaints.append(what))
    caller = Caller(Principal(7, Way.SESSION, "a session"))
    asking = asyncio.create_task(caller.place(Offer("v=0")))
    await slow.asked.wait()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    slow.let.set()
    await asyncio.wait(callers._placing)
    del asking  # asyncio complains once nothing holds what failed
    gc.collect()
    await asyncio.sleep(0)
    assert not complaints
