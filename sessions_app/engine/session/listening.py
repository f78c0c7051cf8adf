"""Both sides of a live call, mixed for a member of staff who listens; never slows the call."""

from collections import deque
from collections.abc import Callable

import numpy as np

from sessions_app.engine.audio.opus import OpusDecoder
from sessions_app.engine.core.errors import MediaError
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples

LAG_MS = 160.0
"""How long after its time on the call clock audio is mixed.

Lower leaves out audio that arrives late over slow networks; higher lets the listener hear later.
"""

MOST_QUEUED = 150
"""Frames of one side that may wait for the listener; then the oldest are dropped.

More costs memory for listeners that have stalled; fewer loses audio when their task runs late.
"""

LONGEST_MS = 2_000.0
"""A listener who calls `take` later than this skips to the present.

Larger plays more of the past, at a longer delay, and costs memory; smaller skips sooner.
"""

PER_MS = SPEECH_RATE // 1000


class ListeningMix:
    """Takes each side's audio as it arrives and returns it mixed: int16 mono, 16 kHz.

    The call only appends to two short queues; the listener's own task decodes and mixes. Used on
    one event loop. `now_ms` returns the call clock in ms.
    """

    def __init__(self, now_ms: Callable[[], float]) -> None:
        self._now_ms = now_ms
        self._caller: deque[AudioFrame] = deque(maxlen=MOST_QUEUED)
        self._agent: deque[tuple[bytes, float]] = deque(maxlen=MOST_QUEUED)
        self._decoder = OpusDecoder(SPEECH_RATE)
        self._at = self._due()
        self._mixed = np.zeros(round(2 * LONGEST_MS) * PER_MS, np.int32)

    def hear_caller(self, frame: AudioFrame) -> None:
        """Adds a frame of the caller's audio, at 16 kHz."""
        self._caller.append(frame)

    def hear_agent(self, packet: bytes, start_ms: float) -> None:
        """Adds an Opus packet of the agent that was sent at `start_ms` on the call clock."""
        self._agent.append((packet, start_ms))

    def take(self) -> bytes:
        """Returns the audio since the last call of this: int16, little-endian; silence is zeros."""
        due = self._due()
        if due - self._at > LONGEST_MS * PER_MS:
            self._skip_to(due)
        self._mix_queued()
        count = max(0, due - self._at)
        taken = np.clip(self._mixed[:count], -32768, 32767).astype("<i2")
        self._skip_to(self._at + count)
        return taken.tobytes()

    def close(self) -> None:
        """Frees the decoder; may be called twice."""
        self._decoder.close()

    def _due(self) -> int:
        return max(0, int(self._now_ms() - LAG_MS)) * PER_MS

    def _skip_to(self, at: int) -> None:
        """Drops all audio before the sample `at` of the call clock."""
        gone = min(at - self._at, len(self._mixed))
        self._mixed[: len(self._mixed) - gone] = self._mixed[gone:]
        self._mixed[len(self._mixed) - gone :] = 0
        self._at = at

    def _mix_queued(self) -> None:
        while self._caller:
            frame = self._caller.popleft()
            self._add(frame.samples, frame.start_ms)
        while self._agent:
            packet, start_ms = self._agent.popleft()
            try:
                self._add(self._decoder.decode(packet), start_ms)
            except MediaError:
                continue  # one packet that no decoder takes is silence

    def _add(self, samples: Samples, start_ms: float) -> None:
        """Adds audio at its time; what is before the next sample of `take` came too late."""
        at = round(start_ms * PER_MS) - self._at
        late = max(0, -at)
        samples, at = samples[late:], at + late
        count = min(len(samples), len(self._mixed) - at)
        if count > 0:
            self._mixed[at : at + count] += samples[:count]
