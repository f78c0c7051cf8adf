"""What happens above a limit: told, slowed down, cut off. And to honest clients: nothing."""

import contextlib
import json

import pytest

from sessions_app.engine.core.errors import VoiceError
from sessions_app.engine.core.rates import MessageKind, MessageLimits, TooManyError
from sessions_app.engine.protocols.limits import (
    MOST_IGNORED,
    MOST_PACED_S,
    ChannelGate,
    FloodError,
    SocketGate,
)

LIMITS = MessageLimits(texts_per_call=60)
PING = json.dumps({"type": "ping"})


class Side:
    """One socket of one call, with a clock of its own."""

    def __init__(self, limits: MessageLimits = LIMITS) -> None:
        self.now_s = 1_000.0
        self.told: list[TooManyError] = []
        self.taken: list[str | bytes] = []
        self.call = limits.of_call()
        self.gate = SocketGate(limits, self.told.append, now=lambda: self.now_s, sleep=self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.now_s += seconds

    async def take(self, message: str | bytes) -> None:
        if message == "wrong":
            raise VoiceError("No.")
        if message == "our fault":
            raise ZeroDivisionError
        if isinstance(message, bytes):
            self.call.count(MessageKind.AUDIO, self.now_s)
        elif '"text"' in message:
            self.call.count(MessageKind.TEXTS, self.now_s)
        self.taken.append(message)

    async def sends(self, message: str | bytes, count: int, every_s: float = 0.0) -> None:
        for _ in range(count):
            self.now_s += every_s
            await self.gate.passes(message, self.take)


TEXT = json.dumps({"type": "text", "text": "take a note"})
CHUNK = json.dumps({"type": "audio_chunk", "seq": 1})


@pytest.mark.parametrize(
    ("message", "count", "every_s"),
    [
        (TEXT, 10, 0.0),
        (TEXT, 120, 1.0),
        (PING, 300, 1.0),
        (b"\x00" * 640, 6_000, 0.02),
        (b"\x00" * 320, 6_000, 0.01),
        (b"\x00" * 3_200, 600, 0.1),
        (b"\x00" * 640, 3_000, 0.0),  # a minute of sound that was held, all at once
        (CHUNK, 6_000, 0.02),
        (json.dumps({"type": "ice-candidate", "candidate": {"candidate": "x" * 200}}), 100, 0.0),
        (json.dumps({"type": "offer", "sdp": "x" * 9_000}), 20, 0.5),
        (json.dumps({"type": "app-message", "data": "x" * 500}), 1_000, 0.05),
    ],
)
async def test_an_honest_client_never_meets_a_limit(
    message: str | bytes, count: int, every_s: float
) -> None:
    side = Side()
    began_s = side.now_s
    await side.sends(message, count, every_s)
    assert (side.told, len(side.taken)) == ([], count)
    assert side.now_s == pytest.approx(began_s + count * every_s)


async def test_live_sound_after_held_sound_is_not_slowed_down() -> None:
    side = Side()
    await side.sends(b"\x00" * 640, 2_000)
    await side.sends(b"\x00" * 640, 5_000, 0.02)
    assert side.told == []


async def test_a_script_that_says_a_little_much_is_slowed_down_and_loses_nothing() -> None:
    side = Side()
    began_s = side.now_s
    await side.sends(TEXT, 70)
    assert len(side.taken) == 70
    assert len(side.told) == 1
    assert side.told[0].retry_after_s == 1
    assert side.now_s - began_s == pytest.approx(10, abs=1.1)


@pytest.mark.parametrize(
    "message",
    [TEXT, PING, "wrong", "our fault", b"\x00", CHUNK, json.dumps({"type": "x" * 60_000})],
)
async def test_who_goes_on_is_cut_off(message: str | bytes) -> None:
    side = Side()
    began_s = side.now_s

    async def goes_on() -> None:
        while True:
            with contextlib.suppress(VoiceError, ZeroDivisionError):
                await side.sends(message, 1)

    with pytest.raises(FloodError):
        await goes_on()
    before = len(side.taken)
    await side.sends(message, 100)
    assert len(side.taken) == before
    assert MOST_PACED_S <= side.now_s - began_s < 3 * MOST_PACED_S
    assert 1 <= len(side.told) <= 4


async def test_mistakes_are_told_by_name_until_there_are_too_many() -> None:
    side = Side()
    for _ in range(60):
        with pytest.raises(VoiceError, match="No"):
            await side.sends("wrong", 1)
    assert side.told == []
    with pytest.raises(VoiceError, match="No"):
        await side.sends("wrong", 1)
    assert side.told[0].kind is MessageKind.MISTAKES


async def test_sockets_of_one_call_share_its_texts() -> None:
    sides = [Side() for _ in range(10)]
    for side in sides:
        side.call = sides[0].call
    for side in sides:
        await side.sends(TEXT, 6)
    assert not any(side.told for side in sides)
    await sides[0].sends(TEXT, 1)
    assert sides[0].told


async def test_many_short_waits_do_not_add_up_to_a_close() -> None:
    side = Side()
    await side.sends(TEXT, 62)
    for _ in range(30):
        side.now_s += 30
        await side.sends(TEXT, 32)
    assert len(side.taken) == 62 + 30 * 32


async def test_without_limits_nothing_is_slowed_down() -> None:
    side = Side(MessageLimits(0, 0, 0, 0, 0, 0, 0))
    await side.sends(TEXT, 10_000)
    await side.sends(b"\x00", 20_000)
    assert side.told == []


class Channel:
    """A data channel, with a clock of its own."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.told: list[TooManyError] = []
        self.taken = self.closed = 0
        self._call = LIMITS.of_call()
        self.gate = ChannelGate(
            LIMITS, self._take, self.told.append, self._close, now=lambda: self.now_s
        )

    def _take(self, message: str | bytes) -> None:
        if "text" in str(message):
            self._call.count(MessageKind.TEXTS, self.now_s)
        self.taken += 1

    def _close(self) -> None:
        self.closed += 1


def test_a_channel_is_told_then_ignored_then_closed() -> None:
    channel = Channel()
    for _ in range(60):
        channel.gate.receive(TEXT)
    assert (channel.taken, channel.told) == (60, [])
    for _ in range(MOST_IGNORED):
        channel.gate.receive(TEXT)
    assert (channel.taken, len(channel.told), channel.closed) == (60, 1, 0)
    channel.gate.receive(TEXT)
    assert channel.closed == 1
    channel.now_s += 600
    channel.gate.receive(TEXT)  # over another connection, perhaps
    assert (channel.taken, channel.closed) == (60, 2)


def test_who_listens_to_being_told_goes_on() -> None:
    channel = Channel()
    for _ in range(100):
        channel.gate.receive(TEXT)
    channel.now_s += 60
    for _ in range(50):
        channel.gate.receive(TEXT)
    assert (channel.taken, channel.closed) == (110, 0)


def test_pings_and_track_states_of_a_channel_pass() -> None:
    channel = Channel()
    for _ in range(600):
        channel.now_s += 1
        channel.gate.receive("ping: 123")
    for _ in range(50):
        channel.gate.receive(json.dumps({"type": "signalling", "message": {}}))
    assert (channel.taken, channel.told) == (650, [])
