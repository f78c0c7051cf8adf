"""vosk-server's messages, both ways."""

import json

import pytest

from sessions_app.engine.core.events import (
    InterimChanged,
    SegmentFinal,
    Speaker,
    StateChanged,
    Word,
)
from sessions_app.engine.core.states import CallState
from sessions_app.engine.protocols import vosk
from sessions_app.engine.protocols.reading import ProtocolError

FINAL = SegmentFinal(1, Speaker.CALLER, "Hello.", 0, 900, (Word("hello", 100, 900, 0.5),))


def test_a_configuration_is_read() -> None:
    config = vosk.parse('{"config": {"sample_rate": 8000.0, "words": 0}}')
    assert config == vosk.Config(8_000, words=False)
    assert vosk.parse('{"eof" : 1}') is None


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", '{"config": 3}', '{"config": {"sample_rate": 1}}']
)
def test_a_wrong_one_is_told(text: str) -> None:
    with pytest.raises(ProtocolError):
        vosk.parse(text)


def test_each_message_gets_one_reply() -> None:
    replies = vosk.Replies(words=True)
    assert replies.next() == {"partial": ""}
    replies.emit(InterimChanged(1, Speaker.CALLER, "hel", 0, 300))
    assert replies.next() == {"partial": "hel"}
    replies.emit(FINAL)
    word = {"conf": 0.5, "start": 0.1, "end": 0.9, "word": "hello"}
    assert replies.next() == {"result": [word], "text": "Hello."}
    assert replies.next() == {"partial": ""}
    replies.emit(FINAL)
    replies.emit(FINAL)
    assert replies.last()["text"] == "Hello. Hello."
    assert replies.last() == {"text": ""}


def test_words_come_where_they_are_wanted() -> None:
    assert vosk.result([FINAL], words=False) == {"text": "Hello."}


def test_the_channel_is_told_and_closed() -> None:
    sent: list[str] = []
    closed: list[bool] = []
    peer = vosk.VoskChannelPeer(sent.append, lambda: closed.append(True))
    peer.emit(InterimChanged(1, Speaker.CALLER, "hel", 0, 300))
    peer.emit(FINAL)
    peer.emit(StateChanged(CallState.ENDED))
    assert [list(json.loads(text)) for text in sent] == [["partial"], ["result", "text"]]
    assert closed == [True]
