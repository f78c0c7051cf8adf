"""Ended calls reach a collector as traces, once, whatever it does meanwhile; their words do not."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sessions_app import tasks
from sessions_app.engine.core.events import Latency, Speaker, TurnEnded
from sessions_app.engine.core.traced_calls import shown_trace_id
from sessions_app.models import Call, SignOfLife
from sessions_app.runtime.tracing import exporting
from sessions_app.runtime.tracing.exporting import Exporting
from sessions_app.runtime.tracing.otlp import OtlpSender
from sessions_app.services import ended_calls, turns, webhook_sending
from tests.conftest import CallMaker
from tests.fixtures.otlp_receiver import Collector, attributes, collecting
from tests.fixtures.spoken_call import WORDS, spoken_call

pytestmark = pytest.mark.django_db
LATENCY = Latency(4000, 4500, 4600, 4900, 5100)


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with collecting() as found:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", found.url)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
        yield found


@pytest.fixture
def exports(collector: Collector) -> Iterator[Exporting]:
    """What exports, once it has begun with the calls that end from now on."""
    ended_calls.next_batch(timezone.now() - timedelta(hours=2))
    made = Exporting(OtlpSender)
    yield made
    if made._sender is not None:
        made._sender.close()


@pytest.fixture
def over(alice: User, make_call: CallMaker) -> Call:
    """A call that ended a minute ago."""
    call = make_call(alice)
    end(call)
    return call


def end(call: Call, *, ago: timedelta = timedelta(minutes=1)) -> None:
    at = timezone.now() - ago
    Call.objects.filter(pk=call.pk).update(state="ended", ended_at=at, answered_at=at)


def talk(call: Call) -> None:
    turns.save(call.pk, TurnEnded(1, Speaker.CALLER, 1000, 4000))
    turns.save(call.pk, TurnEnded(2, Speaker.AGENT, 5100, 7000, False, LATENCY))


def test_a_call_is_one_trace_without_its_words(
    exports: Exporting, collector: Collector, alice: User, tmp_path: Path
) -> None:
    call = spoken_call(alice, tmp_path)
    talk(call)
    end(call)
    assert exports.once()
    assert collector.paths == ["/v1/traces"]
    trace = {span.trace_id.hex() for span in collector.spans}
    assert trace == {shown_trace_id(call.public_id)}
    by_name = {span.name: span for span in collector.spans}
    whole, answer = by_name["call"], by_name["invoke_agent"]
    assert attributes(whole)["gen_ai.conversation.id"] == call.public_id
    assert (whole.parent_span_id, answer.parent_span_id) == (b"", whole.span_id)
    speech = by_name["text_to_speech default"]
    assert speech.parent_span_id == answer.span_id
    assert speech.end_time_unix_nano - speech.start_time_unix_nano == 200_000_000
    assert collector.resource["service.name"] == "voicesite"
    sent = b"".join(collector.bodies).decode("utf-8", "replace").lower()
    assert [word for word in (*WORDS, "alice") if word.lower() in sent] == []
    assert call.public_id.lower() in sent  # words would be found


def test_each_call_is_sent_once(
    exports: Exporting,
    collector: Collector,
    alice: User,
    make_call: CallMaker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    live, over, just_over = (make_call(alice) for _ in range(3))
    end(over)
    end(just_over, ago=timedelta(seconds=1))
    assert exports.once()
    assert exports.once()
    assert [attributes(one)["gen_ai.conversation.id"] for one in collector.spans] == [
        over.public_id
    ]
    end(live, ago=timedelta(0))
    monkeypatch.setattr(ended_calls, "SETTLES", timedelta(0))
    assert exports.once()
    sent = [one for one in collector.spans if one.name == "call"]
    told = [attributes(one)["gen_ai.conversation.id"] for one in sent]
    assert sorted(told) == sorted(call.public_id for call in (live, over, just_over))


@pytest.mark.parametrize("status", [503, 401])
def test_calls_wait_for_a_collector_that_does_not_take_them(
    exports: Exporting,
    collector: Collector,
    over: Call,
    status: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    collector.status = status
    assert not exports.once()
    assert not exports.once()
    assert caplog.text.count("traces are not exported now") == 1
    assert collector.url not in caplog.text
    collector.status = 200
    assert exports.once()
    assert len(collector.spans) == 1
    assert "traces are exported again" in caplog.text


def test_what_is_refused_for_good_holds_up_nothing(
    exports: Exporting,
    collector: Collector,
    over: Call,
    caplog: pytest.LogCaptureFixture,
) -> None:
    collector.status = 400
    assert exports.once()
    assert "refused 1 spans for good" in caplog.text
    collector.status = 200
    assert exports.once()
    assert collector.spans == []


def test_the_environment_names_service_and_share(
    exports: Exporting,
    collector: Collector,
    alice: User,
    make_call: CallMaker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "calls of the north")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20abc")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
    end(make_call(alice))
    assert exports.once()
    assert collector.resource["service.name"] == "calls of the north"
    assert collector.headers[0]["authorization"] == "Bearer abc"
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.0")
    monkeypatch.setattr(ended_calls, "SETTLES", timedelta(0))
    end(make_call(alice), ago=timedelta(0))
    assert len(ended_calls.next_batch(timezone.now()).calls) == 1
    assert Exporting(OtlpSender).once()
    assert len(collector.bodies) == 1
    assert not ended_calls.next_batch(timezone.now()).calls


def test_a_worker_exports_where_it_is_told_to_and_stops_at_once(
    collector: Collector, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_sending, "start", lambda: None)
    monkeypatch.setattr(tasks, "_alive", lambda _name: None)
    settings.TRACING = False
    tasks._worker_starts()
    assert exporting._exporting == []
    settings.TRACING = True
    tasks._worker_starts()
    assert [thread for thread in threading.enumerate() if thread.name == "traces"]
    tasks._worker_ends()
    assert not [thread for thread in threading.enumerate() if thread.name == "traces"]


def test_one_worker_exports_at_a_time(alice: User, make_call: CallMaker) -> None:
    now = timezone.now()
    assert ended_calls.claim(now)
    assert not ended_calls.claim(now)
    assert ended_calls.claim(now + ended_calls.LEASE_FOR)  # the other one died
    ended_calls.release(now)
    assert ended_calls.claim(now)


def test_calls_are_read_in_batches_with_few_queries(
    alice: User,
    make_call: CallMaker,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: Any,
) -> None:
    monkeypatch.setattr(ended_calls, "BATCH", 2)
    ended_calls.next_batch(timezone.now() - timedelta(hours=2))
    at = timezone.now() - timedelta(minutes=1)
    for minutes in (3, 1, 1, 0):  # two ended at the same moment, as those of a process that died
        call = make_call(alice)
        ended_at = at - timedelta(minutes=minutes)
        Call.objects.filter(pk=call.pk).update(state="ended", ended_at=ended_at)
    sizes = []
    for _ in range(3):
        with django_assert_max_num_queries(6):
            batch = ended_calls.next_batch(timezone.now())
        sizes.append(len(batch.calls))
        ended_calls.done(batch)
    assert sizes == [3, 1, 0]
    SignOfLife.objects.filter(name=ended_calls.REACHED).update(at=at - timedelta(days=9))
    assert ended_calls.next_batch(timezone.now()).after >= at - ended_calls.KEPT
