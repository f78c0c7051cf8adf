"""The contract of recognisers (STT): `Recogniser` is an engine, `RecogniserStream` a use of it.

    await recogniser.start()
    stream = recogniser.open("en-US")
    await stream.send(frame)      # one task sends, in order: frames, and flush after each utterance
    await stream.finish()
    async for hypothesis in stream.results():   # another one reads
        ...
    await stream.aclose()

Audio is `AudioFrame`: int16, mono, at a place on the call clock. Errors of the engine come out of
`results`. All of it belongs to one event loop.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from sessions_app.engine.core.events import Hypothesis
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame
from sessions_app.engine.core.reservations import Reservation
from sessions_app.engine.text.cleaning import clean
from sessions_app.engine.text.languages import among


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do, so that callers need not know which one it is."""

    interims: bool
    """Whether it tells words while they are being said, which may still change."""

    words: bool
    """Whether finals have the times of each word."""

    confidence: bool
    """Whether it says how sure it is of each word, 0..1."""

    languages: frozenset[str] | None
    """BCP 47 tags; None where only the engine can tell, when a stream runs."""

    continuous: bool = False
    """Whether it takes every frame, silence too, and finds utterances itself.

    The others get only speech, and `flush` where the VAD heard its end.
    """

    sample_rate: int = SPEECH_RATE
    """Hz of the audio that it is sent."""

    longest_stream_s: float | None = None
    """After so many seconds of audio it ends a stream; None for never."""

    scores_pauses: bool = False
    """Whether it tells all words at a `pause`, with its confidence in them."""

    marks: bool = False
    """Whether it writes full stops and commas, so that one that is missing is meant to be."""


class RecogniserStream(ABC):
    """Recognition of one side of one call. One sender, one reader of `results`."""

    @abstractmethod
    async def send(self, frame: AudioFrame) -> None:
        """Takes int16 mono audio at the engine's rate, in order on the call clock.

        Errors come out of `results`, never out of here.
        """

    async def begin(self, at_ms: float) -> None:
        """Says that speech began at `at_ms`; a hint to continuous engines, that may be ignored."""

    async def pause(self) -> None:
        """Says that the caller pauses, and may go on: `results` may yield a `whole` interim now.

        An engine that takes long for all that was said, or has no better text than its next
        interim, does nothing. What it yields may become its final, if only silence follows.
        """

    @abstractmethod
    async def flush(self, *, cut: bool = False) -> None:
        """Says that the utterance being sent is over: its final is due.

        With `cut` the caller speaks on without a pause: a word that the cut parted is told
        once, with what follows. Returns at once. To continuous engines it is a hint that the
        caller pauses.
        """

    @abstractmethod
    async def finish(self) -> None:
        """Says that no audio will follow: `results` ends after the last final.

        Returns at once; the reader owns the deadline.
        """

    @abstractmethod
    def results(self) -> AsyncIterator[Hypothesis]:
        """Yields interims, then one final an utterance, times on the call clock.

        Raises RecogniserUnavailableError (retryable) when the engine died, or another
        RecogniserError when it refused for good.
        """

    @abstractmethod
    async def aclose(self) -> None:
        """Drops the stream at once and frees what it held; `results` ends. May be called twice."""


class Recogniser(ABC):
    """A recognition engine, shared by all calls of a process."""

    name: str
    capabilities: Capabilities

    @property
    def serving(self) -> Capabilities:
        """The capabilities of the engine that serves now: one that stands in has others."""
        return self.capabilities

    def unhurried(self) -> None:
        """Says, before `start`, that nobody waits for what it hears: it gives way to all else."""

    async def start(self) -> None:
        """Makes the engine ready (processes, models); may be called twice.

        Raises RecogniserError when it cannot run here.
        """

    @abstractmethod
    def open(self, language: str, phrases: Sequence[str] = ()) -> RecogniserStream:
        """Returns a new stream for `language` (BCP 47), where `phrases` are likely to be said.

        Raises LanguageNotSupportedError. Never blocks; needs a running event loop.
        """

    def knows(self, language: str) -> bool:
        """Returns whether `language` (BCP 47) is among the engine's, whatever the region."""
        known = self.capabilities.languages
        return known is None or language in known or among(language, known)

    async def ready(self) -> bool:
        """Returns whether a stream opened now would be served."""
        return True

    def reserve(self) -> Reservation:
        """Returns a call's place here, to be released when the call is over.

        Raises BusyError (retryable) where another call is to be refused now; those that have
        a place are served on. Checks and counts in one step.
        """
        return Reservation()

    async def aclose(self) -> None:
        """Frees what `start` took; may be called twice."""


async def heard(stream: RecogniserStream) -> AsyncIterator[Hypothesis]:
    """Yields the stream's results, their text clean: a remote engine may send anything."""
    async for hypothesis in stream.results():
        yield _cleaned(hypothesis)


def _cleaned(hypothesis: Hypothesis) -> Hypothesis:
    text = clean(hypothesis.text)
    words = hypothesis.words
    if any(clean(word.text) is not word.text for word in words):
        words = tuple(replace(word, text=clean(word.text)) for word in words)
        words = tuple(word for word in words if word.text.strip())
    if text is hypothesis.text and words is hypothesis.words:
        return hypothesis
    return replace(hypothesis, text=text, words=words)
