"""Puts the names that an agent expects where they were said.

The model writes a name that it has never seen as words that sound like it: "Tamolin" as "Tamil
in". Where words sound like an expected phrase, the decoder is asked how sure it would be of the
phrase in their place. Measured on 20 made-up names and three voices: names that nobody said
cost 6 and more in log-probability a token, those that were said rarely 3.
"""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from sessions_app.engine.core.agent_config import LONGEST_PHRASE, MOST_PHRASES
from sessions_app.engine.stt.engines.pocketsphinx_spelling import phones_of
from sessions_app.engine.stt.moonshine import decoding
from sessions_app.engine.stt.moonshine.decoding import DecodedTokens
from sessions_app.engine.stt.moonshine.expecting import Expected, with_capital
from sessions_app.engine.stt.moonshine.model import EncoderMemory, Model
from sessions_app.engine.stt.moonshine.tokens import TokenSpan, common_length

MOST_TRIES, MOST_NAMES = 4, 4
"""Each try is a pass of some 5 ms; there are none where nothing sounds alike."""

ALIKE, QUITE_ALIKE, VERY_ALIKE = 0.5, 0.7, 0.86
"""Shares of sounds in common."""

COST, COST_VERY_ALIKE, COST_UNSURE = -3.0, -5.0, -7.0
"""What a token of the phrase may cost in log-probability."""

COST_OF_WORDS = -1.0
"""The same for common words, which the model knows: many others sound like them."""

SURE, UNSURE, SURE_WORD = -0.05, -0.4, -0.5
"""Words that the model is so sure of are left, unless they sound very much like the phrase."""

_CLASSES = {
    phone: sound
    for sound, phones in {
        "a": "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW",
        "p": "P B",
        "t": "T D TH DH",
        "k": "K G",
        "f": "F V",
        "s": "S Z SH ZH CH JH",
        "n": "M N NG",
        "l": "L R W",
        "h": "HH",
        "y": "Y",
    }.items()
    for phone in phones.split()
}
_MARKS = ".,;:!?"
_CAPITAL = re.compile(r"(?!I\b)[A-Z]")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def sounds(text: str) -> str:
    """Returns a letter for each sound of a text, the same for sounds that are easily confused."""
    phones = (phone for word in _WORD.findall(text) for phone in phones_of(word).split())
    return "".join(_CLASSES[phone] for phone in phones)


@dataclass(frozen=True, slots=True)
class _Phrase:
    text: str
    plain: str
    sounds: str
    words: int
    tokens: tuple[int, ...]
    at_begin: tuple[int, ...]
    """With a capital, where the phrase may have one that begins a sentence; else nothing."""

    @property
    def is_name(self) -> bool:
        """Whether it has a capital, and more than one token: the model does not know it whole."""
        return len(self.tokens) > 1 and bool(_CAPITAL.search(self.text))


@dataclass(frozen=True, slots=True)
class _Place:
    """Words of a hypothesis that may be a phrase."""

    phrase: _Phrase
    first: int
    end: int
    alike: float


class Names:
    """The phrases of one stream, as they are written.

    `expected` is the same for the search; `words` are all of their words, in lower case.
    """

    def __init__(self, model: Model, phrases: Sequence[str]) -> None:
        self._model = model
        cleaned = (" ".join(phrase.split()).rstrip(_MARKS) for phrase in phrases[:MOST_PHRASES])
        known = dict.fromkeys(phrase for phrase in cleaned if 0 < len(phrase) <= LONGEST_PHRASE)
        self.expected = Expected(model.tokens, known)
        self.words = frozenset(word for phrase in known for word in _WORD.findall(phrase.lower()))
        self._phrases = [
            _Phrase(text, _plain(text), heard, len(text.split()), *_tokens(model, text))
            for text in known
            if (heard := sounds(text))
        ]
        self._plain = frozenset(phrase.plain for phrase in self._phrases)
        self._longest = max((phrase.words for phrase in self._phrases), default=0)

    def put_in(self, memory: EncoderMemory, heard: DecodedTokens) -> DecodedTokens:
        """Returns the hypothesis with the phrases that were said in it."""
        for _ in range(MOST_NAMES):
            spans = self._model.tokens.words(heard.tokens)
            tries = [
                self._tried(memory, heard, spans, place)
                for place in self._places(heard, spans)[:MOST_TRIES]
            ]
            better = [one for one in tries if one is not None]
            if not better:
                break
            heard = max(better, key=lambda one: one[0])[1]
        return heard

    def _places(self, heard: DecodedTokens, spans: Sequence[TokenSpan]) -> list[_Place]:
        """Returns where a phrase may have been said, the likeliest first."""
        line = _Line(heard, spans, self._plain, self._longest)
        if not line.spots or not self._phrases:
            return []
        alike = cdist(
            [phrase.sounds for phrase in self._phrases],
            line.sounds,
            scorer=Levenshtein.normalized_similarity,
            score_cutoff=ALIKE,
            dtype=np.float64,
        )
        reaches = np.array([_reach(phrase.words) for phrase in self._phrases])
        lengths = np.array([end - first for first, end in line.spots])
        near = (alike >= ALIKE) & (lengths[None] <= reaches[:, None])
        found = [
            _Place(self._phrases[which], first, end, float(alike[which, spot]))
            for which, spot in np.argwhere(near)
            for first, end in [line.spots[spot]]
        ]
        open_to = [place for place in found if line.is_open(place) and line.sounds_so(place)]
        return sorted(open_to, key=lambda place: (-place.alike, place.end - place.first))

    def _tried(
        self, memory: EncoderMemory, heard: DecodedTokens, spans: Sequence[TokenSpan], place: _Place
    ) -> tuple[float, DecodedTokens] | None:
        """Returns what the phrase costs in that place, and the hypothesis; None where too much."""
        begin, end = spans[place.first].first, spans[place.end - 1].marks
        written = place.phrase.at_begin if spans[place.first].text[:1].isupper() else None
        phrase = written or place.phrase.tokens
        tokens = [*heard.tokens[:begin], *phrase, *heard.tokens[end:]]
        other = decoding.scored(self._model, memory, tokens)
        said = [_plain(span.text) for span in spans[place.first : place.end]]
        changed, _ = _differing(place.phrase.plain.split(), said)
        tokens_changed = len(self._model.tokens.of(" ".join(changed))) or len(phrase)
        cost = (sum(other.sure) - sum(heard.sure)) / tokens_changed
        return (
            (cost, other)
            if cost >= _allowed(place, _sure(heard, spans, place.first, place.end))
            else None
        )


