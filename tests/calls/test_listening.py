"""The caller's side of a call, transport after transport."""

from collections.abc import Callable

import numpy as np

from sessions_app.calls.listening import Listening
from sessions_app.core.audio import AudioFrame
from sessions_app.core.events import CallEvent, MediaGap, SpeechEnded, SpeechStarted
from sessions_app.speech.vad.base import Vad, VadStream


class Ear(VadStream):
    """A VAD that keeps what it is fed."""

    def __init__(self) -> None:
        self.fed: list[AudioFrame] = []

    def feed(self, frame: AudioFrame) -> None:
        self.fed.append(frame)

    @property
    def seen_ms(self) -> float:
        return self.fed[-1].end_ms if self.fed else 0.0

    async def drain(self) -> None:
        return

    def guard(self, on: bool) -> None:
        return

    def close(self) -> None:
        return


class Ears(Vad):
    def __init__(self) -> None:
        self.ear = Ear()

    def open(self, on_event: Callable[[SpeechStarted | SpeechEnded], None]) -> Ear:
        return self.ear


class Lane:
    def __init__(self) -> None:
        self.kept: list[AudioFrame] = []
        self.packets: list[tuple[bytes, float, float]] = []

    def add(self, frame: AudioFrame) -> None:
        self.kept.append(frame)

    def add_packet(self, packet: bytes, start_ms: float, duration_ms: float) -> None:
        self.packets.append((packet, start_ms, duration_ms))

    def flush_due(self, now_ms: float) -> None:
        return

    async def aclose(self) -> None:
        return


class Coming:
    """Frames that come one by one; what is no frame is called in its place."""

    def __init__(self, *coming: AudioFrame | Callable[[], None]) -> None:
        self._coming = coming

    async def each(self, take: Callable[[AudioFrame], None]) -> None:
        for one in self._coming:
            if isinstance(one, AudioFrame):
                take(one)
            else:
                one()


def sound(start_ms: float) -> AudioFrame:
    return AudioFrame(np.full(320, 7, np.int16), 16_000, start_ms)


def frames(*starts: float, then: Callable[[], None] = lambda: None) -> Coming:
    return Coming(*map(sound, starts), then)


def listening(told: list[CallEvent] | None = None) -> tuple[Listening, Ear, Lane]:
    ears, lane = Ears(), Lane()
    tell = (told if told is not None else []).append
    return Listening(ears, None, lane, tell), ears.ear, lane


async def test_a_later_transport_follows_the_earlier_one() -> None:
    heard, ear, lane = listening()
    heard.start(frames(0, 20))
    heard.start(frames(5_000, 5_020))
    await heard.finish()
    assert [frame.start_ms for frame in lane.kept] == [0, 20, 5_000, 5_020]
    ends = [frame.end_ms for frame in ear.fed]
    assert [frame.start_ms for frame in ear.fed[1:]] == ends[:-1]  # silence where nothing came


async def test_a_caller_who_asked_not_to_be_heard_is_silence() -> None:
    heard, ear, lane = listening()
    heard.mute(True)
    heard.start(frames(0, 20, then=lambda: heard.mute(False)))
    heard.start(frames(40))
    await heard.finish()
    assert [int(np.abs(frame.samples).max()) for frame in lane.kept] == [0, 0, 7]
    assert [int(np.abs(frame.samples).max()) for frame in ear.fed] == [0, 0, 7]


async def test_what_was_lost_between_two_transports_is_told() -> None:
    told = list[CallEvent]()
    heard, _, _ = listening(told)
    heard.start(frames(0, 20))
    heard.start(frames(5_000, 5_020, 9_000))
    heard.start(frames(9_020))
    await heard.finish()
    assert told == [MediaGap(40, 5_000)]  # the caller's own silence is none, nor is a whole move


async def test_a_short_cut_is_told_once_when_the_network_made_it() -> None:
    told = list[CallEvent]()
    heard, _, _ = listening(told)
    cut = Coming(sound(0), sound(20), heard.expect_gap, sound(3_000), sound(6_000))
    heard.start(cut)
    await heard.finish()
    assert told == [MediaGap(40, 3_000)]


async def test_opus_packets_are_kept_as_they_came() -> None:
    lane = Lane()
    listening = Listening(Ears(), None, lane, lambda _: None)
    silent = np.zeros(320, np.int16)
    packed = [AudioFrame(silent, 16_000, 20.0 * n, bytes([n, 1])) for n in range(3)]
    listening.start(Coming(*packed))
    await listening.finish()
    assert lane.packets == [
        (b"\x00\x01", 0.0, 20.0),
        (b"\x01\x01", 20.0, 20.0),
        (b"\x02\x01", 40.0, 20.0),
    ]
    assert lane.kept == []
