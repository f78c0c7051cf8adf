"""Turns, notes, what was heard, and the settings a call ran with."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.events import (
    Latency,
    NoteKind,
    NoteTaken,
    SegmentFinal,
    Speaker,
    TurnEnded,
)
from sessions_app.engine.core.party import Party
from sessions_app.engine.summaries.extractive import ExtractiveSummariser
from sessions_app.models import Agent, Call, Summary, Turn
from sessions_app.services import agents, exports, search, summarising, transcripts, turns
from tests.conftest import CallMaker


def test_a_turn_is_stored_once_with_its_stages(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    ended = TurnEnded(2, Speaker.AGENT, 1000.4, 3000.6, True, Latency(500, 900, 950, 1100, 1300.4))
    turns.save(call.pk, ended)
    turns.save(call.pk, ended)
    turn = Turn.objects.get()
    assert (turn.start_ms, turn.end_ms, turn.interrupted) == (1000, 3001, True)
    assert turn.response_ms == 800


def test_a_turn_without_an_answer_has_no_stages(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    turns.save(call.pk, TurnEnded(1, Speaker.CALLER, -5, -9))
    turn = turns.of_call(call).get()
    assert (turn.start_ms, turn.end_ms, turn.response_ms) == (0, 0, None)


def test_what_was_typed_is_answered_from_when_it_came(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    typed = Latency(None, 900, None, 901, 5900)
    turns.save(call.pk, TurnEnded(3, Speaker.AGENT, 5900, 6000, latency=typed))
    assert turns.of_call(call).get().response_ms == 5000


def test_what_it_says_of_its_own_accord_is_no_answer(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    turns.save(call.pk, TurnEnded(1, Speaker.AGENT, 0, 900))
    turns.save(call.pk, TurnEnded(2, Speaker.CALLER, 1000, 1500))
    mute = Latency(1500, 2000, 2000, 2100, None)
    turns.save(call.pk, TurnEnded(3, Speaker.AGENT, 2100, 2200, latency=mute))
    turns.save(call.pk, TurnEnded(4, Speaker.CALLER, 3000, 3500))
    turns.save(call.pk, TurnEnded(5, Speaker.AGENT, 4000, 4200, latency=Latency(3500, 3900)))
    assert [turn.index for turn in turns.answers_of(call)] == [3]


def note(number: int, text: str, kind: NoteKind = NoteKind.NOTE) -> NoteTaken:
    return NoteTaken(number, kind, text, 10.0)


def test_only_the_notes_that_changed_are_written(
    alice: User, make_call: CallMaker, django_assert_max_num_queries: Any
) -> None:
    call, other = make_call(alice), make_call(alice)
    turns.change_notes(other.pk, [note(2, "theirs")])
    turns.change_notes(call.pk, [note(1, "milk")])
    first = turns.notes_of(call).get().pk
    for text in ("bread", "tea"):
        turns.change_notes(call.pk, [note(2, text)])  # once more, as after a lost answer
    with django_assert_max_num_queries(4):  # two of them begin and end the transaction
        turns.change_notes(call.pk, [note(3, "jam"), note(4, "oil")])
    turns.change_notes(call.pk, [], [4, 3, 9])
    assert [(n.number, n.text) for n in turns.notes_of(call)] == [(1, "milk"), (2, "tea")]
    assert turns.notes_of(call)[0].pk == first
    assert turns.notes_of(other).count() == 1


def test_notes_are_what_they_are_now(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    turns.replace_notes(call.pk, [note(1, "milk"), note(2, "bread")])
    turns.replace_notes(call.pk, [note(1, "milk")])
    assert [n.text for n in turns.notes_of(call)] == ["milk"]


def heard(call_pk: int) -> None:
    transcripts.append(
        [
            (call_pk, SegmentFinal(1, Speaker.CALLER, "Tell me about the trains.", 0, 900)),
            (
                call_pk,
                SegmentFinal(
                    2, Speaker.AGENT, "One two three.", 1000, 1500, heard_text="One two", turn=2
                ),
            ),
            (call_pk, SegmentFinal(3, Speaker.AGENT, "Never.", 1500, 1500, heard_text="", turn=2)),
        ]
    )


def test_an_export_holds_what_was_heard(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    heard(call.pk)
    rows = exports.rows(call)
    assert [(r.text, r.interrupted, r.full_text) for r in rows] == [
        ("Tell me about the trains.", False, ""),
        ("One two", True, "One two three."),
    ]
    assert "Agent: One two —" in exports.render(call, "txt", alice)[1]
    counted: Any = search.with_word_count(Call.objects.all()).get()
    assert counted.word_count == 7


def test_what_was_written_down_comes_first_in_the_summary(
    alice: User, make_call: CallMaker
) -> None:
    call = make_call(alice)
    heard(call.pk)
    turns.replace_notes(call.pk, [note(1, "milk"), note(2, "Call Ann", NoteKind.ACTION)])
    summary = Summary.objects.create(call=call)
    summarising.summarise(call, summary, ExtractiveSummariser())
    assert summary.key_points[0] == {"text": "milk", "seq": None}
    assert summary.action_items[0] == {"text": "Call Ann", "seq": None, "who": "Ann", "due": ""}


def test_a_sentence_that_was_noted_is_listed_once(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    said = SegmentFinal(1, Speaker.CALLER, "Please call Ann about the train tickets.", 0, 900)
    transcripts.append([(call.pk, said)])
    turns.replace_notes(call.pk, [note(1, "call Ann about the train tickets", NoteKind.ACTION)])
    summary = Summary.objects.create(call=call)
    summarising.summarise(call, summary, ExtractiveSummariser())
    noted = {"text": "call Ann about the train tickets", "seq": None}
    assert summary.action_items == [noted | {"who": "Ann", "due": ""}]


def test_shares_count_the_words_that_no_summary_needs(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    Call.objects.filter(pk=call.pk).update(persona={"greeting": "Hello. How can I help you?"})
    call.refresh_from_db()
    for seq, text in enumerate(["Hello.", "How can I help you?", "I can help you"], start=1):
        said = SegmentFinal(seq, Speaker.AGENT, text, 1000 * seq, 1000 * seq + 500)
        transcripts.append([(call.pk, said)])
    summary = Summary.objects.create(call=call)
    summarising.summarise(call, summary, ExtractiveSummariser())
    assert summary.speakers == [{"speaker": "agent", "spoken_ms": 1500, "words": 10}]
    assert "4 words" in summary.text


def test_earlier_calls_of_the_same_user_are_found(
    alice: User, bob: User, make_call: CallMaker
) -> None:
    old, other, now = make_call(alice), make_call(bob), make_call(alice)
    for call in (old, other, now):
        heard(call.pk)
    found = search.earlier_calls(Party(alice.pk), now.pk, "trains", 3)
    assert [(e.date, e.text) for e in found] == [
        (old.created_at.date().isoformat(), "Tell me about the trains.")
    ]
    assert search.earlier_calls(Party(alice.pk), now.pk, "planes", 3) == []


@pytest.mark.parametrize(
    ("asks", "finds"),
    [
        ("", [""]),
        ("id:ann", ["id:ann"]),
        ("id:ben", []),
        ("id:an", []),
        ("ticket:7", []),  # somebody unknown, even where the name were met twice
        ("guest:x", []),
    ],
)
def test_visitors_of_one_user_are_strangers(
    asks: str, finds: list[str], alice: User, make_call: CallMaker
) -> None:
    for visitor in ("", "id:ann", "ticket:7", "guest:x"):
        call = make_call(alice, visitor=visitor)
        Call.objects.filter(pk=call.pk).update(title=visitor)
        heard(call.pk)
    now = make_call(alice, visitor=asks)
    found = search.earlier_calls(Party(alice.pk, asks), now.pk, "trains", 9)
    assert [one.title for one in found] == finds


def test_an_agent_becomes_a_config(db: None) -> None:
    agent = Agent.objects.get(slug="scribe")
    config = agents.config_of(agent)
    assert config.answers
    assert config.greeting == agent.greeting
    assert AgentConfig.from_json(config.as_json()) == config
