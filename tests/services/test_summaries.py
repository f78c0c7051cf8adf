from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from sessions_app.engine.agent.responders.scribe.commands import without_commands
from sessions_app.engine.core import events
from sessions_app.engine.core.events import NoteKind, SegmentFinal, Speaker
from sessions_app.engine.core.states import CallState
from sessions_app.engine.summaries.extractive import ExtractiveSummariser
from sessions_app.models import AccessLog, Call, Summary
from sessions_app.models.work import WorkState
from sessions_app.services import (
    calls,
    queueing,
    summaries,
    summarising,
    transcripts,
    turns,
    work,
)
from tests.conftest import CallMaker, Queued

pytestmark = pytest.mark.django_db


def begun_on(call: Call, moment: datetime) -> Call:
    Call.objects.filter(pk=call.pk).update(created_at=moment)
    call.refresh_from_db()
    return call


def say(call: Call, *texts: str) -> None:
    """Stores what the caller says, a segment each."""
    transcripts.append(
        [
            (call.pk, SegmentFinal(n, Speaker.CALLER, text, 1000 * n, 1000 * n + 900))
            for n, text in enumerate(texts, start=1)
        ]
    )


def summed_up(call: Call) -> Summary:
    row = Summary.objects.create(call=call)
    summarising.summarise(call, row, ExtractiveSummariser())
    return row


@pytest.mark.parametrize(
    ("zone", "due"),
    [
        ("", "2026-11-29"),
        ("Pacific/Kiritimati", "2026-11-30"),  # it is Sunday there already
        ("America/New_York", "2026-11-29"),
        ("Mars/Olympus", "2026-11-29"),
    ],
)
def test_named_days_count_from_the_calls_day_where_its_agent_is(
    alice: User, make_call: CallMaker, zone: str, due: str
) -> None:
    call = begun_on(make_call(alice), datetime(2026, 11, 28, 12, tzinfo=UTC))
    call.persona = {"responder": "scribe", "responder_options": {"time_zone": zone}}
    turns.replace_notes(call.pk, [events.NoteTaken(1, NoteKind.ACTION, "call Ann tomorrow", 10.0)])
    say(call, "Remind me to call Ann tomorrow.")
    (item,) = summed_up(call).action_items
    assert item == {"text": "call Ann tomorrow", "seq": None, "who": "Ann", "due": due}


def test_hours_count_from_when_it_was_said_where_the_agent_is(
    alice: User, make_call: CallMaker
) -> None:
    call = begun_on(make_call(alice), datetime(2026, 11, 28, 12, tzinfo=UTC))
    call.persona = {"responder_options": {"time_zone": "Europe/Berlin"}}
    half_past = 30 * 60 * 1000
    note = events.NoteTaken(1, NoteKind.ACTION, "call Ann in an hour", float(half_past))
    turns.replace_notes(call.pk, [note])
    line = "Please send the form to Bremen in twenty minutes."
    transcripts.append(
        [(call.pk, SegmentFinal(1, Speaker.CALLER, line, half_past, half_past + 900))]
    )
    items = summed_up(call).action_items
    assert [(item["who"], item["due"]) for item in items] == [
        ("Ann", "2026-11-28T14:30"),
        ("", "2026-11-28T13:50"),
    ]


@pytest.mark.parametrize(
    ("language", "due"), [("en-US", "2027-03-01"), ("en-GB", "2027-01-03"), ("en", "2027-03-01")]
)
def test_dates_in_figures_have_the_order_of_the_calls_region(
    alice: User, make_call: CallMaker, language: str, due: str
) -> None:
    call = begun_on(make_call(alice), datetime(2026, 11, 28, 12, tzinfo=UTC))
    Call.objects.filter(pk=call.pk).update(language=language)
    call.refresh_from_db()
    turns.replace_notes(call.pk, [events.NoteTaken(1, NoteKind.ACTION, "pay by 3/1", 10.0)])
    assert summed_up(call).action_items[0]["due"] == due


