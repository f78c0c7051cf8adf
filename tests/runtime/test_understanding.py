"""Which summariser a call has."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from sessions_app.engine.summaries.extractive import ExtractiveSummariser
from sessions_app.engine.understanding.summariser import ModelSummariser
from sessions_app.models import Call
from sessions_app.runtime.understanding import model_of_agent, summariser_for
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db

CHAT = {
    "BACKEND": "sessions_app.engine.agent.responders.chat.responder.ChatResponder",
    "OPTIONS": {"model": "small", "base_url": "http://127.0.0.1:9/v1", "api_key": "k"},
}
MODEL = {
    "BACKEND": "sessions_app.engine.understanding.summariser.ModelSummariser",
    "OPTIONS": {"model": "large"},
}


@pytest.fixture
def call(alice: User, make_call: CallMaker) -> Call:
    return make_call(alice)


def with_models(settings: Any, default: str = "extractive", **more: Any) -> None:
    made = {**settings.VOICE["SUMMARISERS"], "model": MODEL, "default": {"SAME_AS": default}}
    responders = {**settings.VOICE["RESPONDERS"], "chat": CHAT, "other": {"SAME_AS": "chat"}}
    settings.VOICE = {
        **settings.VOICE,
        "SUMMARISERS": made,
        "RESPONDERS": responders,
        **more,
    }


@pytest.mark.parametrize("responder", ["", "scribe", "gone"])
def test_without_a_model_it_is_the_extractive_one(
    call: Call, settings: Any, responder: str
) -> None:
    with_models(settings)
    call.persona = {"responder": responder}
    assert isinstance(summariser_for(call), ExtractiveSummariser)


@pytest.mark.parametrize("responder", ["chat", "other"])
def test_an_agent_that_answers_by_a_model_has_that_one(
    call: Call, settings: Any, responder: str
) -> None:
    with_models(settings)
    call.persona = {"responder": responder}
    assert model_of_agent(call) == CHAT["OPTIONS"]
    assert isinstance(summariser_for(call), ModelSummariser)
    call.persona["responder_options"] = {"model": "own", "temperature": 1}
    assert model_of_agent(call) == {**CHAT["OPTIONS"], "model": "own"}


def test_unless_the_settings_say_otherwise(call: Call, settings: Any) -> None:
    with_models(settings, SUMMARIES_BY_AGENT=False)
    call.persona = {"responder": "chat"}
    assert isinstance(summariser_for(call), ExtractiveSummariser)


def test_the_installations_model_goes_before_the_agents(call: Call, settings: Any) -> None:
    with_models(settings, "model")
    call.persona = {"responder": "chat"}
    found = summariser_for(call)
    assert isinstance(found, ModelSummariser)
    assert found._client.model == "large"


@pytest.mark.parametrize(
    ("chosen", "kind"), [("extractive", ExtractiveSummariser), ("gone", ModelSummariser)]
)
def test_the_agents_own_choice_goes_first(
    call: Call, settings: Any, chosen: str, kind: type
) -> None:
    with_models(settings, "model")
    call.agent.summariser = chosen
    assert isinstance(summariser_for(call), kind)
