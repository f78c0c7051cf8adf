"""The demo page's wire."""

import json
from collections.abc import Callable

import pytest

from sessions_app.engine.core.commands import Offer
from sessions_app.engine.core.events import (
    CallEvent,
    InterimChanged,
    SegmentFinal,
    Speaker,
    StateChanged,
)
from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.engine.protocols import results


def test_an_offer_is_read() -> None:
    assert results.parse(b'{"offer": "v=0"}') == Offer("v=0", door="results")
    body = b'{"offer": "v=0", "agentId": "a", "consent": {"recording": true}}'
    assert results.parse(body) == Offer("v=0", "a", records=True, door="results")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"", "JSON"),
        (b"\xff", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"[]", "object"),
        (b"{}", "`offer`"),
        (b'{"offer": ""}', "`offer`"),
        (b'{"offer": {"sdp": "v=0"}}', "`offer`"),
        (b'{"offer": "v=0", "agentId": 1}', "`agentId`"),
        (b'{"offer": "v=0", "consent": {"recording": 1}}', "true or false"),
        (b'{"offer": "v=0", "consent": "yes"}', "`consent`"),
    ],
)
def test_a_body_that_cannot_be_read_is_told_why(body: bytes, named: str) -> None:
    with pytest.raises(results.BadRequestError, match=named):
        results.parse(body)


FINAL = SegmentFinal(1, Speaker.CALLER, "Grüß Gott", 0, 1, confidence=0.5)
UNSURE = SegmentFinal(2, Speaker.CALLER, "hello", 0, 1)
INTERIM = InterimChanged(1, Speaker.CALLER, "grü", 0, 1)
CLEARED = InterimChanged(1, Speaker.CALLER, "", 0, 1)
AGENT = SegmentFinal(3, Speaker.AGENT, "Yes.", 0, 1)
OVER = StateChanged(CallState.ENDED, EndReason.CALLER_LEFT)


def told(*events: CallEvent, interims: bool = False) -> list[object]:
    out: list[object] = []
    close: Callable[[], None] = lambda: out.append("closed")  # noqa: E731 - a stand-in
    outlet = results.ResultsOutlet(
        lambda data: out.append(json.loads(data)), close, interims=interims
    )
    for event in events:
        outlet.emit(event)
    return out


def test_every_final_is_told_with_a_number_and_then_the_channel_closes() -> None:
    assert told(INTERIM, FINAL, AGENT, CLEARED, UNSURE, OVER) == [
        {"text": "Grüß Gott", "confidence": 0.5, "final": True},
        {"text": "hello", "confidence": 0.0, "final": True},
        "closed",
    ]


def test_interims_come_to_those_who_ask() -> None:
    assert told(INTERIM, CLEARED, FINAL, interims=True) == [
        {"text": "grü", "confidence": 0.0, "final": False},
        {"text": "Grüß Gott", "confidence": 0.5, "final": True},
    ]