def test_no_day_is_read_out_of_words_of_another_language(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    Call.objects.filter(pk=call.pk).update(language="nl-NL")
    call.refresh_from_db()
    turns.replace_notes(call.pk, [events.NoteTaken(1, NoteKind.ACTION, "Bel Anna in may 3", 10.0)])
    assert summed_up(call).action_items[0]["due"] == ""


def test_what_was_written_down_is_not_told_again(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    turns.replace_notes(
        call.pk, [events.NoteTaken(1, NoteKind.NOTE, "the gate of the garden is broken", 8000)]
    )
    say(call, "Take a note: the gate of the garden is broken. Goodbye.")
    row = summed_up(call)
    assert "gate" not in row.text
    assert [point["text"] for point in row.key_points] == ["the gate of the garden is broken"]


@pytest.mark.parametrize(
    ("noted", "text"),
    [
        (["buy milk"], "Everything that was said is in the notes."),
        ([], "Nothing was said but what the agent was asked for."),
    ],
)
def test_what_was_asked_of_the_agent_is_nothing_to_tell(
    alice: User, make_call: CallMaker, noted: list[str], text: str
) -> None:
    call = make_call(alice)
    notes = [events.NoteTaken(n, NoteKind.NOTE, one, 10.0) for n, one in enumerate(noted, start=1)]
    turns.replace_notes(call.pk, notes)
    say(call, "Remind me to call Ann on Friday.", "Scratch that.")
    row = Summary.objects.create(call=call)
    summarising.summarise(call, row, ExtractiveSummariser(), lambda _said: "")
    assert (row.text, row.action_items) == (text, [])


def test_a_call_of_greetings_alone_was_no_request(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    say(call, "Good morning.", "Good morning.", "Good morning.")
    row = Summary.objects.create(call=call)
    summarising.summarise(call, row, ExtractiveSummariser(), without_commands)
    assert row.text == "Only 6 words were said, too few to summarise."


def test_who_puts_a_day_right_means_the_later_one(alice: User, make_call: CallMaker) -> None:
    call = begun_on(make_call(alice), datetime(2026, 11, 28, 12, tzinfo=UTC))
    note = "call Ann, no, Ben on Monday, no wait, Tuesday"
    turns.replace_notes(call.pk, [events.NoteTaken(1, NoteKind.ACTION, note, 10.0)])
    say(call, f"Remind me to {note}.")
    (item,) = summed_up(call).action_items
    assert (item["text"], item["who"], item["due"]) == (note, "Ben", "2026-12-01")


def test_a_call_of_notes_alone_says_so(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    turns.replace_notes(call.pk, [events.NoteTaken(1, NoteKind.NOTE, "buy milk", 10.0)])
    say(call, "Could you note that I buy milk?", "Buy milk.")
    row = summed_up(call)
    assert (row.text, row.action_items) == ("Everything that was said is in the notes.", [])


def test_a_summary_is_filled_from_the_transcript(alice: User, make_call: CallMaker) -> None:
    call = begun_on(make_call(alice), datetime(2026, 11, 25, 12, tzinfo=UTC))
    lines = ["We will send the contract to the customer by friday.", "The weather was good today."]
    transcripts.append(
        [
            (call.pk, SegmentFinal(n, Speaker.CALLER, text, 1000 * n, 1000 * n + 900))
            for n, text in enumerate(lines, start=1)
        ]
    )
    Summary.objects.create(call=call)
    row = work.claim(Summary, call.pk)
    assert row is not None
    summarising.summarise(call, row, ExtractiveSummariser())
    kept = Summary.objects.get(call=call)
    assert (kept.state, kept.engine) == (WorkState.DONE, "extractive")
    assert kept.action_items == [
        {"text": lines[0], "seq": 1, "who": "the customer", "due": "2026-11-27"}
    ]
    assert (kept.text, kept.key_points) == (lines[1], [])
    assert kept.speakers == [{"speaker": "caller", "spoken_ms": 1800, "words": 15}]


def test_who_offered_has_the_to_do_whomever_it_names(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    said = [
        (Speaker.CALLER, "The garden gate is broken and the hinges have rusted through again."),
        (Speaker.AGENT, "Shall I call the plumber tomorrow?"),
        (Speaker.CALLER, "Yes, please."),
    ]
    transcripts.append(
        [
            (call.pk, SegmentFinal(n, speaker, text, 1000 * n, 1000 * n + 900))
            for n, (speaker, text) in enumerate(said, start=1)
        ]
    )
    Summary.objects.create(call=call)
    row = work.claim(Summary, call.pk)
    assert row is not None
    summarising.summarise(call, row, ExtractiveSummariser())
    (item,) = Summary.objects.get(call=call).action_items
    assert (item["text"], item["seq"], item["who"]) == (said[1][1], 2, "Agent")
    assert item["due"]


TALK = [
    "The budget of the garden project is almost spent.",
    "The trees of the garden project arrive on monday.",
    "The garden has forty trees of five different kinds.",
    "The film of yesterday evening was three hours long.",
    "The neighbours asked about the noise of the machines.",
    "The weather of the last few weeks was far too dry.",
    "The machines of the neighbours stand in the garden now.",
    "We will send the contract to the customer by friday.",
    "Take a note the gate of the garden is broken.",
]


@pytest.mark.parametrize("sentences", [1, 2, 3, 5, 8, 9])
def test_people_read_no_sentence_of_a_summary_twice(
    alice: User, make_call: CallMaker, sentences: int
) -> None:
    call = make_call(alice)
    said = TALK[-sentences:]
    transcripts.append(
        [
            (call.pk, SegmentFinal(n, Speaker.CALLER, text, 1000 * n, 1000 * n + 900))
            for n, text in enumerate(said, start=1)
        ]
    )
    gate = events.NoteTaken(1, NoteKind.NOTE, "the gate of the garden is broken", 8000)
    turns.replace_notes(call.pk, [gate])
    row = Summary.objects.create(call=call)
    summarising.summarise(call, row, ExtractiveSummariser())
    told = summaries.display_parts(row)
    listed = [point["text"] for point in (*told.key_points, *told.action_items)]
    shown = " ".join([told.text, *listed])
    assert shown
    assert all(shown.count(text.removeprefix("Take a note ")) <= 1 for text in said)
    assert shown.count(TALK[7]) == (1 if sentences > 1 else 0)
    assert len(told.key_points) == (0 if sentences <= 7 else 5)


def test_people_read_old_summaries_without_repeats() -> None:
    points = [{"text": text, "seq": n} for n, text in enumerate(TALK[:3], start=1)]
    noted = {"text": "milk", "seq": None}
    row = Summary(
        text=" ".join(TALK[:3]), key_points=[noted, *points], action_items=[points[1], noted]
    )
    told = summaries.display_parts(row)
    assert told == summaries.SummaryParts("", [points[0], points[2]], [points[1], noted])


def test_a_text_of_its_own_is_shown_beside_key_points() -> None:
    points = [{"text": TALK[0], "seq": 1}]
    row = Summary(text="They spoke of money.", key_points=points)
    assert summaries.display_parts(row) == summaries.SummaryParts(
        "They spoke of money.", points, []
    )


@pytest.fixture
def ended(alice: User, make_call: CallMaker) -> Call:
    call = make_call(alice)
    calls.move(call.public_id, CallState.FAILED)
    call.refresh_from_db()
    return call


def test_a_summary_can_be_asked_for_again(
    ended: Call, staff: User, queued: Queued, django_capture_on_commit_callbacks: Any
) -> None:
    Summary.objects.update(state=WorkState.FAILED, attempts=3, error="it broke", text="of before")
    with django_capture_on_commit_callbacks(execute=True):
        assert summaries.ask_again(ended, staff)
    row = Summary.objects.get(call=ended)
    assert (row.state, row.attempts, row.error) == (WorkState.PENDING, 0, "")
    assert row.text == "of before"
    entry = AccessLog.objects.get()
    assert (entry.user, entry.action) == (staff, "summarised")
    assert queued() == [(queueing.SUMMARISE, ended.pk)]


def test_a_call_without_a_summary_gets_one(ended: Call, staff: User) -> None:
    Summary.objects.all().delete()
    assert summaries.ask_again(ended, staff)
    assert Summary.objects.get().state == WorkState.PENDING


def test_a_live_call_or_a_summary_in_the_making_is_left_alone(
    ended: Call, alice: User, staff: User, make_call: CallMaker
) -> None:
    assert not summaries.ask_again(make_call(alice), staff)
    work.claim(Summary, ended.pk)
    assert not summaries.ask_again(ended, staff)
    assert Summary.objects.get().attempts == 1
    assert not AccessLog.objects.exists()


def test_each_note_that_the_scribe_holds_is_listed(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    texts = ["call Anna", "call Anna, and then we eat", "buy milk", "buy milk, and do that again"]
    notes = [events.NoteTaken(n, NoteKind.ACTION, text, 10.0) for n, text in enumerate(texts, 1)]
    turns.replace_notes(call.pk, [*notes, events.NoteTaken(9, NoteKind.NOTE, "buy milk", 11.0)])
    say(call, "Please call Anna.")
    row = summed_up(call)
    assert [item["text"] for item in row.action_items] == texts
    assert [point["text"] for point in row.key_points] == ["buy milk"]


@pytest.mark.parametrize(
    ("note", "said"),
    [
        (
            "call Anna. Tell her that I am late",
            ["Remind me to call Anna.", "Tell her that I am late."],
        ),
        ("the gate is broken. It was cold", ["Note that the gate is broken. It was cold."]),
        ("buy milk, and do that again today", ["Buy milk,", "and do that again today."]),
    ],
)
def test_sentences_of_a_note_are_not_counted_beside_it(
    alice: User, make_call: CallMaker, note: str, said: list[str]
) -> None:
    call = make_call(alice)
    turns.replace_notes(call.pk, [events.NoteTaken(1, NoteKind.NOTE, note, 10.0)])
    say(call, *said)
    assert summed_up(call).text == "Everything that was said is in the notes."


def answered(call: Call, *spans: tuple[Speaker, int, int]) -> None:
    """Stores the call's turns; the agent's are answers."""
    for index, (speaker, start, end) in enumerate(spans, start=1):
        latency = events.Latency(first_token_ms=start) if speaker is Speaker.AGENT else None
        turns.save(call.pk, events.TurnEnded(index, speaker, start, end, latency=latency))


@pytest.mark.parametrize(
    "said",
    [
        ["You remind me of my brother."],
        ["The last note was flat. Tell me the truth."],
        ["The last note was flat.", "Tell me the truth."],
    ],
)
def test_what_the_agent_did_nothing_with_was_not_asked_of_it(
    alice: User, make_call: CallMaker, said: list[str]
) -> None:
    def summary(*spans: tuple[Speaker, int, int]) -> str:
        call = make_call(alice)
        say(call, *said)
        answered(call, *spans)
        row = Summary.objects.create(call=call)
        summarising.summarise(call, row, ExtractiveSummariser(), lambda _said: "")
        return row.text

    caller = (Speaker.CALLER, 900, 3000)
    nothing = "Nothing was said but what the agent was asked for."
    words = sum(len(text.split()) for text in said)
    assert summary(caller) == f"Only {words} words were said, too few to summarise."
    assert summary(caller, (Speaker.AGENT, 3500, 4000)) == nothing
    assert summary() == nothing


def test_the_words_of_one_turn_are_looked_at_together(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    say(call, "The weather was nice.", "Remind me to", "call Ann on Friday.")
    answered(call, (Speaker.CALLER, 900, 4000), (Speaker.AGENT, 4500, 5000))
    row = Summary.objects.create(call=call)
    summarising.summarise(call, row, ExtractiveSummariser(), without_commands)
    assert row.action_items == []
    assert row.text == "Beside notes and requests only 4 words were said, too few to summarise."
