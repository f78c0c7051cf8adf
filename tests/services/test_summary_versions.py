"""Each summary of a call is kept, with the person who asked for it and what it cost."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from sessions_app.engine.core.events import NoteKind, NoteTaken, SegmentFinal, Speaker
from sessions_app.engine.core.states import CallState
from sessions_app.engine.summaries.extractive import ExtractiveSummariser
from sessions_app.engine.understanding.summariser import ModelSummariser
from sessions_app.models import Call, ErasureCause, Summary, SummaryVersion
from sessions_app.models.work import WorkState
from sessions_app.services import (
    calls,
    erasure,
    summaries,
    summarising,
    summary_versions,
    transcripts,
    turns,
)
from tests.conftest import CallMaker
from tests.fixtures.completions_server import CompletionsServer, Reply, running_completions

pytestmark = pytest.mark.django_db

ANSWER = {
    "title": "A gate",
    "summary": [{"text": "The gate of the garden is broken.", "segments": [1, 2]}],
    "decisions": [{"text": "It is mended.", "segments": [2]}],
    "todos": [
        {"text": "Mend the gate tomorrow", "owner": "Bob", "due": "", "segments": [2, 9]},
        {"text": "Call Ann", "owner": "", "due": "2026-12-24", "segments": []},
    ],
}


@pytest.fixture
def server() -> Iterator[CompletionsServer]:
    with running_completions(answer=lambda _body: json.dumps(ANSWER), tokens_in=400) as made:
        yield made


@pytest.fixture
def ended(alice: User, make_call: CallMaker) -> Call:
    call = make_call(alice)
    texts = ("The gate of the garden is broken again.", "Then Bob shall mend the gate tomorrow.")
    for seq, text in enumerate(texts, start=4):
        final = SegmentFinal(seq, Speaker.CALLER, text, 1000 * seq, 1000 * seq + 900)
        transcripts.append([(call.pk, final)])
    calls.move(call.public_id, CallState.FAILED)
    call.refresh_from_db()
    return call


def summed_up(call: Call, server: CompletionsServer | None = None) -> Summary:
    row = Summary.objects.get(call=call)
    model = server and ModelSummariser(model="m", base_url=server.url, sleep=lambda _s: None)
    summarising.summarise(call, row, model or ExtractiveSummariser())
    row.refresh_from_db()
    return row


def test_a_models_summary_is_stored_with_its_places(ended: Call, server: CompletionsServer) -> None:
    note = NoteTaken(1, NoteKind.ACTION, "call the plumber", 10.0)
    turns.replace_notes(ended.pk, [note])
    Call.objects.filter(pk=ended.pk).update(created_at="2026-11-28T12:00:00Z")
    ended.refresh_from_db()
    row = summed_up(ended, server)
    assert (row.state, row.engine, row.model, row.number) == (WorkState.DONE, "model", "m", 1)
    assert (row.title, row.text) == ("A gate", "The gate of the garden is broken.")
    assert row.key_points == [
        {"text": "The gate of the garden is broken.", "seq": 4, "seqs": [4, 5]}
    ]
    assert row.decisions == [{"text": "It is mended.", "seq": 5, "seqs": [5]}]
    noted, mend, ann = row.action_items
    assert noted["text"] == "call the plumber"
    assert mend == {
        "text": "Mend the gate tomorrow.",
        "seq": 5,
        "seqs": [5],
        "who": "Bob",
        "due": "2026-11-29",  # by the text, as the model gives no day
    }
    assert (ann["seq"], ann["due"], "seqs" in ann) == (None, "2026-12-24", False)
    assert "named a place that the call does not have" in row.note


def test_the_agents_template_and_the_calls_day_reach_the_model(
    ended: Call, server: CompletionsServer
) -> None:
    ended.agent.summary_template = "Name the plant."
    ended.persona = {"name": "Gardener", "responder_options": {"time_zone": "Pacific/Kiritimati"}}
    ended.created_at = ended.created_at.replace(year=2026, month=11, day=28, hour=12, minute=0)
    summed_up(ended, server)
    told = server.requests[0]["messages"][0]["content"]
    assert "Name the plant." in told
    assert "Gardener" in told
    assert "Sunday, 2026-11-29, at 02:00" in told


def test_each_summary_is_kept(
    ended: Call, staff: User, server: CompletionsServer, settings: Any
) -> None:
    prices = {"m": (Decimal(2), Decimal(10))}
    settings.VOICE = {**settings.VOICE, "MODEL_PRICES": prices}
    first = summed_up(ended)
    assert summaries.ask_again(ended, staff)
    second = summed_up(ended, server)
    newest, oldest = summary_versions.of_call(ended)
    assert (oldest.number, oldest.asked_by, oldest.engine) == (1, None, "extractive")
    assert (oldest.text, oldest.requests, oldest.cost) == (first.text, 0, None)
    assert (newest.number, newest.asked_by, newest.model) == (2, staff, "m")
    assert (newest.text, newest.decisions) == (second.text, second.decisions)
    assert (newest.requests, newest.tokens_in, newest.tokens_out) == (1, 400, 7)
    assert newest.cost == Decimal("0.00087")
    assert newest.made_at == second.done_at


def test_what_failed_attempts_cost_is_counted(ended: Call, server: CompletionsServer) -> None:
    server.answer = lambda _body: "I do not know."
    row = summed_up(ended, server)
    assert (row.engine, row.model) == ("extractive", "m")
    assert "No language model could be used" in row.note
    (version,) = summary_versions.of_call(ended)
    assert (version.requests, version.tokens_in, version.note) == (3, 1200, row.note)


def test_a_server_that_is_out_costs_nothing(ended: Call, server: CompletionsServer) -> None:
    server.answer = lambda _body: Reply(503)
    summed_up(ended, server)
    (version,) = summary_versions.of_call(ended)
    assert (version.requests, version.tokens_in) == (4, 0)


def test_a_summary_of_another_worker_is_not_kept(ended: Call) -> None:
    row = Summary.objects.get(call=ended)
    Summary.objects.update(lease_number=7)  # taken over since
    summarising.summarise(ended, row, ExtractiveSummariser())
    assert not SummaryVersion.objects.exists()


def test_erasing_the_words_erases_all_summaries(
    ended: Call, staff: User, server: CompletionsServer
) -> None:
    summed_up(ended, server)
    assert erasure.erase_text(ended, staff, ErasureCause.STAFF) is not None
    assert "gate" not in str(list(Summary.objects.values()))
    assert not SummaryVersion.objects.exists()
