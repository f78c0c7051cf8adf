"""The contract of transports, which move audio and messages between a client and a call."""

from typing import Protocol

from sessions_app.engine.core.commands import Candidate
from sessions_app.engine.core.queues import Frames


class Transport(Protocol):
    """One client's media and data connection. Times in seconds are monotonic."""

    @property
    def connected(self) -> bool:
        """Whether media can flow both ways now."""
        ...

    @property
    def can_play(self) -> bool:
        """Whether the client receives the agent's voice; may change with each offer."""
        ...

    @property
    def wants_text(self) -> bool:
        """Whether the client asked for the agent's words instead of its voice."""
        ...

    @property
    def closed_by_peer(self) -> bool:
        """Whether the client closed the connection itself (as opposed to falling silent)."""
        ...

    @property
    def last_heard_s(self) -> float | None:
        """When the last datagram or message of any kind arrived; None before the first."""
        ...

    @property
    def last_media_s(self) -> float | None:
        """When the last audio arrived; None before the first."""
        ...

    def silent_until_ms(self, now_s: float) -> float | None:
        """Returns the time on the call clock up to which a client that sends nothing was silent.

        None while its audio arrives; short gaps, which networks cause, do not count as silence.
        Call it a few times a second: no frame reports that frames are missing.
        """
        ...

    @property
    def account(self) -> str:
        """Counts of what was received and sent so far, for the log."""
        ...

    def frames(self) -> Frames:
        """Returns the caller's audio: int16 mono 16 kHz, in order on the call clock.

        Lost audio is a jump in `start_ms`. Ends when the input ended or was closed.
        """
        ...

    async def add_candidate(self, candidate: Candidate) -> None:
        """Adds a remote candidate; raises BadCandidateError. Never waits for look-ups."""
        ...

    def send(self, message: str | bytes) -> None:
        """Sends a text or bytes to the client's data channel, now or when it opens."""
        ...

    def close_channel(self) -> None:
        """Closes the client's data channel after what was sent."""
        ...

    def close_input(self) -> None:
        """Ends `frames` after what has already arrived."""
        ...

    async def aclose(self) -> None:
        """Frees everything; may be called twice. Raises nothing."""
        ...
