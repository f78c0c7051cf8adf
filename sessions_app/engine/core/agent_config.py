"""What a call with an agent runs with: the agent's settings, frozen when the call starts."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class TurnSettings:
    """When the agent answers, and when the caller interrupts it.

    Delays count from the end of the caller's speech. `endpointer` and `barge_in` name turn
    rules of VOICE["ENDPOINTERS"] and VOICE["BARGE_INS"]. Speech of `barge_in_ms` with
    `barge_in_words` words confirms an interruption. `preemptive` lets the answer be prepared before
    the turn is over. `language` (BCP 47) is that of the call, empty if it is not set.
    """

    endpointer: str = "default"
    min_delay_ms: int = 450
    max_delay_ms: int = 2_500
    barge_in: str = "default"
    barge_in_ms: int = 500
    barge_in_words: int = 2
    preemptive: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class RedactionSettings:
    """Which kinds of words of a call are hidden before they are stored and shown.

    `kinds` are keys of `engine.redaction.detectors.registry.KINDS`; `patterns` are the agent's own,
    as `detectors.own_patterns` reads them. With `keep_original` the original text is stored too,
    for users who may read it.
    """

    kinds: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    keep_original: bool = False

    @property
    def hides(self) -> bool:
        """Whether anything is hidden at all."""
        return bool(self.kinds or self.patterns)


MOST_PHRASES, LONGEST_PHRASE = 500, 100
"""The most phrases of an agent, and characters of each: the limits of Google Speech.

More make each call's stream start later; longer phrases are hardly ever said word for word.
"""


@dataclass(frozen=True, slots=True)
class AgentConfig:
    """An agent as one call knows it. Without a `responder` the call is transcribed only.

    `speed` is a factor of the voice's own speed. After `silence_s` seconds without a word
    the agent asks whether the caller is still there, and hangs up after as much again; 0 for
    never. `max_length_s` of 0 leaves the installation's own limit. `phrases` are words and names
    that callers are likely to say.
    """

    slug: str = ""
    name: str = ""
    language: str = "en-US"
    recogniser: str = "default"
    phrases: tuple[str, ...] = ()
    responder: str = ""
    responder_options: Mapping[str, Any] = field(default_factory=dict)
    synthesiser: str = "default"
    voice: str = ""
    speed: float = 1.0
    prompt: str = ""
    greeting: str = ""
    closing_words: str = ""
    silence_s: int = 20
    max_length_s: int = 0
    turns: TurnSettings = field(default_factory=TurnSettings)
    redaction: RedactionSettings = field(default_factory=RedactionSettings)

    @property
    def answers(self) -> bool:
        """Whether the agent speaks at all."""
        return bool(self.responder)

    def as_json(self) -> dict[str, Any]:
        """Returns plain values for `from_json`."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "AgentConfig":
        """Returns the config of `as_json`; keys of other versions are left out."""
        known = _known(cls, values)
        turns = TurnSettings(**_known(TurnSettings, values.get("turns")))
        redaction = _redaction(values.get("redaction"))
        own = {"phrases": tuple(known.get("phrases", ())), "turns": turns, "redaction": redaction}
        return cls(**{**known, **own})


def _redaction(values: Mapping[str, Any] | None) -> RedactionSettings:
    known = _known(RedactionSettings, values)
    listed = {name: tuple(known.get(name, ())) for name in ("kinds", "patterns")}
    return RedactionSettings(**{**known, **listed})


def _known(kind: type, values: Mapping[str, Any] | None) -> dict[str, Any]:
    names = {item.name for item in fields(kind)}
    return {key: value for key, value in (values or {}).items() if key in names}
