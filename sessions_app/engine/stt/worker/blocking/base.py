"""The contract of blocking engines, which run in a worker process with one thread.

There is one `BlockingEngine` a process and one `Session` a stream. Neither is constructed, nor
their package imported, in a process that carries calls.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # settings look for model files in every process, which need not import numpy
    from sessions_app.engine.core.frames import Samples

TimedWord = tuple[str, float, float, float | None]
"""Text, start and end in seconds from the utterance's first sample, confidence 0..1 or None."""


@dataclass(frozen=True, slots=True)
class UtteranceResult:
    """The text of one utterance, and its `words` where the engine gives word times."""

    text: str = ""
    words: list[TimedWord] = field(default_factory=list)


class ModelError(Exception):
    """The engine cannot be loaded; the message says what is missing, and what to do."""


class Session(ABC):
    """One stream's audio within an engine; one utterance after the other."""

    @abstractmethod
    def accept(self, samples: "Samples") -> None:
        """Takes int16 mono audio at 16 kHz, shape (n,); `BlockingEngine.decode` decodes it."""

    def interim(self) -> str:
        """Returns the current utterance's text so far; empty for engines without interims."""
        return ""

    def pause(self) -> UtteranceResult:
        """Returns the utterance so far, at a pause after which more may follow.

        Called only where the recogniser `tells_whole`.
        """
        raise NotImplementedError

    @abstractmethod
    def finish(self) -> UtteranceResult:
        """Decodes the rest of the utterance; returns its result. Further audio starts another."""


class BlockingEngine(ABC):
    """One engine a worker process, constructed with the options of the recogniser's entry."""

    note = ""
    """What an operator should know about how it runs here; logged once."""

    @abstractmethod
    def open(self, language: str, phrases: Sequence[str]) -> Session:
        """Returns a session for `language` (BCP 47), biased towards `phrases`."""

    def chosen(self, sessions: Sequence[Session]) -> Sequence[Session]:
        """Chooses which of the sessions with new audio are decoded in this round: at least one.

        Finals are answered and audio is received between rounds.
        """
        return sessions

    def decode(self, sessions: Sequence[Session]) -> None:
        """Decodes the new audio of these sessions in one batch.

        Engines that decode in `accept` need not override it.
        """


def find_files(folder: Path, *patterns: str) -> list[Path]:
    """Returns the first file of each pattern; raises ModelError naming all that are missing."""
    if not folder.is_dir():
        raise ModelError(f"There is no folder {folder}. manage.py fetch_model brings models.")
    matches = {pattern: sorted(folder.glob(pattern)) for pattern in patterns}
    missing = [pattern for pattern, files in matches.items() if not files]
    if missing:
        raise ModelError(f"The model in {folder} is not whole: it has no {', '.join(missing)}.")
    return [matches[pattern][0] for pattern in patterns]
