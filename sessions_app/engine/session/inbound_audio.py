"""The caller's audio: every frame goes to the lane, the VAD and the recogniser."""

import asyncio
import math
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from sessions_app.engine.audio.vad.base import Vad
from sessions_app.engine.core.events import (
    CallEvent,
    MediaGap,
    SpeechEnded,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
)
from sessions_app.engine.core.frames import AudioFrame, silence
from sessions_app.engine.core.queues import Frames
from sessions_app.engine.session.engine_timeline import EngineTimeline
from sessions_app.engine.session.transcriber import Transcriber
from sessions_app.engine.session.turn_audio import TurnAudio
from sessions_app.engine.turns.turn_models.base import TurnModel

MIN_GAP_MS = 1.0
"""Frames less than this apart are contiguous: timestamps are rounded."""

MIN_REPORTED_GAP_MS = 500.0
"""A gap that the network made is reported (`MediaGap`) from this length on.

Lower reports every short loss; higher hides outages in which words were lost.
"""

MAX_FILL_MS = 1_000.0
"""The longest frame of silence that is fed at once. Higher makes single frames block for longer."""

LONG_SILENCE_MS = 2_000.0
"""After this much silence VAD and recogniser have ended the utterance: it is fed in larger steps.

Lower delays the end of utterances; higher costs CPU in every silent call.
"""

LONG_SILENCE_STEP_MS = 500.0
"""The steps in which silence is fed after LONG_SILENCE_MS. Lower costs CPU."""

AGAIN_MS = 1_000.0
"""How much of an utterance is fed again where a stalled network interrupted it.

Higher costs recognition time; lower may miss the beginning of the interrupted word.
"""

ENDED_MS = 150.0
"""Speech that ended closer than this to the interruption of the audio was cut by it.

With more silence at its end an utterance is complete: fed again, it would be transcribed twice.
Lower loses words that broke off; higher repeats words.
"""


class Lane(Protocol):
    """Records the audio of one side. Nothing here blocks."""

    def add(self, frame: AudioFrame) -> None:
        """Adds the next audio; jumps on the call clock become gaps."""
        ...

    def add_packet(self, packet: bytes, start_ms: float, duration_ms: float) -> None:
        """Adds the next audio as an Opus packet that is stored as it is."""
        ...

    def flush_due(self, now_ms: float) -> None:
        """Writes a page that is a second old; `now_ms` is the call clock."""
        ...

    async def aclose(self) -> None:
        """Returns when everything was written to the operating system; may be called twice."""
        ...


