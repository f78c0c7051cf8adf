"""The caller's side of a call: every frame to the lane, the VAD and the recogniser."""

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
from sessions_app.engine.session.splicing import Splices
from sessions_app.engine.session.transcribing import Transcribing
from sessions_app.engine.session.turn_sound import TurnSound
from sessions_app.engine.turns.turn_models.base import TurnModel

SMALLEST_GAP_MS = 1.0
TOLD_GAP_MS = 500.0
"""A gap that the network made is told from this length on."""

LONGEST_FILL_MS = 1_000.0
"""Longest piece of silence that is fed at once."""

ENDING_MS = 2_000.0
SELDOM_MS = 500.0
"""After ENDING_MS a silence ends no utterance any more: it is fed in steps of SELDOM_MS."""

AGAIN_MS = 1_000.0
"""How much of an utterance is heard again where a stalled network broke it off.

More costs recognition time; less may lack the beginning of the word that broke off.
"""

ENDED_MS = 150.0
"""Speech that ended closer than this to where the audio broke off was cut by that.

An utterance with more quiet after it is whole: heard again, it would be told twice.
"""


class Lane(Protocol):
    """Where one side's audio is kept."""

    def add(self, frame: AudioFrame) -> None:
        """Takes the next audio; jumps on the call clock stay gaps."""
        ...

    def add_packet(self, packet: bytes, start_ms: float, duration_ms: float) -> None:
        """Takes audio as an Opus packet instead, as it came."""
        ...

    def flush_due(self, now_ms: float) -> None:
        """Writes what has waited for a second; `now_ms` is the call clock."""
        ...

    async def aclose(self) -> None:
        """Returns when all of it is in the operating system's hands."""
        ...


