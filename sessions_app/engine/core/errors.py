"""Errors of the engine. Each says what is wrong, how to fix it, and whether a retry may help."""

import sys
import traceback
from collections.abc import Iterator


def chain_of(error: BaseException) -> Iterator[BaseException]:
    """Yields the error, what it was raised from, and what a group holds; each once."""
    found, seen = [error], set[int]()
    while found:
        one = found.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = one.exceptions if isinstance(one, BaseExceptionGroup) else ()
        cause = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        found += [*inner, *([cause] if cause is not None else [])]


def traced(error: BaseException) -> str:
    """Returns what kind of error it is, from which, and where it came from, for a log.

    Messages are left out, since they may quote what was said.
    """
    first, *others = (type(one).__name__ for one in chain_of(error))
    where = "".join(traceback.format_tb(error.__traceback__))
    return f"{first}{''.join(f' (from {name})' for name in others)}\n{where}"


def hide_exception_messages() -> None:
    """Makes uncaught exceptions print their types and traceback, without messages.

    For helper processes: a message may quote what was said.
    """

    def tell(_kind: type[BaseException], error: BaseException, _where: object) -> None:
        sys.stderr.write(traced(error))

    sys.excepthook = tell


RETRY_AFTER_S = 30
"""After how many seconds clients should try again, if an error says nothing else.

Shorter brings them back while the server is still busy; longer lets them wait for nothing.
"""


class VoiceError(Exception):
    """Base of the engine's errors.

    `code` is the stable word a client sees; `retryable` says whether the same request
    may succeed later, unchanged.
    """

    code = "error"
    retryable = False

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class BadOfferError(VoiceError):
    """The session description cannot be used (not retryable)."""

    code = "bad_offer"


class BadCandidateError(VoiceError):
    """An ICE candidate cannot be used (not retryable)."""

    code = "bad_candidate"


class UnknownAgentError(VoiceError):
    """No active agent has that slug (not retryable)."""

    code = "unknown_agent"


class AgentNotReadyError(VoiceError):
    """The agent cannot be called as it is set up: staff must mend it first (not retryable)."""

    code = "agent_not_ready"


class UnknownCallError(VoiceError):
    """No such call for this user (not retryable)."""

    code = "unknown_call"


class NoAgentError(VoiceError):
    """The call's agent does not speak, so it cannot be spoken to (not retryable)."""

    code = "no_agent"


class NotAllowedError(VoiceError):
    """This caller may not do that, now or later (not retryable)."""

    code = "not_allowed"


class BusyError(VoiceError):
    """The process is at its capacity, or about to stop (retryable after a while)."""

    code = "busy"
    retryable = True

    def __init__(
        self, message: str, *, code: str | None = None, retry_after_s: int = RETRY_AFTER_S
    ) -> None:
        super().__init__(message, code=code)
        self.retry_after_s = retry_after_s


class RecogniserError(VoiceError):
    """A recogniser refused or broke for good: settings, credentials (not retryable)."""

    code = "recogniser_failed"


class RecogniserUnavailableError(RecogniserError):
    """A recogniser is out for the moment: a worker died, a network failed (retryable)."""

    code = "recogniser_unavailable"
    retryable = True


class LanguageNotSupportedError(RecogniserError):
    """The recogniser has no model for the language asked for (not retryable)."""

    code = "language_not_supported"


class TurnModelError(VoiceError):
    """A model that tells when turns are over cannot run: no file, another one (not retryable)."""

    code = "turn_model_failed"


class MediaError(VoiceError):
    """Audio that cannot be encoded, decoded or read (not retryable)."""

    code = "bad_media"


class ResponderError(VoiceError):
    """What decides the agent's words refused for good: settings, key (not retryable)."""

    code = "responder_failed"


class ResponderUnavailableError(ResponderError):
    """What decides the agent's words is out for the moment (retryable)."""

    code = "responder_unavailable"
    retryable = True


class SynthesiserError(VoiceError):
    """The voice refused for good: settings, unknown voice (not retryable)."""

    code = "synthesiser_failed"


class UnspeakableError(SynthesiserError):
    """The voice cannot speak this one text; it speaks others (not retryable)."""

    code = "unspeakable"


class SynthesiserUnavailableError(SynthesiserError):
    """The voice is out for the moment: a worker died, a network failed (retryable)."""

    code = "synthesiser_unavailable"
    retryable = True
