"""What calls used, what it cost, and the sums by agent and period."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sessions_app.engine.core.usage import CallUsage, UsageKind, UsedPart
from sessions_app.engine.understanding.extractor import ModelExtractor
from sessions_app.engine.understanding.summariser import ModelSummariser
from sessions_app.models import Agent, Call, ErasureCause, Extraction, Summary, Usage, Version
from sessions_app.services import (
    calls,
    erasure,
    extracting,
    extractions,
    prices,
    summaries,
    summarising,
    usage,
    usage_panel,
    versions,
    work,
)
from tests.api.conftest import end, say
from tests.conftest import CallMaker
from tests.fixtures.completions_server import running_completions

pytestmark = pytest.mark.django_db

PRICES = {
    "STT_PRICES": {"google": Decimal("0.6")},
    "MODEL_PRICES": {"m": (Decimal(1), Decimal(2))},
    "VOICE_PRICES": {"default": Decimal(10), "default/nova": Decimal(30)},
    "CURRENCY": "EUR",
    "RECOGNISERS": {"default": {"SAME_AS": "google"}, "google": {}, "moonshine": {}},
    "SYNTHESISERS": {"default": {}},
}


@pytest.fixture(autouse=True)
def priced(settings: Any) -> None:
    settings.VOICE = {**settings.VOICE, **PRICES}


@pytest.fixture
def call(alice: User, make_call: CallMaker) -> Call:
    return make_call(alice)


def everything() -> list[UsedPart]:
    used = CallUsage()
    used.heard("default", 30_000.4)
    used.heard("moonshine", 1000)
    used.asked("m", 1000, 100)
    used.asked("m", 2000, 200, estimated=True)
    used.spoke("default", "nova", 500)
    return used.parts()


def test_a_call_keeps_what_it_used_and_what_that_cost(call: Call, settings: Any) -> None:
    usage.keep(call.pk, everything()[:1])
    usage.keep(call.pk, everything())
    heard, second, asked, spoken = usage.of_call(call)
    assert (heard.name, heard.audio_ms, heard.cost) == ("google", 30_000, Decimal("0.3"))
    assert (second.name, second.audio_ms, second.cost) == ("moonshine", 1000, None)
    assert (asked.name, asked.requests, asked.tokens_in, asked.tokens_out) == ("m", 2, 3000, 300)
    assert (asked.cost, asked.estimated) == (Decimal("0.0036"), True)
    assert (spoken.voice, spoken.characters, spoken.cost) == ("nova", 500, Decimal("0.015"))
    settings.VOICE = {**settings.VOICE, "STT_PRICES": {}, "CURRENCY": "USD"}
    total = usage.total_of(usage.of_call(call))
    assert total.costs == {"EUR": Decimal("0.3186")}
    assert (total.unpriced, total.estimated, total.audio_ms) == (1, True, 31_000)


def test_prices_by_name() -> None:
    heard = UsedPart(UsageKind.SECOND_PASS, "google", audio_ms=60_000)
    assert prices.cost(heard) == Decimal("0.6")
    spoken = UsedPart(UsageKind.SPEECH, "default", "onyx", characters=1_000_000)
    assert prices.cost(spoken) == Decimal(10)
    assert prices.cost(UsedPart(UsageKind.ANSWERS, "other", requests=1)) is None


def test_what_follows_a_call_is_counted_each_time(call: Call) -> None:
    say(call, "The gate of the garden is broken.", "We mend it tomorrow, I promise you that.")
    fields = {"type": "object", "properties": {"part": {"type": "string"}}}
    Agent.objects.filter(pk=call.agent_id).update(extraction_schema=fields)
    end(call)
    call = Call.objects.get(pk=call.pk)
    told: dict[str, Any] = {
        "title": "A gate",
        "summary": [],
        "decisions": [],
        "todos": [],
        "part": None,
    }
    with running_completions(answer=lambda _: json.dumps(told), tokens_in=400) as server:
        options: dict[str, Any] = {"model": "m", "base_url": server.url, "sleep": lambda _: None}
        for _ in range(2):
            with work.claimed(Summary, call.pk) as summary:
                assert summary is not None
                summarising.summarise(call, summary, ModelSummariser(**options))
            with work.claimed(Extraction, call.pk) as taken:
                assert taken is not None
                extracting.extract(call, taken, ModelExtractor(**options))
            assert summaries.ask_again(call, None)
            assert extractions.ask_again(call, None)
    rows = usage.of_call(call)
    assert {(row.kind, row.run) for row in rows} == {
        (kind, run) for kind in ("summary", "values") for run in (1, 2)
    }
    assert all(row.tokens_in >= 400 and row.cost for row in rows)
    assert not any(row.estimated for row in rows)


def test_a_second_pass_is_counted(call: Call) -> None:
    version = Version.objects.create(call=call, number=2, recogniser="default")
    with work.claimed(Version, version.pk) as taken:
        assert taken is not None
        assert versions.keep(taken, [], 20_000.0)
    (row,) = usage.of_call(call)
    assert (row.kind, row.name, row.run, row.audio_ms) == ("second_pass", "google", 2, 20_000)
    assert usage.total_of([row]).second_pass_ms == 20_000


def test_what_is_known_of_a_call_whose_process_died_stays(
    alice: User, make_call: CallMaker
) -> None:
    made = [make_call(alice) for _ in range(2)]
    for call in made:
        say(call, "hello there", "good morning")
        call.persona = {"synthesiser": "default"}
        call.save()
    usage.keep(made[0].pk, everything())
    Call.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=1))
    assert len(calls.reap(timezone.now())) == 2
    first, second = (usage.of_call(call) for call in made)
    assert [row.audio_ms for row in first] == [30_000, 1000, 0, 0]
    assert {(row.kind, row.audio_ms, row.characters) for row in second} == {
        ("recognition", 1500, 0),
        ("speech", 0, 12),
    }
    assert all(row.estimated for row in (*first, *second))


def test_calls_are_summed_by_agent_and_period(
    alice: User, make_call: CallMaker, settings: Any
) -> None:
    made = [make_call(alice) for _ in range(5)]
    part = UsedPart(UsageKind.RECOGNITION, "google", audio_ms=60_000)
    for call in made[:3]:
        usage.keep(call.pk, [part])
    settings.VOICE = {**settings.VOICE, "CURRENCY": "USD"}
    usage.keep(made[3].pk, [part])
    scribe, own = Agent.objects.get(slug="scribe"), made[0].agent
    Call.objects.filter(pk=made[2].pk).update(agent=scribe)
    now = timezone.localtime()
    old = now - timedelta(days=60)
    Call.objects.filter(pk=made[1].pk).update(created_at=old)
    span = now - timedelta(days=90), now + timedelta(days=1)
    months = usage.summed(*span, by="month")
    assert [(line.first, line.agent, line.total.calls) for line in months] == [
        (now.date().replace(day=1), scribe.pk, 1),
        (now.date().replace(day=1), own.pk, 3),
        (old.date().replace(day=1), own.pk, 1),
    ]
    assert months[1].total.costs == {"EUR": Decimal("0.6"), "USD": Decimal("0.6")}
    (line,) = usage.summed(*span, agent=own)
    assert (line.first, line.total.calls, line.total.audio_ms) == (None, 4, 180_000)
    assert usage.whole(months).costs == {"EUR": Decimal("1.8"), "USD": Decimal("0.6")}
    days = usage.summed(*span, by="day")
    assert [line.first for line in days] == [now.date(), now.date(), old.date()]


def test_erased_calls_are_in_no_sum(call: Call, staff: User) -> None:
    end(call)
    usage.keep(call.pk, everything())
    erasure.erase_call(call, staff, ErasureCause.STAFF)
    usage.keep(call.pk, everything()[:1])
    now = timezone.now()
    assert usage.summed(now - timedelta(days=1), now + timedelta(days=1)) == []
    Call.everything.filter(pk=call.pk).delete()
    usage.keep(call.pk, everything())
    assert not Usage.objects.exists()


def test_who_sees_it(call: Call, alice: User, staff: User) -> None:
    usage.keep(call.pk, everything())
    assert usage_panel.panel(call, alice) is None
    told = usage_panel.panel(call, staff)
    assert told is not None
    assert [(line.what, line.by, line.amount, line.cost) for line in told.lines] == [
        ("Speech recognition", "google", "30.0 s", "0.3000 EUR"),
        ("Speech recognition", "moonshine", "1.0 s", ""),
        ("Answers", "m", "about 3000 tokens in, 300 out, 2 requests", "0.0036 EUR"),
        ("Voice", "default, nova", "500 characters", "0.0150 EUR"),
    ]
    assert told.cost == "0.3186 EUR"
    assert usage_panel.money(Decimal("0.00003"), "") == "under 0.0001"
