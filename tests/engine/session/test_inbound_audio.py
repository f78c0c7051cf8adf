"""The caller's side of a call, transport after transport."""

import asyncio
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from sessions_app.engine.audio.vad.base import Vad, VadStream
from sessions_app.engine.audio.vad.scripted import ScriptedVad
from sessions_app.engine.core.agent_config import TurnSettings
from sessions_app.engine.core.events import (
    CallEvent,
    InterimChanged,
    MediaGap,
    SegmentFinal,
    Speaker,
    SpeechEnded,
    SpeechPaused,
    SpeechStarted,
    TurnJudged,
)
from sessions_app.engine.core.frames import AudioFrame, Samples, silence
from sessions_app.engine.session.inbound_audio import AGAIN_MS, InboundAudio
from sessions_app.engine.session.transcriber import SegmentNumbers, Transcriber
from sessions_app.engine.session.turn_events import actions_for
from sessions_app.engine.stt.base import Recogniser
from sessions_app.engine.stt.engines.scripted import ScriptedRecogniser
from sessions_app.engine.stt.wrappers.denoised import Denoised
from sessions_app.engine.stt.wrappers.fallback import Fallback
from sessions_app.engine.stt.wrappers.gated import Gated
from sessions_app.engine.stt.wrappers.retrying import Retrying
from sessions_app.engine.stt.wrappers.rollover import Rollover
from sessions_app.engine.stt.wrappers.stable_interims import StableInterims
from sessions_app.engine.turns.actions import Prepare
from sessions_app.engine.turns.endpointing.attentive import AttentiveEndpointer
from sessions_app.engine.turns.interruption.confirmed import ConfirmedBargeIn
from sessions_app.engine.turns.manager import TurnManager
from sessions_app.engine.turns.turn_models.base import TurnModel


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

    async def consume(self, take: Callable[[AudioFrame], None]) -> None:
        for one in self._coming:
            if isinstance(one, AudioFrame):
                take(one)
            else:
                one()


def sound(start_ms: float) -> AudioFrame:
    return AudioFrame(np.full(320, 7, np.int16), 16_000, start_ms)


def frames(*starts: float, then: Callable[[], None] = lambda: None) -> Coming:
    return Coming(*map(sound, starts), then)


def listening(told: list[CallEvent] | None = None) -> tuple[InboundAudio, Ear, Lane]:
    ears, lane = Ears(), Lane()
    tell = (told if told is not None else []).append
    return InboundAudio(ears, None, lane, tell), ears.ear, lane


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


class Model(TurnModel):
    async def finished(self, samples: Samples) -> float | None:
        return len(samples) / 16_000


async def test_a_turn_model_judges_what_was_heard_up_to_a_silence() -> None:
    told = list[CallEvent]()
    vad = ScriptedVad([(20.0, 100.0)])
    heard = InboundAudio(vad, None, None, told.append, turn_model=Model())
    asked = asyncio.Event()
    heard.start(frames(*range(0, 200, 20), then=asked.set))
    await asked.wait()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    judged = [event for event in told if isinstance(event, TurnJudged)]
    assert [(one.speaker, one.at_ms) for one in judged] == [(Speaker.CALLER, 100.0)]
    await heard.finish()


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
    listening = InboundAudio(Ears(), None, lane, lambda _: None)
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


def fed(ear: Ear) -> list[tuple[float, float, bool]]:
    """Returns what engines got: from where to where, and whether it was sound."""
    return [(frame.start_ms, frame.end_ms, bool(frame.samples.any())) for frame in ear.fed]


async def test_a_silence_is_told_by_the_clock() -> None:
    heard, ear, lane = listening()
    late = [lambda: heard.tick(700, 650), lambda: heard.tick(800, 750)]
    heard.start(Coming(sound(0), sound(20), *late, sound(760)))
    await heard.finish()
    told = [(0, 20, True), (20, 40, True), (40, 650, False), (650, 750, False), (750, 760, False)]
    assert fed(ear) == [*told, (760, 780, True)]
    assert [frame.start_ms for frame in lane.kept] == [0, 20, 760]  # a lane keeps its gaps


