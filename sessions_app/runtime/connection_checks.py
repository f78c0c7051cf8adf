"""Connection checks: short calls that a client makes to try a way, and of which nothing is kept.

A check comes in by the same doors, counts towards the same limits and is carried by the same
transports as a call. It has no row, no recording, no agent and no watchers, and ends by itself.
What is recognised in it goes to its client alone. Instead of an agent's voice a quiet tone is sent,
so that the client can measure what arrives.
"""

import asyncio
import time
from dataclasses import replace
from functools import cache

import numpy as np

from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.audio.speech_encoder import SpeechEncoder
from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.clock import CallClock
from sessions_app.engine.core.events import CallEvent, StateChanged
from sessions_app.engine.core.states import LIVE, CallState
from sessions_app.engine.session.supervisor import Limits
from sessions_app.models.call import new_public_id
from sessions_app.runtime.media_processes import named

LONGEST_S = 45.0
"""How long one check may take. Lower cuts off slow speakers; higher lets a check be a free call."""

CONNECT_S = 10.0
"""How long its connection may take. The page gives up earlier."""

LOST_S = 3.0
"""How long a check outlives its connection; nobody comes back to it."""

TONE_S = 10.0
"""How long the tone is sent; the page measures for 5 s. Higher sends for nothing."""

TONE_HZ, TONE_LEVEL, TONE_RATE = 330, 0.02, 16_000
"""Pitch, loudness (1: full scale) and samples a second. Louder startles; quieter is silence."""


def limits(usual: Limits) -> Limits:
    """Returns the deadlines of a check; `usual` are those of calls."""
    return replace(
        usual,
        connect_s=min(CONNECT_S, usual.connect_s),
        unheard_s=min(CONNECT_S, usual.unheard_s),
        grace_s=min(LOST_S, usual.grace_s),
        max_call_s=min(LONGEST_S, usual.max_call_s),
    )


def listening(agent: AgentConfig) -> AgentConfig:
    """Returns the agent as a check has it: it hears as ever, and answers nothing."""
    return replace(agent, responder="", greeting="", closing_words="")


def new_id() -> str:
    """Returns the id of a check. It names this process, since no row tells where the check is."""
    return named(new_public_id())


class CheckTone:
    """Sends a quiet tone once the check is connected. An event sink; on one event loop."""

    def __init__(self, clock: CallClock) -> None:
        self.playout = Playout(lambda: clock.now_ms(time.monotonic()))
        self._sending: asyncio.Task[None] | None = None

    def emit(self, event: CallEvent) -> None:
        """Starts with the connection, and stops with the check."""
        if not isinstance(event, StateChanged):
            return
        if event.state is CallState.ACTIVE and self._sending is None:
            self._sending = asyncio.create_task(self._send())
        elif event.state not in LIVE and self._sending is not None:
            self._sending.cancel()
            self.playout.clear()

    async def _send(self) -> None:
        self.playout.begin(self)
        second = _second_of_tone()
        for number in range(round(TONE_S * len(second))):
            await self.playout.wait_for_space()
            self.playout.put(second[number % len(second)])
        self.playout.finish_item()


@cache
def _second_of_tone() -> list[bytes]:
    """Returns the Opus packets of one second, which follow each other without a click."""
    times = np.arange(TONE_RATE) / TONE_RATE
    wave = np.round(32767 * TONE_LEVEL * np.sin(2 * np.pi * TONE_HZ * times)).astype(np.int16)
    return SpeechEncoder().feed(wave, TONE_RATE)
