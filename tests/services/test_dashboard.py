"""The numbers of the dashboard, of rows that are known."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sessions_app.engine.core.usage import UsageKind
from sessions_app.models import (
    Agent,
    AudioCopy,
    Call,
    Extraction,
    Recording,
    Segment,
    Summary,
    Turn,
    Usage,
)
from sessions_app.services import calls, dashboard, usage
from sessions_app.services.dashboard import Numbers
from sessions_app.services.periods import Period, last_days

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 3)
DAYS = Period(FIRST, LAST)
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)

Making = Callable[..., Call]


@pytest.fixture
def make(alice: User) -> Making:
    """Returns what makes a call of a day, of a minute unless said otherwise."""
    calls.seed_agents()

    def made(at: datetime = NOON, agent: str = "scribe", **given: Any) -> Call:
        fields = {
            "agent": Agent.objects.get(slug=agent),
            "language": "en-US",
            "recogniser": "default",
            "state": "ended",
            "end_reason": "caller_hung_up",
            "duration_ms": 60_000,
        }
        call = Call.objects.create(owner=alice, **(fields | given))
        Call.objects.filter(pk=call.pk).update(created_at=at)
        return call

    return made


def said(call: Call, seq: int, confidence: float | None, **given: Any) -> None:
    fields = {"speaker": "caller", "text": "yes", "start_ms": 0, "end_ms": 900}
    Segment.objects.create(call=call, seq=seq, confidence=confidence, **(fields | given))


def answered(call: Call, index: int, after_ms: int, **given: Any) -> None:
    times = {"speech_end_ms": 1000, "first_audio_ms": 1000 + after_ms}
    row = {"speaker": "agent", "start_ms": 1000, "end_ms": 9000} | times | given
    Turn.objects.create(call=call, index=index, **row)


def paid(call: Call, cost: str | None, kind: UsageKind = UsageKind.RECOGNITION) -> None:
    told = {"cost": cost, "currency": "EUR" if cost else ""}
    Usage.objects.create(call=call, kind=kind.value, name="r", audio_ms=1000, **told)


def test_calls_are_counted_on_the_day_they_began(make: Making) -> None:
    make()
    make(NOON + timedelta(days=2), duration_ms=90_000)
    make(NOON + timedelta(days=2), state="failed", end_reason="never_connected", duration_ms=None)
    make(NOON - timedelta(days=1))
    make(NOON + timedelta(days=3))
    numbers = Numbers(DAYS)
    shown = [(one.name, t.calls, t.failed, t.minutes) for one, t in numbers.stretches]
    assert shown == [
        ("2026-11-01", 1, 0, 1.0),
        ("2026-11-02", 0, 0, 0.0),
        ("2026-11-03", 2, 1, 1.5),
    ]
    assert (numbers.total.calls, numbers.total.failed, numbers.total.minutes) == (3, 1, 2.5)


def test_days_begin_where_the_clocks_of_the_settings_say(make: Making) -> None:
    make(datetime(2026, 11, 1, 23, 30, tzinfo=UTC))
    with timezone.override("Europe/Berlin"):
        counted = [tally.calls for _, tally in Numbers(DAYS).stretches]
        assert Numbers(Period(FIRST, FIRST)).total.calls == 0
    assert counted == [0, 1, 0]


def test_a_day_of_25_hours_has_all_its_calls(make: Making) -> None:
    with timezone.override("Europe/Berlin"):
        day = Period(date(2026, 10, 25), date(2026, 10, 25))
        assert day.before.astimezone(UTC) - day.since.astimezone(UTC) == timedelta(hours=25)
        make(day.since)
        make(day.before.astimezone(UTC) - timedelta(seconds=1))
        make(day.before)
        assert [tally.calls for _, tally in Numbers(day).stretches] == [2]
        both = Period(date(2026, 10, 25), date(2026, 10, 26))
        assert [tally.calls for _, tally in Numbers(both).stretches] == [2, 1]


def test_a_long_period_is_told_in_weeks(make: Making) -> None:
    make()
    make(NOON + timedelta(days=6))
    make(NOON + timedelta(days=7))
    period = Period(FIRST, FIRST + timedelta(days=99))
    stretches = Numbers(period).stretches
    assert [tally.calls for _, tally in stretches[:3]] == [2, 1, 0]
    assert stretches[0][0].name == "2026-11-01 to 2026-11-07"
    assert len(stretches) == 15
    assert stretches[-1][0].last == period.last


def test_the_last_days_end_today() -> None:
    week = last_days(7)
    assert (week.days, week.last) == (7, timezone.localdate())


def test_ends_and_agents_are_told_most_frequent_first(make: Making) -> None:
    make(agent="transcribe-only", end_reason="idle")
    make()
    make()
    make(state="active", end_reason="", duration_ms=None)
    numbers = Numbers(DAYS)
    assert [(why, tally.calls) for why, tally in numbers.ends] == [
        ("caller_hung_up", 2),
        ("", 1),
        ("idle", 1),
    ]
    names = {slug: Agent.objects.get(slug=slug).name for slug in ("scribe", "transcribe-only")}
    assert [(agent.name, tally.calls) for agent, tally in numbers.agents] == [
        (names["scribe"], 3),
        (names["transcribe-only"], 1),
    ]


def test_one_agent_narrows_every_number(make: Making) -> None:
    mine, other = make(), make(agent="transcribe-only")
    for call in (mine, other):
        answered(call, 1, 700)
        said(call, 1, 0.5)
        Recording.objects.create(call=call, state="failed", file="x.ogg", size=5)
        paid(call, "1")
    numbers = Numbers(DAYS, Agent.objects.get(slug="scribe"))
    assert numbers.total.calls == 1
    assert [one.answers for one in numbers.answers] == [1]
    assert [one.segments for one in numbers.confidences] == [1]
    assert numbers.failed_jobs[Recording] == 1
    assert [one.recording_bytes for one in numbers.stored] == [5]
    assert [one.total.costs for one in numbers.spent] == [{"EUR": 1}]


def test_a_call_that_is_being_erased_is_in_no_number(make: Making) -> None:
    call = make()
    answered(call, 1, 700)
    said(call, 1, 0.5)
    Recording.objects.create(call=call, state="failed", file="x.ogg", size=5)
    paid(call, "1")
    Call.objects.filter(pk=call.pk).update(erasing_at=NOON)
    numbers = Numbers(DAYS)
    assert numbers.total.calls == 0
    assert not any((numbers.answers, numbers.confidences, numbers.stored, numbers.spent))
    assert numbers.failed_jobs[Recording] == 0


def test_answers_have_a_median_and_a_slow_end(make: Making) -> None:
    call, slow = make(), make(agent="transcribe-only")
    for index, after in enumerate((*range(100, 2000, 100), 9000), start=1):
        answered(call, index, after)
    answered(call, 21, 1, speech_end_ms=None)  # typed
    answered(call, 22, 1, first_audio_ms=None)  # never heard
    answered(slow, 1, 2500)
    found = [(one.answers, one.spread.p50, one.spread.p95) for one in Numbers(DAYS).answers]
    assert found == [(1, 2500, 2500), (20, 1000, 1900)]


def test_what_failed_after_a_call_is_counted(make: Making) -> None:
    call, other = make(), make()
    Summary.objects.create(call=call, state="failed")
    Summary.objects.create(call=other, state="done")
    Extraction.objects.create(call=call, state="failed")
    found = Numbers(DAYS).failed_jobs
    assert {model.__name__: count for model, count in found.items() if count} == {
        "Summary": 1,
        "Extraction": 1,
    }


def test_confidence_is_that_of_what_callers_said(make: Making) -> None:
    call = make()
    said(call, 1, 0.9)
    said(call, 2, 0.5)
    said(call, 3, None)
    said(call, 4, 0.1, speaker="agent")
    said(call, 5, 0.1, source="keypad")
    said(make(recogniser="other"), 1, 0.6)
    first, second = Numbers(DAYS).confidences
    assert (first.recogniser, first.calls, first.segments) == ("other", 1, 1)
    assert (second.recogniser, second.language, second.segments) == ("default", "en-US", 2)
    assert second.mean == pytest.approx(0.7)
    assert second.lowest == pytest.approx(0.5)


def test_confidence_looks_at_a_sample_of_many_calls(
    make: Making, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dashboard, "SAMPLED_CALLS", 2)
    for hour in range(5):
        said(make(NOON + timedelta(hours=hour)), 1, hour / 10)
    numbers = Numbers(DAYS)
    assert numbers.sampled_every == 3
    (one,) = numbers.confidences
    assert one.calls == 2
    assert one.mean == pytest.approx(0.15)  # of the first and the fourth


def test_sizes_are_those_of_the_rows_else_of_the_files(make: Making) -> None:
    known, measured, lost, gone = make(), make(), make(), make()
    Recording.objects.create(call=known, state="done", file="known.ogg", size=1000)
    row = Recording(call=measured, state="done")
    row.file.save("call.ogg", ContentFile(b"x" * 234))
    Recording.objects.create(call=lost, state="done", file="nowhere.ogg")
    Recording.objects.create(call=gone, state="done", file="", size=5000)
    AudioCopy.objects.create(call=known, format="mp3", state="done", file_name="a.mp3", size=70)
    AudioCopy.objects.create(call=known, format="wav", state="pending")
    (one,) = Numbers(DAYS).stored
    assert (one.recordings, one.recording_bytes, one.unknown) == (3, 1234, 1)
    assert (one.copies, one.copy_bytes) == (1, 70)
    assert one.bytes == 1304


def test_no_more_files_than_that_are_measured(
    make: Making, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dashboard, "MEASURED_FILES", 1)
    for _ in range(2):
        row = Recording(call=make(), state="done")
        row.file.save("call.ogg", ContentFile(b"x" * 100))
    (one,) = Numbers(DAYS).stored
    assert (one.recording_bytes, one.unknown) == (100, 1)


def test_costs_are_those_of_the_page_of_usage(make: Making) -> None:
    cheap, dear = make(), make(agent="transcribe-only")
    paid(cheap, "0.25")
    paid(cheap, None, UsageKind.ANSWERS)
    paid(dear, "0.5", UsageKind.SUMMARY)
    make(agent="transcribe-only")  # used nothing
    found = Numbers(DAYS).spent
    assert [one.total.costs for one in found] == [{"EUR": Decimal("0.5")}, {"EUR": Decimal("0.25")}]
    assert [one.total.unpriced for one in found] == [0, 1]
    same = usage.summed(DAYS.since, DAYS.before)
    assert sorted(found, key=lambda one: one.agent_name) == same


PARTS = (
    *("total", "stretches", "agents", "ends", "failed_jobs"),
    *("answers", "confidences", "stored", "spent"),
)


def test_numbers_take_as_many_queries_for_many_calls_as_for_one(make: Making) -> None:
    def read() -> int:
        numbers = Numbers(DAYS)
        with CaptureQueriesContext(connection) as asked:
            for part in PARTS:
                getattr(numbers, part)
        return len(asked)

    call = make()
    Recording.objects.create(call=call, state="done", file="x.ogg", size=5)
    alone = read()
    for _ in range(5):
        Recording.objects.create(call=make(), state="done", file="x.ogg", size=5)
    assert (read(), alone) == (alone, 13)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's plans follow the rows")
def test_no_row_of_a_call_or_an_answer_is_read(make: Making) -> None:
    """Both are long: 20 000 of them take a second to read, and their indexes a tenth of that."""
    answered(make(), 1, 700)
    numbers = Numbers(DAYS)
    with CaptureQueriesContext(connection) as asked:
        assert (numbers.total.calls, len(numbers.answers)) == (1, 1)
    plans = [_plan(one["sql"]) for one in asked if "created_at" in one["sql"]]
    assert ["COVERING INDEX call_numbers" in plan for plan in plans] == [True, True]
    assert "COVERING INDEX turn_answered" in plans[-1]


def _plan(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return str(cursor.fetchall())