class _Line:
    """A hypothesis, and what is asked of its words again and again, for each phrase.

    `spots` are where a phrase of at most `longest` words may lie, `sounds` what is heard there.
    """

    def __init__(
        self, heard: DecodedTokens, spans: Sequence[TokenSpan], plain: Set[str], longest: int
    ) -> None:
        self._written = [span.text for span in spans]
        self._words = [_plain(text) for text in self._written]
        self._phrases = plain
        many = len(spans)
        self.spots = [
            (first, end)
            for first in range(many)
            for end in range(first + 1, min(first + _reach(longest), many) + 1)
        ]
        said = [sounds(text) for text in self._written]
        self.sounds = ["".join(said[first:end]) for first, end in self.spots]
        self._sure = {spot: _sure(heard, spans, *spot) for spot in self.spots}
        self._has_phrase = {spot: self._has(*spot) for spot in self.spots}

    def is_open(self, place: _Place) -> bool:
        """Returns whether these words may be others: not where they are the phrase, or sure."""
        sure = self._sure[place.first, place.end]
        if place.phrase.is_name:
            may = sure < SURE or place.alike >= VERY_ALIKE
        else:
            may = sure < SURE_WORD and place.alike >= QUITE_ALIKE
        return may and not self._is_there(place)

    def sounds_so(self, place: _Place) -> bool:
        """Returns whether the words that would change sound like those that they would become.

        "in Berlin" sounds like no "in Paris", though most of "the weather in Berlin" does.
        """
        rest = _differing(place.phrase.plain.split(), self._words[place.first : place.end])
        return (
            Levenshtein.normalized_similarity(*(sounds(" ".join(words)) for words in rest)) >= ALIKE
        )

    def _is_there(self, place: _Place) -> bool:
        """Returns whether a phrase is there: this one in part of it or beside, or another one.

        One that differs in its capitals alone is to be written as the agent has it.
        """
        first, end, wanted = place.first, place.end, place.phrase.plain
        if " ".join(self._words[first:end]) == wanted:
            written = " ".join(self._written[first:end])
            return not place.phrase.is_name or place.phrase.text in written
        reach = place.phrase.words
        around = " ".join(self._words[max(first - reach, 0) : end + reach])
        return self._has_phrase[first, end] or f" {wanted} " in f" {around} "

    def _has(self, first: int, end: int) -> bool:
        """Returns whether any phrase stands whole among these words."""
        words = " ".join(self._words[first:end]).split(" ")
        many = len(words)
        runs = ((at, until) for at in range(many) for until in range(at + 1, many + 1))
        return any(" ".join(words[at:until]) in self._phrases for at, until in runs)


def _differing(wanted: Sequence[str], said: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Returns two lists of words without those that both begin or both end with."""
    before = common_length(wanted, said)
    wanted, said = wanted[before:], said[before:]
    after = common_length(wanted[::-1], said[::-1])
    return wanted[: len(wanted) - after], said[: len(said) - after]


def _tokens(model: Model, text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    capital = with_capital(text)
    return tuple(model.tokens.of(text)), tuple(model.tokens.of(capital)) if capital else ()


def _reach(words: int) -> int:
    """Returns how many words a phrase of so many may have been heard as."""
    return words + 3


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text)).lower()


def _sure(heard: DecodedTokens, spans: Sequence[TokenSpan], first: int, end: int) -> float:
    """Returns the mean log-probability of the words from `first` up to, not including, `end`."""
    return float(np.mean(heard.sure[spans[first].first : spans[end - 1].marks]))


def _allowed(place: _Place, sure: float) -> float:
    """Returns what a token of the phrase may cost where the model is so sure of what it wrote."""
    if not place.phrase.is_name:
        return COST_OF_WORDS
    if sure < UNSURE and place.alike >= QUITE_ALIKE:
        return COST_UNSURE
    return COST_VERY_ALIKE if place.alike >= VERY_ALIKE else COST
