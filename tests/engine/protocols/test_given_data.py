"""Variables and metadata at every door, in its own way."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from sessions_app.engine.core.call_data import CallData
from sessions_app.engine.core.errors import VoiceError
from sessions_app.engine.protocols import control, offer, results, smallwebrtc, streaming, vosk

GIVEN: dict[str, Any] = {"variables": {"name": "Ada"}, "metadata": {"order": [4711]}}
DATA = CallData({"name": "Ada"}, {"order": [4711]})


def _json(**message: Any) -> Any:
    return json.dumps(message)


def _started(**given: Any) -> Any:
    start = smallwebrtc.parse_start(json.dumps({"body": given}).encode())
    return smallwebrtc.parse_offer(b'{"sdp": "v=0"}', start).offer


def _vosk(**given: Any) -> Any:
    config = vosk.parse(json.dumps({"config": {"sample_rate": 8000, **given}}))
    assert config is not None
    return config.wish


DOORS: dict[str, Callable[..., Any]] = {
    "signaling": lambda **given: control.parse(_json(type="offer", sdp="v=0", **given)),
    "stream": lambda **given: streaming.parse(_json(type="session_start", **given)),
    "session": lambda **given: results.parse(_json(offer="v=0", **given).encode()),
    "offer": lambda **given: offer.parse(_json(sdp="v=0", **given).encode()),
    "pipecat": lambda **given: (
        smallwebrtc.parse_offer(_json(sdp="v=0", requestData=given).encode()).offer
    ),
    "pipecat's start": _started,
    "vosk": _vosk,
    "vosk's offer": lambda **given: vosk.parse_offer(_json(sdp="v=0", **given).encode()),
}


@pytest.mark.parametrize("door", DOORS)
def test_every_door_takes_them(door: str) -> None:
    assert DOORS[door](**GIVEN).data == DATA
    assert DOORS[door]().data == CallData()
    assert DOORS[door](variables=None, metadata=None).data == CallData()
    assert "Ada" not in repr(DOORS[door](**GIVEN))


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"variables": ["Ada"]}, "`variables` must be an object"),
        ({"variables": {"two words": 1}}, "'two words' is refused"),
        ({"variables": {"name": {}}}, "name must be text, a number, true or false"),
        ({"metadata": "order"}, "`metadata` must be an object"),
        ({"metadata": {"x": "x" * 9000}}, "8 KiB"),
    ],
)
def test_every_door_says_what_is_wrong(door: str, wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(VoiceError) as refused:
        DOORS[door](**wrong)
    assert told in refused.value.message
    assert refused.value.code in ("bad_message", "bad_request")


def test_an_offers_own_win_over_those_of_the_start() -> None:
    body = {"variables": {"a": 1, "b": 1}, "metadata": {"x": 1}}
    start = smallwebrtc.parse_start(json.dumps(body).encode())
    sent = {"sdp": "v=0", "requestData": {"variables": {"b": 2}}}
    wish = smallwebrtc.parse_offer(json.dumps(sent).encode(), start).offer
    assert wish.data == CallData({"a": 1, "b": 2}, {"x": 1})
