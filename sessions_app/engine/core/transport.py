"""What moves audio and messages between a client and a call; knows nothing of speech."""

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
        """Whether the client takes the agent's voice; may change with each offer."""
        ...

    @property
    def wants_text(self) -> bool:
        """Whether the client asked for the agent's words instead of its voice."""
        ...

    @property
    def closed_by_peer(self) -> bool:
        """Whether the far side said that it is done (as opposed to falling silent)."""
        ...

    @property
    def last_heard_s(self) -> float | None:
        """When anything at all last came from the client; None before the first."""
        ...

    @property
    def last_media_s(self) -> float | None:
        """When audio last came; None before the first."""
        ...

    def silent_until_ms(self, now_s: float) -> float | None:
        """Returns up to where on the call clock the client sent nothing; None: its audio comes.

        To be asked a few times a second, for what no frame tells. Short gaps, which networks
        make, are none.
        """
        ...

    @property
    def account(self) -> str:
        """What came and went so far, in counts, for the log."""
        ...

    def frames(self) -> Frames:
        """Returns the caller's audio: int16 mono 16 kHz, in order on the call clock.

        Lost audio is a jump in `start_ms`. Ends when the input ended or was closed.
        """
        ...

    async def add_candidate(self, candidate: Candidate) -> None:
        """Takes a remote candidate; raises BadCandidateError. Never waits for look-ups."""
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
