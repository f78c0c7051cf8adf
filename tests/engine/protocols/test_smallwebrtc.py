"""Bodies of Pipecat's offers."""

import json
from typing import Any

import pytest

from sessions_app.engine.protocols.results import BadRequestError
from sessions_app.engine.protocols.smallwebrtc import (
    StartWish,
    parse_candidates,
    parse_offer,
    parse_start,
)

OFFER = {"sdp": "v=0", "type": "offer", "pc_id": None, "restart_pc": False}


def body(**more: Any) -> bytes:
    return json.dumps(OFFER | more).encode()


def test_an_offer_is_read() -> None:
    asked = parse_offer(body(pc_id="p1", restart_pc=True))
    assert (asked.offer.sdp, asked.pc_id, asked.restart) == ("v=0", "p1", True)
    assert asked.offer.door == "pipecat"


@pytest.mark.parametrize("key", ["requestData", "request_data"])
def test_its_own_data_names_the_agent_and_the_consent(key: str) -> None:
    data = {"agentId": "scribe", "consent": {"recording": True}}
    asked = parse_offer(body(**{key: data}))
    assert (asked.offer.agent, asked.offer.records) == ("scribe", True)


def test_what_was_given_to_start_counts_where_the_offer_says_nothing() -> None:
    offer = parse_offer(body(), StartWish("scribe", records=True)).offer
    assert (offer.agent, offer.records) == ("scribe", True)
    assert parse_start(b"") == StartWish()
    given = b'{"body": {"agent": "x", "consent": {"recording": true}}, "createDailyRoom": false}'
    assert parse_start(given) == StartWish("x", records=True)


@pytest.mark.parametrize(
    "wrong",
    [
        *(b"[]", b'{"agentId": 3}', b'{"agentId": "%s"}' % (b"x" * 51)),
        b'{"body": {"consent": {"recording": "yes"}}}',
    ],
)
def test_a_wrong_start_is_told(wrong: bytes) -> None:
    with pytest.raises(BadRequestError):
        parse_start(wrong)


@pytest.mark.parametrize("wrong", [{"sdp": 3}, {"type": "answer"}, {"pc_id": 4}])
def test_a_wrong_offer_is_told(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadRequestError):
        parse_offer(body(**wrong))


def test_candidates_are_read() -> None:
    given = {"candidate": "candidate:1 …", "sdp_mid": "0", "sdp_mline_index": 0}
    pc_id, (candidate,) = parse_candidates(
        json.dumps({"pc_id": "p1", "candidates": [given]}).encode()
    )
    assert (pc_id, candidate.sdp_mid, candidate.sdp_m_line_index) == ("p1", "0", 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"pc_id": "p", "candidates": {}},
        {"pc_id": "p", "candidates": [3]},
        {"pc_id": "p", "candidates": [{"candidate": "x", "sdp_mid": 1}]},
        {"pc_id": "p", "candidates": [{"candidate": "x"}] * 101},
    ],
)
def test_wrong_candidates_are_told(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadRequestError):
        parse_candidates(json.dumps(wrong).encode())
