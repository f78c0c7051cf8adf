"""The contract of what decides an agent's words. Backends get OPTIONS as keywords."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.events import NoteKind, NoteTaken, Speaker
from sessions_app.engine.core.video import Picture

PRESSED = "[pressed {keys} on the telephone's keypad]"
"""What keys are to an agent: a turn of the caller's."""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the conversation as it was heard; `interrupted` when the agent was cut off."""

    speaker: Speaker
    text: str
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class EarlierCall:
    """A past call of the same user: when (ISO date), and its summary or first words."""

    date: str
    title: str
    text: str


class NoteRefusedError(ValueError):
    """The call has too many notes, or the note is too long; the message is fit to be spoken."""


@dataclass(frozen=True, slots=True)
class NotesUndone:
    """What undoing a change of the notes did, or doing it again.

    Each note is as it was counted, or is counted now.
    """

    removed: tuple[NoteTaken, ...] = ()
    restored: tuple[NoteTaken, ...] = ()


class CallVideo(Protocol):
    """The pictures of a call, both ways. Nothing is queued: who is slow sees fewer."""

    @property
    def latest(self) -> Picture | None:
        """The caller's newest picture; None before the first."""
        ...

    def pictures(self) -> AsyncIterator[Picture]:
        """Yields the newest picture whenever there is another one, until the call ends."""
        ...

    def show(self, picture: Picture) -> None:
        """Shows the caller this picture from now on: RGB, of shape (height, width, 3)."""
        ...

    def animate(self, sprites: Sequence[Picture], per_second: float = 15.0) -> None:
        """Shows these pictures in turn, over and over; all of one size."""
        ...


class CallHost(Protocol):
    """What a responder or a tool may do to the call it serves."""

    def now_ms(self) -> float:
        """Returns the call clock."""
        ...

    @property
    def notes(self) -> Sequence[NoteTaken]:
        """What was written down in this call, oldest first."""
        ...

    def add_note(self, kind: NoteKind, text: str) -> NoteTaken:
        """Writes something down: shown to the caller, stored, in the summary.

        Raises NoteRefusedError for one too many, or one that is too long.
        """
        ...

    def remove_notes(self, numbers: Collection[int]) -> Sequence[NoteTaken]:
        """Takes out the notes with these numbers and returns them; those behind them move up."""
        ...

    def restore_notes(self) -> Sequence[NoteTaken]:
        """Puts back what was taken out last, where it was; nothing where nothing was.

        Raises NoteRefusedError where there is no room for it any more.
        """
        ...

    def undo_notes(self) -> NotesUndone | None:
        """Takes back the newest change of the notes: one written down, taken out or put back.

        None where there is nothing to undo.
        """
        ...

    def redo_notes(self) -> NotesUndone | None:
        """Takes back the newest `undo_notes`; None where none was, or notes were changed since."""
        ...

    def end_call(self) -> None:
        """Ends the call once the present answer has been heard."""
        ...

    def send_app(self, data: Any) -> None:
        """Sends any JSON to the client's own code, once the turn is certain."""
        ...

    @property
    def video(self) -> CallVideo | None:
        """The call's pictures; None where VOICE["VIDEO"] is off."""
        ...

    async def confirmed(self) -> None:
        """Returns once the turn being answered is certain; see `Responder.speculative`."""
        ...

    async def earlier_calls(self, query: str, limit: int = 3) -> Sequence[EarlierCall]:
        """Returns this user's earlier calls that hold `query`, newest first."""
        ...


@dataclass(frozen=True, slots=True)
class Conversation:
    """All that an answer may depend on.

    `messages` ends with the caller's turn to answer. `speech_id` names the one turn that this
    answer belongs to.
    """

    persona: AgentConfig
    messages: tuple[Message, ...]
    host: CallHost
    speech_id: str = ""
    call_id: str = ""

    @property
    def last_text(self) -> str:
        """The caller's newest words."""
        return self.messages[-1].text if self.messages else ""


class Anew(str):
    """A piece of an answer with which it begins anew: what came before was no part of it.

    So much of that as nobody has heard yet is neither said nor kept.
    """

    __slots__ = ()


async def whole(pieces: AsyncIterator[str]) -> str:
    """Returns an answer's pieces as one text, from where it began anew."""
    text = ""
    async for piece in pieces:
        text = str(piece) if isinstance(piece, Anew) else text + piece
    return text


class Responder(ABC):
    """One object serves all calls of a process that name it, on its event loop.

    What belongs to a call lies in its Conversation.
    """

    speculative: bool = True
    """Whether an answer may be started on words that may still change. Such a responder awaits
    `host.confirmed()` before it does anything that cannot be taken back."""

    markdown: bool = True
    """Whether its answers are Markdown, as models write; else they are shown as they are."""

    async def start(self) -> None:
        """Makes it ready; raises ResponderError when it cannot run."""

    def check(self, persona: AgentConfig) -> None:
        """Raises ResponderError for settings of an agent that it could not serve."""

    def phrases(self, persona: AgentConfig) -> Sequence[str]:
        """Returns what callers are likely to say to it: hints to the recogniser."""
        return ()

    @abstractmethod
    def stream(self, conversation: Conversation) -> AsyncGenerator[str, None]:
        """Yields the answer's text in pieces, as they come; nothing at all for no answer.

        A piece that is `Anew` takes back those before it.

        Closing the generator cancels the work, a remote model's stream included. Raises
        ResponderError, or ResponderUnavailableError (retryable) before or after the first
        piece.
        """

    def on_app_message(self, persona: AgentConfig, host: CallHost, data: Any) -> None:
        """Takes what the client's own code sent; any JSON. Never blocks."""

    def on_key(self, persona: AgentConfig, host: CallHost, key: str) -> None:
        """Takes a key of a telephone as it is pressed: 0-9, *, #, A-D or flash. Never blocks."""

    def turn_of_keys(self, persona: AgentConfig, keys: str) -> str:
        """Returns the caller's turn that keys are, such as "12#"; empty for none.

        It is taken once the caller presses no more, or what ends it (VOICE["KEYS"]); the agent is
        silent from the first key of a turn on. Asked with the keys so far, too.
        """
        return PRESSED.format(keys=keys)

    async def on_video(self, persona: AgentConfig, host: CallHost) -> None:
        """Runs beside each call that may have pictures (`host.video`); cancelled at its end."""

    async def aclose(self) -> None:
        """Frees everything; may be called twice."""
