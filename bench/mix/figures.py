"""The arithmetic of a mix: what callers said and saw becomes figures. Times in s."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from bench.mix.caller import Utterance
from bench.spoken import spoken, wrong_words

NEAR_S = 1.0
"""A final that lies so far from an utterance at most is of it."""


@dataclass
class Heard:
    """What came of utterances: words and delays."""

    words: int = 0
    wrong: int = 0
    utterances: int = 0
    without_final: int = 0
    invented: int = 0
    firsts: list[float] = field(default_factory=list)
    between: list[float] = field(default_factory=list)
    finals: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    over: int = 0
    unanswered: int = 0
    spoken: float = 0.0

    @property
    def wrong_pct(self) -> float:
        """Words wrong, missing or too many, of those that were said."""
        return 100 * self.wrong / max(1, self.words)

    def add(self, other: "Heard") -> None:
        """Takes another call's counts in."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def owner(final: Mapping[str, Any], origin: float, said: Sequence[Utterance]) -> int | None:
    """Returns which utterance a final tells of, by where it lies on the call's clock.

    That began at `origin`, but for the tenth of a second that the connection took.
    """
    begins, ends = (origin + final[key] / 1000 for key in ("startMs", "endMs"))
    apart = [max(begins - one.ended, one.began - ends) for one in said]
    nearest = min(range(len(said)), key=lambda at: apart[at], default=None)
    return nearest if nearest is not None and apart[nearest] <= NEAR_S else None


def heard(
    said: Sequence[Utterance],
    words: Sequence[Mapping[str, Any]],
    origin: float,
    within: tuple[float, float],
) -> Heard:
    """Returns what came of those utterances that lie `within` two moments.

    `words` are transcripts as they came, with `came`, the moment of each.
    """
    said = [one for one in said if one.ended]
    finals: dict[int | None, list[Mapping[str, Any]]] = {}
    for word in words:
        if word["final"]:
            finals.setdefault(owner(word, origin, said), []).append(word)
    found = Heard()
    for final in finals.get(None, []):
        if within[0] <= final["came"] <= within[1]:
            found.invented += len(spoken(final["text"]).split())
    found.wrong += found.invented
    for at, one in enumerate(said):
        if within[0] <= one.began and one.ended <= within[1]:
            until = said[at + 1].began if at + 1 < len(said) else float("inf")
            shown = [
                w["came"]
                for w in words
                if not w["final"] and w["text"] and one.began <= w["came"] < until
            ]
            _add(found, one, finals.get(at, []), shown)
    return found


def _add(
    found: Heard, said: Utterance, finals: Sequence[Mapping[str, Any]], shown: Sequence[float]
) -> None:
    found.utterances += 1
    found.words += len(spoken(said.text).split())
    found.spoken += said.ended - said.began
    text = " ".join(one["text"] for one in sorted(finals, key=lambda one: one["startMs"]))
    found.wrong += wrong_words(said.text, text)
    if finals:
        found.finals.append(max(one["came"] for one in finals) - said.ended)
    else:
        found.without_final += 1
    live = [came for came in shown if came <= said.ended]
    if live:
        found.firsts.append(live[0] - said.began)
    found.between += [after - before for before, after in pairwise(live)]
    if said.over:
        found.over += 1
    elif said.answered is None:
        found.unanswered += 1
    else:
        found.answers.append(said.answered - said.ended)


def in_ms(times: Sequence[float]) -> str:
    """Returns median and 95th percentile of times in ms, as "120 / 340"; empty for none."""
    if not times:
        return ""
    middle, late = np.percentile(times, [50, 95]) * 1000
    return f"{middle:.0f} / {late:.0f}"