class InboundAudio:
    """Takes a transport's frames as they come, until they end. Used on one event loop.

    Emits `SpeechStarted`, `SpeechEnded` and `MediaGap`; the transcriber emits the words. With
    `pauses`, pauses within speech are emitted too, and at each the recogniser is asked for the
    words so far; a `turn_model` then judges every pause and end of speech. All times are on the
    call clock, in ms.
    """

    def __init__(
        self,
        vad: Vad,
        transcriber: Transcriber | None,
        lane: Lane | None,
        emit: Callable[[CallEvent], None],
        *,
        pauses: bool = False,
        turn_model: TurnModel | None = None,
    ) -> None:
        self._transcriber = transcriber
        self._lane = lane
        self._emit = emit
        self._vad = vad.open(self._boundary)
        if pauses:
            self._vad.watch(self._pause)
        self._turn_audio = TurnAudio(turn_model, emit) if turn_model is not None else None
        self._timeline = EngineTimeline()
        if transcriber is not None:
            transcriber.to_call_clock = self._timeline.to_call_clock
        self._heard_ms: float | None = None
        self._recent: deque[AudioFrame] = deque()
        """The last AGAIN_MS of received audio."""

        self._last_speech_ms: tuple[float, float | None] = (-math.inf, -math.inf)
        """When the caller's last speech started and ended; None while it goes on."""

        self._fed_ms = 0.0
        self._muted = False
        self._expects_gap = False
        self.on_frame: Callable[[AudioFrame], None] | None = None
        """Gets what the caller sends, as it is recorded, while staff listen."""

        self._task: asyncio.Task[None] | None = None

    def start(self, frames: Frames) -> None:
        """Starts to take `frames`. Those of a later connection follow the earlier one's."""
        if self._transcriber is not None and self._task is None:
            self._transcriber.start()
        self._task = asyncio.create_task(self._read(frames, self._task))

    def tick(self, now_ms: float, silent_ms: float | None) -> None:
        """Writes the lane and feeds silence, where no audio comes. To be called every 0.1 s or so.

        The client sent no audio until `silent_ms` (None while it sends some). The VAD and the
        recogniser are fed silence for that time, as if the client had sent it (DTX, a muted track):
        otherwise no utterance would end, and engines that expect continuous audio would time out.
        """
        if self._lane is not None:
            self._lane.flush_due(now_ms)
        if silent_ms is None or self._heard_ms is None:
            return
        long = silent_ms - self._heard_ms > LONG_SILENCE_MS
        step_ms = LONG_SILENCE_STEP_MS if long else MIN_GAP_MS
        if silent_ms - self._fed_ms >= step_ms:
            self._fill(silent_ms)

    def mute(self, on: bool) -> None:
        """Replaces the caller's audio by silence while `on`: none is recorded or recognised."""
        self._muted = on

    def expect_gap(self) -> None:
        """Notes that the network fails: a gap before the next audio is emitted as a `MediaGap`."""
        self._expects_gap = True

    def request_words(self) -> None:
        """Asks the recogniser for all words of the utterance so far, if it can give them."""
        if self._transcriber is not None:
            self._transcriber.pause()

    def guard(self, on: bool) -> None:
        """Makes the VAD require more evidence of speech while `on`, against the agent's echo."""
        self._vad.guard(on)

    async def finish(self) -> None:
        """Returns when the input has ended and the last words were emitted."""
        if self._task is not None:
            await self._task
        await self._vad.drain()
        if self._transcriber is not None:
            await self._transcriber.finish()
        await self.aclose()

    async def aclose(self) -> None:
        """Cancels everything that is not finished, and closes the lane; may be called twice."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._vad.close()
        if self._turn_audio is not None:
            self._turn_audio.close()
        if self._transcriber is not None:
            await self._transcriber.aclose()
        if self._lane is not None:
            await self._lane.aclose()

    async def _read(self, frames: Frames, earlier: "asyncio.Task[None] | None") -> None:
        if earlier is not None:
            await earlier  # its transport's input was closed
            self._expects_gap = True
        await frames.consume(self._take)

    def _take(self, frame: AudioFrame) -> None:
        if self._muted:
            frame = silence(frame.duration_ms, frame.start_ms)
        if self._expects_gap:
            self._expects_gap = False
            self._report_gap(frame)
        self._record(frame)
        if self.on_frame is not None:
            self.on_frame(frame)
        if self._heard_ms is None:
            self._fed_ms = frame.start_ms
        elif frame.start_ms - self._fed_ms > MIN_GAP_MS:
            self._fill(frame.start_ms)
        elif self._fed_ms - frame.start_ms > MIN_GAP_MS:
            if not frame.samples.any():
                self._skip_silence(frame)
                return
            self._step_back(frame.start_ms)
        self._fed_ms = self._heard_ms = frame.end_ms
        self._recent.append(frame)
        while self._recent[0].end_ms < frame.end_ms - AGAIN_MS:
            self._recent.popleft()
        self._feed(frame)

    def _skip_silence(self, frame: AudioFrame) -> None:
        """Takes a late frame of silence, for which silence was fed already.

        Fed again, the speech before it would be transcribed twice.
        """
        self._heard_ms = frame.end_ms
        self._fill(frame.end_ms)

    def _step_back(self, start_ms: float) -> None:
        """Prepares to feed late audio, for which silence was fed already.

        Where that silence ended an utterance in the middle, the utterance's last second is fed
        again first.
        """
        started_ms, ended_ms = self._last_speech_ms
        contiguous = self._heard_ms is not None and self._heard_ms >= start_ms - ENDED_MS
        if not contiguous or ended_ms is None or ended_ms < start_ms - ENDED_MS:
            self._timeline.step_back(self._fed_ms, start_ms)
            return
        again = [frame for frame in self._recent if frame.start_ms >= started_ms]
        first_ms = again[0].start_ms if again else start_ms
        self._timeline.step_back(self._fed_ms, first_ms, start_ms)
        for frame in again:
            self._feed(frame)

    def _feed(self, frame: AudioFrame) -> None:
        frame = self._timeline.to_engine_time(frame)
        if self._turn_audio is not None:
            self._turn_audio.add(frame)
        self._vad.feed(frame)
        if self._transcriber is not None:
            self._transcriber.feed(frame, self._vad.seen_ms)

    def _record(self, frame: AudioFrame) -> None:
        if self._lane is None:
            return
        if frame.packet:
            self._lane.add_packet(frame.packet, frame.start_ms, frame.duration_ms)
        else:
            self._lane.add(frame)

    def _report_gap(self, frame: AudioFrame) -> None:
        heard_ms = self._heard_ms or 0.0
        if frame.start_ms - heard_ms > MIN_REPORTED_GAP_MS:
            self._emit(MediaGap(heard_ms, frame.start_ms))

    def _fill(self, to_ms: float) -> None:
        """Feeds silence until `to_ms`, for audio that did not come."""
        while to_ms - self._fed_ms > MIN_GAP_MS:
            length = min(to_ms - self._fed_ms, MAX_FILL_MS)
            self._feed(silence(length, self._fed_ms))
            self._fed_ms += length

    def _pause(self, event: SpeechPaused | SpeechResumed) -> None:
        if isinstance(event, SpeechPaused):
            self.request_words()
        self._emit_speech(replace(event, at_ms=self._timeline.call_ms(event.at_ms)))

    def _boundary(self, event: SpeechStarted | SpeechEnded) -> None:
        if self._transcriber is not None:
            self._transcriber.boundary(event, self._vad.seen_ms)
        at_ms = self._timeline.call_ms(event.at_ms)
        if isinstance(event, SpeechStarted):
            self._last_speech_ms = (at_ms, None)
        else:
            self._last_speech_ms = (self._last_speech_ms[0], at_ms)
        self._emit_speech(replace(event, at_ms=at_ms))

    def _emit_speech(
        self, event: SpeechStarted | SpeechEnded | SpeechPaused | SpeechResumed
    ) -> None:
        self._emit(event)
        if self._turn_audio is None:
            return
        if isinstance(event, SpeechEnded | SpeechPaused):
            self._turn_audio.on_silence(event.at_ms)
        else:
            self._turn_audio.on_speech(event.at_ms)
