"""What an agent asks for is taken from its calls, kept, corrected, and told."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User

from sessions_app import tasks
from sessions_app.engine.core.events import SegmentFinal, Speaker
from sessions_app.engine.core.states import CallState
from sessions_app.engine.understanding.extractor import ModelExtractor
from sessions_app.engine.understanding.rules import RuleExtractor
from sessions_app.models import (
    AccessLog,
    Agent,
    Call,
    ErasureCause,
    Extraction,
    WebhookDelivery,
    WebhookEndpoint,
)
from sessions_app.models.work import WorkState
from sessions_app.runtime.understanding import extractor_for
from sessions_app.services import (
    agent_versions,
    calls,
    erasure,
    extracting,
    extractions,
    queueing,
    transcripts,
    work,
)
from tests.conftest import CallMaker, Queued
from tests.fixtures.completions_server import CompletionsServer, running_completions
from tests.runtime.test_understanding import with_models

pytestmark = pytest.mark.django_db

SCHEMA = {
    "type": "object",
    "properties": {
        "order_number": {"type": "string"},
        "callback_wanted": {"type": "boolean"},
        "phone": {"type": "string"},
    },
}
ANSWER = {
    "order_number": {"value": "AB12", "segments": [1]},
    "callback_wanted": {"value": True, "segments": [2]},
    "phone": {"value": None, "segments": []},
}


@pytest.fixture
def server() -> Iterator[CompletionsServer]:
    with running_completions(answer=lambda _body: json.dumps(ANSWER), tokens_in=400) as made:
        yield made


@pytest.fixture
def live(alice: User, make_call: CallMaker) -> Call:
    call = make_call(alice)
    Agent.objects.filter(pk=call.agent_id).update(extraction_schema=SCHEMA, extraction_version=3)
    texts = ("My order AB12 has not come.", "Call me back at 030 1234567, please.")
    for seq, text in enumerate(texts, start=4):
        final = SegmentFinal(seq, Speaker.CALLER, text, 1000 * seq, 1000 * seq + 900)
        transcripts.append([(call.pk, final)])
    return call


@pytest.fixture
def ended(live: Call) -> Call:
    calls.move(live.public_id, CallState.FAILED)
    return Call.objects.select_related("agent").get(pk=live.pk)


def by_model(server: CompletionsServer) -> ModelExtractor:
    return ModelExtractor(model="m", base_url=server.url, sleep=lambda _seconds: None)


def taken(call: Call, extractor: Any = None) -> Extraction:
    with work.claimed(Extraction, call.pk) as row:
        assert row is not None
        extracting.extract(call, row, extractor or RuleExtractor())
    return Extraction.objects.get(call=call)


def test_it_is_scheduled_when_a_call_ends(ended: Call) -> None:
    assert Extraction.objects.get().state == WorkState.PENDING


def test_nothing_is_scheduled_where_the_agent_asks_for_nothing(
    alice: User, make_call: CallMaker
) -> None:
    calls.move(make_call(alice).public_id, CallState.FAILED)
    assert not Extraction.objects.exists()


def test_values_are_kept_with_evidence_and_schema(ended: Call, server: CompletionsServer) -> None:
    row = taken(ended, by_model(server))
    assert row.state == WorkState.DONE
    assert row.values == {"order_number": "AB12", "callback_wanted": True, "phone": None}
    assert row.evidence == {"order_number": [4], "callback_wanted": [5]}
    assert (row.schema, row.schema_version) == (SCHEMA, 3)
    assert (row.engine, row.model, row.requests, row.tokens_in) == ("model", "m", 1, 400)


def test_a_worker_takes_them_by_rules_where_there_is_no_model(ended: Call) -> None:
    tasks.summarise_call(ended.pk)
    row = Extraction.objects.get()
    assert (row.state, row.engine) == (WorkState.DONE, "rules")
    assert row.values == {"order_number": None, "callback_wanted": None, "phone": "030 1234567"}
    assert row.evidence == {"phone": [5]}


def test_who_takes_them(ended: Call, settings: Any) -> None:
    assert isinstance(extractor_for(ended), RuleExtractor)
    with_models(settings)
    ended.persona = {"responder": "chat"}
    assert isinstance(extractor_for(ended), ModelExtractor)
    ended.agent.summariser = "extractive"  # no model may read its calls
    assert isinstance(extractor_for(ended), RuleExtractor)
    with_models(settings, "model")
    ended.agent.summariser, ended.persona = "", {}
    assert isinstance(extractor_for(ended), ModelExtractor)


def test_corrections_stay_when_values_are_taken_again(
    ended: Call, staff: User, server: CompletionsServer, queued: Queued,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    row = taken(ended)
    extractions.correct(row, staff, {"order_number": "XY9"})
    row.refresh_from_db()
    assert (row.values["order_number"], row.found["order_number"]) == ("XY9", None)
    assert (row.corrected_by, row.corrected_at is not None) == (staff, True)
    entry = AccessLog.objects.get()
    assert (entry.action, entry.detail) == ("edited", "taken values: order_number")
    with django_capture_on_commit_callbacks(execute=True):
        assert extractions.ask_again(ended, staff)
    assert queued() == [(queueing.SUMMARISE, ended.pk)]
    again = taken(ended, by_model(server))
    assert again.values == {"order_number": "XY9", "callback_wanted": True, "phone": None}
    assert again.found["order_number"] == "AB12"
    extractions.correct(again, staff, {}, ["order_number"])
    again.refresh_from_db()
    assert (again.values["order_number"], again.corrections) == ("AB12", {})


def test_a_field_that_the_agent_asks_for_no_more_goes(ended: Call, staff: User) -> None:
    row = taken(ended)
    extractions.correct(row, staff, {"order_number": "XY9"})
    fields = {"type": "object", "properties": {"phone": {"type": "string"}}}
    ended.agent.extraction_schema = fields
    assert extractions.ask_again(ended, staff)
    again = taken(ended)
    assert (again.values, again.corrections) == ({"phone": "030 1234567"}, {})


def test_not_while_it_is_live_or_in_the_making(live: Call, staff: User) -> None:
    assert not extractions.ask_again(live, staff)
    calls.move(live.public_id, CallState.FAILED)
    ended = Call.objects.get(pk=live.pk)
    assert work.claim(Extraction, ended.pk) is not None
    assert not extractions.ask_again(ended, staff)
    Extraction.objects.all().delete()
    Agent.objects.update(extraction_schema={})
    assert not extractions.ask_again(Call.objects.get(pk=live.pk), staff)
    assert not AccessLog.objects.exists()


def test_endpoints_are_told(ended: Call, server: CompletionsServer) -> None:
    WebhookEndpoint.objects.create(
        name="crm", url="https://example.org/", events=["extraction.ready"]
    )
    taken(ended, by_model(server))
    row = WebhookDelivery.objects.get()
    assert (row.event, row.call) == ("extraction.ready", ended)
    assert "AB12" not in json.dumps(row.payload)


def test_lost_hints_are_given_again(
    ended: Call, queued: Queued, django_capture_on_commit_callbacks: Any
) -> None:
    from sessions_app.models import Summary

    Summary.objects.all().delete()
    queued()
    with django_capture_on_commit_callbacks(execute=True):
        tasks.requeue_due_work()
    assert queued() == [(queueing.FINALISE, ended.pk)]


def test_erasing_the_words_erases_them(ended: Call, staff: User) -> None:
    tasks.summarise_call(ended.pk)
    assert erasure.erase_text(ended, staff, ErasureCause.STAFF) is not None
    assert not Extraction.objects.exists()
    ended.refresh_from_db()
    assert not extractions.ask_again(ended, staff)


def test_words_are_not_erased_while_they_are_read(ended: Call, staff: User) -> None:
    work.claim(Extraction, ended.pk)
    tasks.summarise_call(ended.pk)
    assert erasure.erase_text(ended, staff, ErasureCause.STAFF) is None


def test_fields_keep_the_order_that_the_agent_gives_them(ended: Call) -> None:
    row = taken(ended)
    version = agent_versions.keep(ended.agent)
    version.refresh_from_db()
    names = list(SCHEMA["properties"])
    for schema in (ended.agent.extraction_schema, row.schema, version.config["extraction_schema"]):
        assert list(schema["properties"]) == names
    assert list(row.in_order) == names


def test_values_as_a_file(ended: Call, staff: User) -> None:
    row = taken(ended)
    extractions.correct(row, staff, {"order_number": "=1+1", "callback_wanted": False})
    text = extractions.as_csv(Call.objects.all(), staff)
    head, line = text.removeprefix("\ufeff").splitlines()
    assert head == "call,agent,created_at,order_number,callback_wanted,phone"
    assert line.startswith(f"{ended.public_id},{ended.agent.slug},")
    assert line.endswith(",\u2060=1+1,no,\u2060030 1234567")
    assert AccessLog.objects.filter(action="exported", user=staff).count() == 1
    extractions.correct(row, staff, {"order_number": "\n =1+1"})
    assert ",\u2060=1+1,no," in extractions.as_csv(Call.objects.all(), staff)
