"""Receives the agent's voice, and tells when the agent has finished."""

import asyncio
import time
import wave
from pathlib import Path
from typing import Any

import numpy as np
from aiortc.mediastreams import MediaStreamError

from sessions_app.engine.audio.resample import Resampler
from sessions_app.engine.core.frames import SPEECH_RATE, Samples

LOUD = 300
"""Sample amplitude (of 32767) above which audio counts as speech; comfort noise is below."""

POLL_S = 0.05
"""How often the client looks whether the agent has finished; longer ends the call later."""


class AgentSide:
    """Records the agent's audio with its silences."""

    def __init__(self) -> None:
        self._started_s = time.monotonic()
        self._pieces: list[tuple[float, Samples]] = []
        self._reading: asyncio.Task[None] | None = None
        self._floor = "listening"
        self._changed_s = time.monotonic()
        self._speaks = False

    def on_floor(self, floor: str) -> None:
        """Records who has the floor, from a `floor` message."""
        self._speaks = True
        self._floor = floor
        self._changed_s = time.monotonic()

    def listen(self, track: Any) -> None:
        """Reads the remote track until it ends."""
        if track.kind == "audio" and self._reading is None:
            self._reading = asyncio.ensure_future(self._read(track))

    async def wait_until_silent(self, silent_s: float, limit_s: float) -> None:
        """Waits until the agent has listened for `silent_s`, or `limit_s` have passed.

        Returns at once for an agent that only transcribes.
        """
        deadline = time.monotonic() + limit_s
        while self._speaks and time.monotonic() < deadline:
            done = self._floor == "listening" and time.monotonic() - self._changed_s >= silent_s
            if done:
                return
            await asyncio.sleep(POLL_S)

    async def finish(self) -> None:
        """Waits for the end of what was received; the connection is closed by then."""
        if self._reading is not None:
            await self._reading

    def heard(self) -> tuple[float, int | None]:
        """Returns how many seconds the agent was heard, and when first, in ms since it began."""
        loud = [piece for piece in self._pieces if np.abs(piece[1]).max(initial=0) > LOUD]
        heard_s = round(sum(len(samples) for _, samples in loud) / SPEECH_RATE, 2)
        return heard_s, round(1000 * (loud[0][0] - self._started_s)) if loud else None

    async def _read(self, track: Any) -> None:
        resampler: Resampler | None = None
        try:
            while True:
                frame = await track.recv()
                resampler = resampler or Resampler(frame.sample_rate, len(frame.layout.channels))
                samples = resampler.process(np.asarray(frame.to_ndarray(), np.int16))
                self._pieces.append((time.monotonic(), samples))
        except MediaStreamError:
            return

    def save(self, target: Path) -> None:
        """Writes a WAV of 16 kHz mono; audio after a silence is placed by its arrival time."""
        parts: list[Samples] = []
        written = 0
        for at_s, samples in self._pieces:
            due = round((at_s - self._started_s) * SPEECH_RATE) - len(samples)
            if due - written > SPEECH_RATE // 5:
                parts.append(np.zeros(due - written, np.int16))
                written = due
            parts.append(samples)
            written += len(samples)
        with wave.open(str(target), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SPEECH_RATE)
            file.writeframes(np.concatenate([np.zeros(0, np.int16), *parts]).tobytes())
