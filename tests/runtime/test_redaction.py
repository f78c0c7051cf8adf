"""What an agent hides of a live call: nothing of it is stored, told to watchers or kept at hand."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from unittest.mock import MagicMock

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User

from sessions_app.engine.core.agent_config import AgentConfig, RedactionSettings
from sessions_app.engine.core.clock import CallClock
from sessions_app.engine.core.errors import AgentNotReadyError
from sessions_app.engine.core.events import (
    CallEvent,
    InterimChanged,
    NoteKind,
    NotesChanged,
    NoteTaken,
    SegmentFinal,
    Speaker,
    Word,
)
from sessions_app.engine.core.party import Party
from sessions_app.engine.core.rates import MessageLimits
from sessions_app.engine.protocols.control import DETAILS, INTERIMS, SocketOutlet
from sessions_app.engine.session.call_parts import CallSides, Ownership
from sessions_app.engine.session.call_session import CallSession
from sessions_app.engine.session.supervisor import Limits
from sessions_app.models import Call, RedactedOriginal, Redaction, Segment, VersionSegment
from sessions_app.models import Note as NoteRow
from sessions_app.runtime import redaction
from sessions_app.runtime.store import Store, StoreSink
from sessions_app.services import transcripts
from tests.conftest import CallMaker
from tests.fixtures.left import left_in_database

pytestmark = pytest.mark.django_db(transaction=True)

HIDES = AgentConfig(redaction=RedactionSettings(("card", "email")))
KEEPS = AgentConfig(redaction=RedactionSettings(("card", "email"), keep_original=True))
CARD = "4111 1111 1111 1111"


class Agent:
    """Notes what the agent hears."""

    heeds = False

    def __init__(self) -> None:
        self.heard: list[CallEvent] = []

    def emit(self, event: CallEvent) -> None:
        self.heard.append(event)

    def catch_up(self) -> list[CallEvent]:
        return [NotesChanged((note(f"card {CARD}"),), whole=True)]


class Talk:
    """A session with an agent, a store and a socket."""

    def __init__(self, store: Store, call: Call, persona: AgentConfig) -> None:
        self.agent, self.told = Agent(), list[Any]()
        ears: Any = MagicMock()
        agent: Any = self.agent
        transport: Any = None
        self.session = CallSession(
            Ownership(call.public_id, Party(1)),
            transport,
            CallSides(lambda _: ears, lambda _: agent),
            CallClock(),
            Limits(),
            messages=MessageLimits(),
        )
        redaction.begin(self.session, call, persona, store)
        self.session.add_sink(StoreSink(store, call.pk, call.public_id))
        features = frozenset({DETAILS, INTERIMS})
        self.session.add_sink(SocketOutlet(call.public_id, features, self.told.append))
        self.store = store

    async def say(self, *events: CallEvent) -> None:
        for event in events:
            self.session._emit(event)
        assert await self.store.drain(5)


@pytest_asyncio.fixture
async def store() -> AsyncIterator[Store]:
    store = Store()
    store.start()
    yield store
    await store.aclose()


@pytest.fixture
def call(alice: User, make_call: CallMaker) -> Call:
    return make_call(alice)


def note(text: str) -> NoteTaken:
    return NoteTaken(1, NoteKind.NOTE, text, 10.0)


def final(seq: int, text: str, at_ms: float = 0.0) -> SegmentFinal:
    words = tuple(
        Word(word, at_ms + 100 * at, at_ms + 100 * at + 90) for at, word in enumerate(text.split())
    )
    return SegmentFinal(seq, Speaker.CALLER, text, at_ms, at_ms + 100 * len(words), words)


async def test_nothing_of_a_hidden_number_is_stored_or_told(store: Store, call: Call) -> None:
    talk = Talk(store, call, HIDES)
    await talk.say(
        InterimChanged(1, Speaker.CALLER, f"My card is {CARD}", 0, 500),
        final(1, f"My card is {CARD}."),
        NotesChanged((note(f"card {CARD}"),)),
    )
    row = await Segment.objects.aget()
    assert row.text == "My card is [card number]."
    assert [word["text"] for word in row.words] == ["My", "card", "is", "[card number]"]
    assert (await NoteRow.objects.aget()).text == "card [card number]"
    assert "4111" not in str(talk.told) + row.search_text
    assert "4111" not in str([*talk.session.finals_after(0), *talk.session.catch_up()])
    assert not await RedactedOriginal.objects.aexists()
    assert CARD in str(talk.agent.heard), "the agent hears what was said"
    hidden = await Redaction.objects.aget()
    assert (hidden.seq, hidden.kind, hidden.start_ms, hidden.end_ms) == (1, "card", 300, 690)


async def test_a_number_in_two_lines_is_taken_back_where_it_was_told(
    store: Store, call: Call
) -> None:
    talk = Talk(store, call, HIDES)
    await talk.say(final(1, "It's 4111 1111."))
    await talk.say(final(2, "1111 1111, okay?", 2_000))
    rows = [row.text async for row in Segment.objects.order_by("seq")]
    assert rows == ["It's [card number].", "[card number], okay?"]
    assert [(m["seq"], m["text"], m.get("redacted")) for m in talk.told] == [
        (1, "It's 4111 1111.", None),
        (1, "It's [card number].", True),
        (2, "[card number], okay?", None),
    ]
    kept = [(one.seq, one.text) for one in talk.session.finals_after(0)]
    assert kept == [(1, "It's [card number]."), (2, "[card number], okay?")]
    assert await Redaction.objects.acount() == 2


async def test_the_original_is_kept_where_the_agent_says_so(store: Store, call: Call) -> None:
    talk = Talk(store, call, KEEPS)
    await talk.say(final(1, f"My card is {CARD}."), final(2, "Thank you.", 5_000))
    kept = await RedactedOriginal.objects.aget()
    assert kept.seq == 1
    assert kept.texts["text"] == f"My card is {CARD}."
    assert [word["text"] for word in kept.texts["words"]][-1] == "1111."


async def test_an_agent_that_hides_nothing_changes_nothing(store: Store, call: Call) -> None:
    talk = Talk(store, call, AgentConfig())
    await talk.say(final(1, f"My card is {CARD}."))
    assert (await Segment.objects.aget()).text == f"My card is {CARD}."
    assert not await Redaction.objects.aexists()


async def test_no_trace_is_left_in_the_database(store: Store, call: Call) -> None:
    talk = Talk(store, call, HIDES)
    await talk.say(final(1, "Write to quexovar@drompelun.com."))
    assert await Segment.objects.aexists()
    assert not await sync_to_async(left_in_database)(["quexovar", "drompelun"])


def test_an_agent_with_a_bad_pattern_takes_no_calls() -> None:
    bad = replace(HIDES, redaction=RedactionSettings((), ("(unclosed",)))
    with pytest.raises(AgentNotReadyError, match="not set up well"):
        redaction.finder_of(bad)


def test_what_a_second_pass_hears_is_hidden_too(call: Call) -> None:
    transcripts.append([(call.pk, final(1, "My card is [card number]."))])
    call.persona = HIDES.as_json()
    call.save()
    said = final(1, f"My card is {CARD}.")
    words = [transcripts.word_row(word) for word in said.words]
    row = VersionSegment(
        seq=1, speaker="caller", text=said.text, start_ms=0, end_ms=700, words=words
    )
    (shown,) = redaction.redacted(call, [row])
    assert shown.text == "My card is [card number]."
    assert "4111" not in str(shown.words)
    redaction.redacted(call, [row])
    assert [(one.seq, one.start_ms) for one in Redaction.objects.all()] == [(1, 300)]


def test_the_settings_of_a_call_are_read_back_as_they_were() -> None:
    assert AgentConfig.from_json(KEEPS.as_json()).redaction == KEEPS.redaction
    assert not AgentConfig.from_json({}).redaction.hides