async def test_while_audio_comes_the_clock_tells_nothing() -> None:
    heard, ear, _ = listening()
    heard.start(Coming(sound(0), lambda: heard.tick(300, None), sound(20)))
    await heard.finish()
    assert fed(ear) == [(0, 20, True), (20, 40, True)]


async def test_before_anybody_was_heard_there_is_no_silence() -> None:
    """A call that is only typed opens no recogniser's stream, and one bills nothing."""
    heard, ear, _ = listening()
    heard.start(Coming(lambda: heard.tick(60_000, 60_000), sound(90_000)))
    await heard.finish()
    assert fed(ear) == [(90_000, 90_020, True)]


async def test_a_long_silence_is_told_seldom() -> None:
    heard, ear, _ = listening()
    ticks = [lambda at=at: heard.tick(at, at) for at in range(600, 60_000, 100)]
    heard.start(Coming(sound(0), *ticks))
    await heard.finish()
    assert 59_000 < ear.fed[-1].end_ms <= 60_000
    assert len(ear.fed) < 150
    assert all(a.end_ms == b.start_ms for a, b in pairwise(ear.fed))


async def test_what_comes_late_is_heard_after_the_silence_and_told_where_it_was_spoken() -> None:
    told = list[CallEvent]()
    heard, ear, lane = listening(told)
    begins = SpeechStarted(Speaker.CALLER, 1_020.0), SpeechEnded(Speaker.CALLER, 1_070.0)
    heard.start(
        Coming(
            sound(0),
            sound(20),
            lambda: heard.tick(1_000, 1_000),
            *map(sound, range(40, 1_000, 20)),
            *[lambda event=event: ears_tell(heard, event) for event in begins],
            sound(1_000),
        )
    )
    await heard.finish()
    assert all(a.end_ms == pytest.approx(b.start_ms) for a, b in pairwise(ear.fed))
    assert sum(len(frame.samples) for frame in ear.fed if frame.samples.any()) == 51 * 320
    assert [frame.start_ms for frame in lane.kept] == [20.0 * n for n in range(51)]
    assert told == [SpeechStarted(Speaker.CALLER, 60.0), SpeechEnded(Speaker.CALLER, 110.0)]


@pytest.mark.parametrize(("ended_ms", "again_ms"), [(1_990.0, AGAIN_MS), (1_800.0, 0.0)])
async def test_an_utterance_that_a_stall_broke_off_is_heard_again_from_a_little_before(
    ended_ms: float, again_ms: float
) -> None:
    """One that had ended before is whole: it would be told together with what follows."""
    told = list[CallEvent]()
    heard, ear, lane = listening(told)
    heard.start(
        Coming(
            *map(sound, range(0, 2_000, 20)),
            lambda: ears_tell(heard, SpeechStarted(Speaker.CALLER, 100.0)),
            lambda: heard.tick(5_000, 5_000),
            lambda: ears_tell(heard, SpeechEnded(Speaker.CALLER, ended_ms)),
            *map(sound, range(2_000, 3_000, 20)),
        )
    )
    await heard.finish()
    assert all(a.end_ms == pytest.approx(b.start_ms) for a, b in pairwise(ear.fed))
    spoken = sum(frame.duration_ms for frame in ear.fed if frame.samples.any())
    assert spoken == pytest.approx(3_000 + again_ms, abs=20)
    assert [frame.start_ms for frame in lane.kept] == [20.0 * n for n in range(150)]


