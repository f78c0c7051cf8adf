"""Values that a language model takes from a call, behind a real server."""

import json
import re
from typing import Any

import pytest

from sessions_app.engine.summaries.base import CallBrief
from sessions_app.engine.summaries.taking import TakenValues
from sessions_app.engine.understanding.extractor import ModelExtractor
from tests.engine.understanding.conftest import call_of
from tests.engine.understanding.test_summariser import data_of, numbers_of, system_of
from tests.fixtures.completions_server import PRODUCTS, CompletionsServer, Reply

FIELDS: dict[str, Any] = {
    "order_number": {"type": "string", "pattern": "^[A-Z]{2}[0-9]+$"},
    "callback_wanted": {"type": "boolean", "description": "Whether we shall call."},
    "mood": {"type": "string", "enum": ["calm", "angry"]},
    "amount": {"type": "number"},
    "goods": {"type": "array", "items": {"type": "string"}},
}
TALK = call_of("My order AB12 has not come. I am angry.", "Shall we call you?", "Yes.", first=5)
ANSWER = {
    "order_number": {"value": "AB12", "segments": [1]},
    "callback_wanted": {"value": True, "segments": [2, 3]},
    "mood": {"value": "angry", "segments": [1]},
    "amount": {"value": None, "segments": []},
    "goods": {"value": None, "segments": []},
}
NOTHING: dict[str, Any] = dict.fromkeys(FIELDS)


def taken(server: CompletionsServer, brief: CallBrief | None = None, **how: Any) -> TakenValues:
    connection: dict[str, Any] = {
        "model": "m",
        "base_url": server.url,
        "sleep": lambda _seconds: None,
    }
    return ModelExtractor(**connection, **how).take(brief or CallBrief(TALK, "en-US"), FIELDS)


@pytest.mark.parametrize("product", PRODUCTS)
def test_values_are_taken_with_their_places(server: CompletionsServer, product: str) -> None:
    server.product, server.tokens_in = PRODUCTS[product], 600
    server.answer = lambda _body: json.dumps(ANSWER)
    assert taken(server) == TakenValues(
        {**NOTHING, "order_number": "AB12", "callback_wanted": True, "mood": "angry"},
        {"order_number": [5], "callback_wanted": [6, 7], "mood": [5]},
        engine="model",
        model="m",
        requests=1,
        tokens_in=600,
        tokens_out=7,
    )
    (body,) = server.requests
    form = body["response_format"]["json_schema"]["schema"]
    assert form["required"] == list(FIELDS)
    mood = form["properties"]["mood"]["properties"]["value"]
    assert mood == {"type": ["string", "null"], "enum": ["calm", "angry", None]}
    assert "Whether we shall call." in system_of(body)
    assert "AB12" in data_of(body)
    assert "AB12" not in system_of(body)


def test_a_wrong_value_is_asked_for_again_in_the_validators_words(
    server: CompletionsServer,
) -> None:
    wrong = {**ANSWER, "order_number": {"value": "12", "segments": [1]}}
    answers = iter([json.dumps(wrong), json.dumps(ANSWER)])
    server.answer = lambda _body: next(answers)
    found = taken(server)
    assert (found.values["order_number"], found.note) == ("AB12", "")
    told = server.requests[1]["messages"][-1]["content"]
    assert "order_number: '12' does not match" in told


def test_a_value_that_stays_wrong_is_left_out_and_told(server: CompletionsServer) -> None:
    wrong = {**ANSWER, "mood": {"value": "glad", "segments": [1]}}
    server.answer = lambda _body: json.dumps(wrong)
    found = taken(server)
    assert len(server.requests) == 3
    assert (found.values["mood"], found.values["order_number"]) == (None, "AB12")
    assert "no valid value of mood" in found.note
    assert found.engine == "model"


