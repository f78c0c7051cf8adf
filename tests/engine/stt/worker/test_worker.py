"""One process, the streams of many calls: what goes wrong in one is that one's."""

import json
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from sessions_app.engine.core.frames import Samples
from sessions_app.engine.stt.worker.blocking.base import BlockingEngine, Session, UtteranceResult
from sessions_app.engine.stt.worker.worker import (
    AUDIO,
    FAILED,
    FINAL,
    FLUSH,
    OPEN,
    PERIOD_S,
    StreamServer,
    WorkLoad,
)
from sessions_app.engine.workers.framing import HEADER, pack

BAD = 666


class Counted(Session):
    """Counts samples; audio with BAD in it cannot be decoded."""

    def __init__(self) -> None:
        self.waiting: list[Samples] = []
        self.decoded = 0

    def accept(self, samples: Samples) -> None:
        self.waiting.append(samples)

    def finish(self) -> UtteranceResult:
        return UtteranceResult(str(self.decoded))


class Batching(BlockingEngine):
    def open(self, language: str, phrases: Sequence[str]) -> Session:
        return Counted()

    def decode(self, sessions: Sequence[Session]) -> None:
        for session in sessions:
            assert isinstance(session, Counted)
            if any(BAD in samples for samples in session.waiting):
                raise ZeroDivisionError("the purple elephant")
        for session in sessions:
            assert isinstance(session, Counted)
            session.decoded += sum(map(len, session.waiting))
            session.waiting.clear()


class Choosing(Batching):
    """Goes on with one stream at a time, the one with the most audio, and tells which."""

    def __init__(self) -> None:
        self.rounds: list[int] = []

    def chosen(self, sessions: Sequence[Session]) -> Sequence[Session]:
        counted = [session for session in sessions if isinstance(session, Counted)]
        return sorted(counted, key=lambda one: sum(map(len, one.waiting)))[-1:]

    def decode(self, sessions: Sequence[Session]) -> None:
        (session,) = sessions
        assert isinstance(session, Counted)
        self.rounds.append(sum(map(len, session.waiting)))
        super().decode(sessions)


@contextmanager
def served(engine: BlockingEngine) -> Iterator[socket.socket]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(10)
        serving = threading.Thread(target=StreamServer(engine, theirs).serve, daemon=True)
        serving.start()
        yield ours
        ours.shutdown(socket.SHUT_RDWR)
        serving.join(5)
        assert not serving.is_alive()


@pytest.fixture
def channel() -> Iterator[socket.socket]:
    with served(Batching()) as ours:
        yield ours


def packed(stream: int, kind: int, body: bytes = b"") -> bytes:
    return pack(kind, body, stream)


def told(channel: socket.socket) -> tuple[int, int, dict[str, Any]]:
    head = channel.recv(HEADER.size, socket.MSG_WAITALL)
    kind, stream, size = HEADER.unpack(head)
    body = json.loads(channel.recv(size, socket.MSG_WAITALL))
    assert 0 <= body.pop("load", 0.0) <= 1
    assert body.pop("busy", 0.0) >= 0
    return stream, kind, body


def test_a_stream_that_cannot_be_decoded_fails_alone(channel: socket.socket) -> None:
    opened = json.dumps({"language": "en", "phrases": []}).encode()
    good, bad = np.ones(10, np.int16).tobytes(), np.full(10, BAD, np.int16).tobytes()
    # all in one batch
    channel.sendall(
        b"".join(packed(n, OPEN, opened) for n in (1, 2, 3))
        + packed(1, AUDIO, good)
        + packed(2, AUDIO, bad)
        + packed(3, AUDIO, good)
    )
    assert told(channel) == (2, FAILED, {"message": "ZeroDivisionError"})
    for stream in (1, 3):
        channel.sendall(packed(stream, FLUSH))
        assert told(channel) == (stream, FINAL, {"text": "10", "words": []})


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"{}"])
def test_a_bad_message_fails_its_stream_alone(channel: socket.socket, body: bytes) -> None:
    opened = json.dumps({"language": "en", "phrases": []}).encode()
    channel.sendall(packed(1, OPEN, opened) + packed(2, OPEN, body))
    assert told(channel)[:2] == (2, FAILED)
    channel.sendall(packed(1, AUDIO, b"odd") + packed(1, FLUSH))
    assert told(channel)[:2] == (1, FAILED)
    channel.sendall(packed(3, OPEN, opened) + packed(3, FLUSH))
    assert told(channel) == (3, FINAL, {"text": "0", "words": []})


def test_an_engine_chooses_who_goes_on_and_the_others_are_not_forgotten() -> None:
    opened = json.dumps({"language": "en", "phrases": []}).encode()
    engine = Choosing()
    with served(engine) as channel:
        channel.sendall(
            b"".join(packed(n, OPEN, opened) for n in (1, 2, 3))
            + b"".join(packed(n, AUDIO, np.ones(n, np.int16).tobytes()) for n in (1, 3, 2))
        )
        for stream in (1, 2, 3):
            channel.sendall(packed(stream, FLUSH))
            assert told(channel)[2]["text"] in {"0", str(stream)}
    assert sorted(engine.rounds, reverse=True) == engine.rounds


def test_a_final_is_answered_before_what_can_wait() -> None:
    opened = json.dumps({"language": "en", "phrases": []}).encode()
    engine = Choosing()
    audio = [packed(n, AUDIO, np.ones(n, np.int16).tobytes()) for n in range(1, 6)]
    with served(engine) as channel:
        channel.sendall(
            b"".join([*(packed(n, OPEN, opened) for n in range(1, 6)), *audio, packed(1, FLUSH)])
        )
        assert told(channel) == (1, FINAL, {"text": "0", "words": []})


def test_a_load_is_the_share_of_work_in_the_last_period() -> None:
    now = [0.0]
    load = WorkLoad(lambda: now[0])
    now[0] += 0.75 * PERIOD_S
    with load.idle():
        now[0] += 0.25 * PERIOD_S
    assert load.share() == pytest.approx(0.75)
    with load.idle():
        now[0] += PERIOD_S
    assert load.share() == 0.0
    now[0] += 0.5 * PERIOD_S
    assert load.busy_s() == pytest.approx(1.25 * PERIOD_S)