@pytest.mark.parametrize("length_ms", [200.0, 3_000.0, 6_000.0])
async def test_silence_that_comes_after_the_clock_has_told_it_says_nothing_twice(
    length_ms: float,
) -> None:
    """A client that says `audio_end` late: the silence then lies at the end of its audio."""
    heard, ear, lane = listening(list[CallEvent]())
    heard.start(
        Coming(
            *map(sound, range(0, 2_000, 20)),
            lambda: ears_tell(heard, SpeechStarted(Speaker.CALLER, 100.0)),
            lambda: heard.tick(3_000, 3_000),
            lambda: ears_tell(heard, SpeechEnded(Speaker.CALLER, 1_990.0)),
            silence(length_ms, 2_000.0),
            *map(sound, range(8_000, 9_000, 20)),
        )
    )
    await heard.finish()
    assert all(a.end_ms == pytest.approx(b.start_ms) for a, b in pairwise(ear.fed))
    assert sum(frame.duration_ms for frame in ear.fed if frame.samples.any()) == 3_000
    assert ear.fed[-1].end_ms == pytest.approx(9_000)
    assert lane.kept[100].start_ms == 2_000.0


def ears_tell(heard: InboundAudio, event: SpeechStarted | SpeechEnded) -> None:
    """What a VAD does that found a boundary."""
    heard._boundary(event)


SAID = "this is what was said"
WRAPPERS: list[Callable[[Recogniser], Recogniser]] = [
    lambda engine: engine,
    Denoised,
    Gated,
    Retrying,
    Rollover,
    StableInterims,
    lambda engine: Fallback(engine, ScriptedRecogniser()),
]


@pytest.mark.parametrize("wrap", WRAPPERS)
@pytest.mark.parametrize("pauses", [True, False])
async def test_where_turns_depend_on_it_a_pause_brings_all_words(
    wrap: Callable[[Recogniser], Recogniser], pauses: bool
) -> None:
    told: list[CallEvent] = []
    stream = wrap(ScriptedRecogniser([SAID])).open("en-US")
    transcribing = Transcriber(
        stream, Speaker.CALLER, SegmentNumbers(), told.append, language="en-US", gated=True
    )
    vad = ScriptedVad([(200.0, 600.0)])
    listening = InboundAudio(vad, transcribing, None, told.append, pauses=pauses)
    listening.start(Coming(*(sound(20.0 * n) for n in range(60))))
    await listening.finish()
    whole = [e for e in told if isinstance(e, InterimChanged) and e.whole]
    finals = [e.text for e in told if isinstance(e, SegmentFinal)]
    paused = [e.at_ms for e in told if isinstance(e, SpeechPaused)]
    assert finals == ["This is what was said."]
    assert paused == ([600.0] if pauses else [])
    assert [(e.text, e.end_ms > 450.0) for e in whole] == ([(SAID, True)] if pauses else [])


TWO = "Call the plumber on Tuesday. Tell Martin about the invoice."


async def test_an_utterance_of_two_sentences_is_two_segments_and_one_turn() -> None:
    events: list[CallEvent] = []
    transcribing = Transcriber(
        ScriptedRecogniser([TWO]).open("en-US"),
        Speaker.CALLER,
        SegmentNumbers(),
        events.append,
        language="en-US",
        gated=True,
    )
    listening = InboundAudio(ScriptedVad([(200.0, 600.0)]), transcribing, None, events.append)
    listening.start(Coming(*(sound(20.0 * n) for n in range(60))))
    await listening.finish()
    finals = [event for event in events if isinstance(event, SegmentFinal)]
    assert [(f.seq, f.text, f.more) for f in finals] == [
        (1, "Call the plumber on Tuesday.", True),
        (2, "Tell Martin about the invoice.", False),
    ]
    assert finals[0].end_ms <= finals[1].start_ms
    taker = TurnManager(TurnSettings(preemptive=True), AttentiveEndpointer(), ConfirmedBargeIn())
    done = [actions_for(taker, event, 2000.0 + n) or [] for n, event in enumerate(events)]
    assert [action for actions in done for action in actions] == [Prepare(TWO)]