@pytest.mark.parametrize(
    ("field", "given", "value"),
    [
        ("order_number", "AB12", "AB12"),
        ("order_number", {"value": " AB12\n", "segments": "1"}, "AB12"),
        ("order_number", {"value": "unknown"}, None),
        ("callback_wanted", {"value": "yes"}, True),
        ("callback_wanted", "False", False),
        ("mood", {"value": "ANGRY"}, "angry"),
        ("amount", {"value": "12.50"}, 12.5),
        ("amount", 3, 3),
        ("goods", {"value": "a chair"}, ["a chair"]),
        ("goods", ["a chair", None, 2], ["a chair", "2"]),
        ("goods", [], None),
    ],
)
def test_values_of_nearly_the_right_type(
    server: CompletionsServer, field: str, given: Any, value: Any
) -> None:
    server.answer = lambda _body: json.dumps({field: given})
    assert taken(server).values == {**NOTHING, field: value}
    assert len(server.requests) == 1


def test_places_that_there_are_not_are_left_out_and_told(server: CompletionsServer) -> None:
    answer = {**ANSWER, "mood": {"value": "angry", "segments": [1, 9, 55]}}
    server.answer = lambda _body: f"Here it is:\n```json\n{json.dumps(answer)}\n```"
    found = taken(server)
    assert found.evidence["mood"] == [5]
    assert "Places that the call does not have were left out: 2." in found.note


@pytest.mark.parametrize("failure", ["I cannot.", "{}", Reply(503), Reply(401), Reply(0)])
def test_without_the_model_rules_find_what_they_can(
    server: CompletionsServer, failure: str | Reply
) -> None:
    server.answer = lambda _body: failure
    brief = CallBrief(call_of("It was 12 euros and 50 cents, I mean 15 euros."), "en-US")
    found = taken(server, brief)
    assert (found.engine, found.model) == ("rules", "m")
    assert found.values == {**NOTHING, "amount": 15.0}
    assert "No language model could be used" in found.note
    assert found.requests == len(server.requests)


def test_of_a_long_call_the_last_word_counts(server: CompletionsServer) -> None:
    def answer(body: dict[str, Any]) -> str:
        first = numbers_of(body)[0]
        said = re.findall(r"AB\d+", data_of(body))
        return json.dumps(
            {
                "order_number": {"value": said[-1] if said else None, "segments": [first]},
                "goods": {"value": [f"chair {first}"], "segments": [first]},
            }
        )

    server.answer = answer
    texts = [f"This is sentence {n}, and it says rather little." for n in range(80)]
    texts[3], texts[30], texts[60] = "It is AB1.", "No, it is AB2.", "Is it AB2? It is AB3."
    brief = CallBrief(call_of(*texts), "en-US")
    found = taken(server, brief, context_tokens=1400, max_tokens=200)
    assert len(server.requests) > 2
    assert found.values["order_number"] == "AB3"
    assert len(found.values["goods"]) == len(server.requests)
    assert len(found.evidence["order_number"]) == 1
    assert len(found.evidence["goods"]) == len(server.requests)


def test_what_does_not_fit_is_read_in_halves(server: CompletionsServer) -> None:
    def answer(body: dict[str, Any]) -> str | Reply:
        if len(numbers_of(body)) > 10:
            return server.said('{"order_number": {"value": "A', "length")
        return json.dumps({"goods": {"value": [f"chair {numbers_of(body)[0]}"], "segments": []}})

    server.answer = answer
    texts = [f"This is sentence {n}." for n in range(40)]
    found = taken(server, CallBrief(call_of(*texts), "en-US"))
    assert found.values["goods"] == ["chair 1", "chair 11", "chair 21", "chair 31"]


def test_counts_that_cannot_be_are_believed_no_more(server: CompletionsServer) -> None:
    server.answer, server.tokens_in = (lambda _body: json.dumps(ANSWER)), 3
    texts = [f"This is sentence {n}, and it says rather little." for n in range(20)]
    found = taken(server, CallBrief(call_of(*texts), "en-US"))
    assert (found.engine, found.values["mood"]) == ("model", "angry")


def test_a_call_without_words_is_no_work(server: CompletionsServer) -> None:
    found = taken(server, CallBrief([], "en-US"))
    assert (found.values, found.requests) == (NOTHING, 0)
