"""What one call uses of recognisers, language models and voices, counted while it runs."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MOST_TOKENS = 10_000_000
"""Of one request: no model's context is as long. A server that counts more does not count."""


def counted_tokens(value: Any) -> int:
    """Returns a server's count of tokens; 0 for what cannot be one."""
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return value if is_count and 0 < value <= MOST_TOKENS else 0


class UsageKind(StrEnum):
    """What something was used for: in the call itself, or by a job after it."""

    RECOGNITION = "recognition"
    ANSWERS = "answers"
    SPEECH = "speech"
    SECOND_PASS = "second_pass"  # nosec B105 # noqa: S105 - no password
    SUMMARY = "summary"
    VALUES = "values"


@dataclass(frozen=True, slots=True)
class UsedPart:
    """What was used of one recogniser, model or voice, for one purpose.

    `name` is the recogniser's, the model's or the synthesiser's, `voice` one of the synthesiser's.
    `audio_ms` is the length of the audio that was recognised, `characters` the length of the texts
    that were spoken, after normalisation. `tokens_in` and `tokens_out` were counted by the model's
    server; with `estimated` some of them were estimated from the length of the texts.
    """

    kind: UsageKind
    name: str
    voice: str = ""
    audio_ms: int = 0
    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    characters: int = 0
    estimated: bool = False


@dataclass(slots=True)
class _Asked:
    """The requests to one model so far."""

    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    estimated: bool = False


class CallUsage:
    """The counts of one call so far. Used on its event loop; nothing here blocks.

    Phrases that are synthesised once for all calls are not counted.
    """

    def __init__(self) -> None:
        self._audio_ms: dict[str, float] = {}
        self._asked: dict[str, _Asked] = {}
        self._characters: dict[tuple[str, str], int] = {}

    def heard(self, recogniser: str, audio_ms: float) -> None:
        """Counts audio that was given to the recogniser; audio that is sent again counts once."""
        self._audio_ms[recogniser] = self._audio_ms.get(recogniser, 0.0) + audio_ms

    def asked(
        self, model: str, tokens_in: int, tokens_out: int, *, estimated: bool = False
    ) -> None:
        """Counts a request to the model; `estimated` says that its server gave no counts."""
        found = self._asked.setdefault(model, _Asked())
        found.requests += 1
        found.tokens_in += tokens_in
        found.tokens_out += tokens_out
        found.estimated = found.estimated or estimated

    def spoke(self, synthesiser: str, voice: str, characters: int) -> None:
        """Counts what the synthesiser was given to read; `voice` is empty for its own choice."""
        key = synthesiser, voice
        self._characters[key] = self._characters.get(key, 0) + characters

    def parts(self) -> list[UsedPart]:
        """Returns the counts so far, one part for each kind and name."""
        heard = [
            UsedPart(UsageKind.RECOGNITION, name, audio_ms=round(ms))
            for name, ms in self._audio_ms.items()
        ]
        asked = [
            UsedPart(
                UsageKind.ANSWERS,
                model,
                requests=one.requests,
                tokens_in=one.tokens_in,
                tokens_out=one.tokens_out,
                estimated=one.estimated,
            )
            for model, one in self._asked.items()
        ]
        spoken = [
            UsedPart(UsageKind.SPEECH, name, voice, characters=many)
            for (name, voice), many in self._characters.items()
        ]
        return [*heard, *asked, *spoken]