class Listening:
    """Takes a transport's frames as they come, until they end; nothing here waits.

    With `pauses` those are told too, and the recogniser is asked for what was said up to them;
    a `turn_model` judges each of them and the ends of speech.
    """

    def __init__(
        self,
        vad: Vad,
        transcribing: Transcribing | None,
        lane: Lane | None,
        emit: Callable[[CallEvent], None],
        *,
        pauses: bool = False,
        turn_model: TurnModel | None = None,
    ) -> None:
        self._transcribing = transcribing
        self._lane = lane
        self._emit = emit
        self._vad = vad.open(self._boundary)
        if pauses:
            self._vad.watch(self._pause)
        self._sound = TurnSound(turn_model, emit) if turn_model is not None else None
        self._splices = Splices()
        if transcribing is not None:
            transcribing.placed = self._splices.placed
        self._heard_ms: float | None = None
        self._recent: deque[AudioFrame] = deque()
        """The last AGAIN_MS of what was heard."""

        self._spoken_ms: tuple[float, float | None] = (-math.inf, -math.inf)
        """Where speech began last, and ended; None while it goes on."""

        self._fed_ms = 0.0
        self._muted = False
        self._lossy = False
        self._task: asyncio.Task[None] | None = None

    def start(self, frames: Frames) -> None:
        """Starts to take them; frames of a later transport of the call follow the earlier's."""
        if self._transcribing is not None and self._task is None:
            self._transcribing.start()
        self._task = asyncio.create_task(self._read(frames, self._task))

    def tick(self, now_ms: float, silent_ms: float | None) -> None:
        """Does what is due by time alone; times are on the call clock.

        Up to `silent_ms` the client sent nothing (None: its audio comes). Engines are fed silence
        for it, as they would be by a client that sends silence: so words become final, and an
        engine that wants audio all the time has it. The lane holds nothing back.
        """
        if self._lane is not None:
            self._lane.flush_due(now_ms)
        if silent_ms is None or self._heard_ms is None:
            return
        step_ms = SELDOM_MS if silent_ms - self._heard_ms > ENDING_MS else SMALLEST_GAP_MS
        if silent_ms - self._fed_ms >= step_ms:
            self._fill(silent_ms)

    def mute(self, on: bool) -> None:
        """Hears nothing of the caller until told to again: nothing is kept or recognised."""
        self._muted = on

    def expect_gap(self) -> None:
        """Notes that silence until the next audio is the network's doing, not the caller's."""
        self._lossy = True

    def ask(self) -> None:
        """Asks the recogniser for all words of the utterance so far, if it can tell them."""
        if self._transcribing is not None:
            self._transcribing.pause()

    def guard(self, on: bool) -> None:
        """Asks the VAD to be surer of speech, while the agent speaks."""
        self._vad.guard(on)

    async def finish(self) -> None:
        """Returns when the input has ended and its last words are out."""
        if self._task is not None:
            await self._task
        await self._vad.drain()
        if self._transcribing is not None:
            await self._transcribing.finish()
        await self.aclose()

    async def aclose(self) -> None:
        """Drops what is still under way; keeps the lane whole."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._vad.close()
        if self._sound is not None:
            self._sound.close()
        if self._transcribing is not None:
            await self._transcribing.aclose()
        if self._lane is not None:
            await self._lane.aclose()

    async def _read(self, frames: Frames, earlier: "asyncio.Task[None] | None") -> None:
        if earlier is not None:
            await earlier  # its transport's input was closed
            self._lossy = True
        await frames.each(self._take)

    def _take(self, frame: AudioFrame) -> None:
        if self._muted:
            frame = silence(frame.duration_ms, frame.start_ms)
        if self._lossy:
            self._lossy = False
            self._tell_gap(frame)
        self._keep(frame)
        if self._heard_ms is None:
            self._fed_ms = frame.start_ms
        elif frame.start_ms - self._fed_ms > SMALLEST_GAP_MS:
            self._fill(frame.start_ms)
        elif self._fed_ms - frame.start_ms > SMALLEST_GAP_MS:
            if not frame.samples.any():
                self._pass_over(frame)
                return
            self._step_back(frame.start_ms)
        self._fed_ms = self._heard_ms = frame.end_ms
        self._recent.append(frame)
        while self._recent[0].end_ms < frame.end_ms - AGAIN_MS:
            self._recent.popleft()
        self._feed(frame)

    def _pass_over(self, frame: AudioFrame) -> None:
        """Takes silence that was fed already: heard again, speech before it would be said twice."""
        self._heard_ms = frame.end_ms
        self._fill(frame.end_ms)

    def _step_back(self, start_ms: float) -> None:
        """Goes on with audio that silence stood in for, from a little before it broke off."""
        began_ms, ended_ms = self._spoken_ms
        follows = self._heard_ms is not None and self._heard_ms >= start_ms - ENDED_MS
        if not follows or ended_ms is None or ended_ms < start_ms - ENDED_MS:
            self._splices.step_back(self._fed_ms, start_ms)
            return
        again = [frame for frame in self._recent if frame.start_ms >= began_ms]
        first_ms = again[0].start_ms if again else start_ms
        self._splices.step_back(self._fed_ms, first_ms, start_ms)
        for frame in again:
            self._feed(frame)

    def _feed(self, frame: AudioFrame) -> None:
        frame = self._splices.fed(frame)
        if self._sound is not None:
            self._sound.add(frame)
        self._vad.feed(frame)
        if self._transcribing is not None:
            self._transcribing.hear(frame, self._vad.seen_ms)

    def _keep(self, frame: AudioFrame) -> None:
        if self._lane is None:
            return
        if frame.packet:
            self._lane.add_packet(frame.packet, frame.start_ms, frame.duration_ms)
        else:
            self._lane.add(frame)

    def _tell_gap(self, frame: AudioFrame) -> None:
        heard_ms = self._heard_ms or 0.0
        if frame.start_ms - heard_ms > TOLD_GAP_MS:
            self._emit(MediaGap(heard_ms, frame.start_ms))

    def _fill(self, to_ms: float) -> None:
        """Feeds silence where nothing came."""
        while to_ms - self._fed_ms > SMALLEST_GAP_MS:
            length = min(to_ms - self._fed_ms, LONGEST_FILL_MS)
            self._feed(silence(length, self._fed_ms))
            self._fed_ms += length

    def _pause(self, event: SpeechPaused | SpeechResumed) -> None:
        if isinstance(event, SpeechPaused):
            self.ask()
        self._tell(replace(event, at_ms=self._splices.call_ms(event.at_ms)))

    def _boundary(self, event: SpeechStarted | SpeechEnded) -> None:
        if self._transcribing is not None:
            self._transcribing.boundary(event, self._vad.seen_ms)
        at_ms = self._splices.call_ms(event.at_ms)
        if isinstance(event, SpeechStarted):
            self._spoken_ms = (at_ms, None)
        else:
            self._spoken_ms = (self._spoken_ms[0], at_ms)
        self._tell(replace(event, at_ms=at_ms))

    def _tell(self, event: SpeechStarted | SpeechEnded | SpeechPaused | SpeechResumed) -> None:
        self._emit(event)
        if self._sound is None:
            return
        if isinstance(event, SpeechEnded | SpeechPaused):
            self._sound.on_silence(event.at_ms)
        else:
            self._sound.on_speech(event.at_ms)
