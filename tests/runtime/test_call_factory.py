"""A call that is given up while its row is written."""

import asyncio
import threading
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User

from sessions_app.engine.core.commands import AudioIn, StartStream
from sessions_app.engine.core.errors import BusyError
from sessions_app.models import Agent, Call, Ticket
from sessions_app.runtime import short_queries
from sessions_app.runtime.call_factory import CallFactory
from sessions_app.runtime.settings import voice_config
from sessions_app.runtime.store import Store
from sessions_app.services import calls, tickets
from sessions_app.services.authentication import Principal

pytestmark = pytest.mark.django_db(transaction=True)


class Writing:
    """A database that is slow: the row is written once it is let, in the store's thread."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.let = threading.Event(), threading.Event()
        write = tickets.create_call

        def slowly(*given: Any, **facts: Any) -> Any:
            self.begun.set()
            assert self.let.wait(10)
            return write(*given, **facts)

        monkeypatch.setattr(tickets, "create_call", slowly)


@pytest_asyncio.fixture
async def store() -> AsyncIterator[Store]:
    store = Store()
    store.start()
    yield store
    await store.aclose()


def ticket_of(user: User) -> tuple[Principal, Agent]:
    calls.seed_agents()
    ticket, _ = tickets.issue(user)
    holder = tickets.principal_of(ticket)
    assert tickets.claim(holder)
    return holder, Agent.objects.filter(is_default=True)[0]


@pytest.mark.parametrize("late", [False, True], ids=["cancelled", "too late"])
async def test_no_row_is_left_of_a_call_that_was_given_up_while_it_was_written(
    store: Store, alice: User, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    writing = Writing(monkeypatch)
    holder, agent = await sync_to_async(ticket_of)(alice)
    agent_config = SimpleNamespace(language="en-US", as_json=dict)
    made: Any = SimpleNamespace(agent=agent, agent_config=agent_config)
    factory, wish = CallFactory(voice_config(), store, "worker"), StartStream(AudioIn("pcm16"))
    if late:
        monkeypatch.setattr(short_queries, "ASK_S", 0.05)
    creating = asyncio.create_task(
        factory._store_row(holder, made, wish, transport="websocket", key="")
    )
    await asyncio.to_thread(writing.begun.wait, 10)
    if not late:
        creating.cancel()
    with pytest.raises(BusyError if late else asyncio.CancelledError):
        await creating
    writing.let.set()
    monkeypatch.setattr(short_queries, "ASK_S", 10.0)
    await store.run(lambda: None)
    assert await store.run(Call.objects.count) == 0
    row = await store.run(lambda: Ticket.objects.get(pk=holder.key))
    assert (row.call_id, row.used_at) == ("", None), "it is for another call"
    await factory.aclose()


@pytest.mark.parametrize("records", [True, False])
async def test_a_call_remembers_that_nobody_was_asked_to_be_recorded(
    store: Store, alice: User, settings: Any, records: bool
) -> None:
    settings.VOICE = {**settings.VOICE, "RECORDING": records}
    holder, agent = await sync_to_async(ticket_of)(alice)
    agent_config = SimpleNamespace(language="en-US", as_json=dict)
    made: Any = SimpleNamespace(agent=agent, agent_config=agent_config)
    factory, wish = CallFactory(voice_config(), store, "worker"), StartStream(AudioIn("pcm16"))
    call = await factory._store_row(holder, made, wish, transport="websocket", key="")
    assert call.recording_was_off is not records
    await factory.aclose()
