"""Corrects hypotheses with an agent's phrases: words that sound like one are replaced by it.

The model writes a name that it has never seen as words that sound like it: "Tamolin" as "Tamil
in". Where words sound like a phrase, the decoder scores the hypothesis with the phrase in their
place. Measured on 20 made-up names and three voices: names that nobody said cost 6 and more in
log-probability a token, those that were said rarely 3.
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
from sessions_app.engine.stt.moonshine.model import EncoderMemory, Model
from sessions_app.engine.stt.moonshine.phrase_bias import PhraseBias, with_capital
from sessions_app.engine.stt.moonshine.tokens import TokenSpan, common_length

MOST_TRIES, MOST_NAMES = 4, 4
"""Candidates scored a round, and rounds: each score is a pass of some 5 ms, and there is none where
nothing sounds alike."""

ALIKE, QUITE_ALIKE, VERY_ALIKE = 0.5, 0.7, 0.86
"""Phonetic similarity (0..1) from which words may be a phrase, and from which more is allowed."""

COST, COST_VERY_ALIKE, COST_UNSURE = -3.0, -5.0, -7.0
"""The change in log-probability, a token that changes, down to which a name is put in: usually, for
words that sound very much like it, and for words that the model is unsure of. Lower writes more
names that were said, and more that were not."""

COST_OF_WORDS = -1.0
"""The same for common words: the model knows them, and many other words sound like them."""

SURE, UNSURE, SURE_WORD = -0.05, -0.4, -0.5
"""Mean log-probabilities: words above SURE stay unless they sound very much like a name, words
above SURE_WORD stay where the phrase is of common words; below UNSURE a name may cost
COST_UNSURE."""

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
    """Returns a text's phonetic code: a letter a phone, the same for easily confused phones."""
    phones = (phone for word in _WORD.findall(text) for phone in phones_of(word).split())
    return "".join(_CLASSES[phone] for phone in phones)


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A phrase: text, words in lower case, phonetic code, word count and token ids."""

    text: str
    plain: str
    sounds: str
    words: int
    tokens: tuple[int, ...]
    capitalised: tuple[int, ...]
    """Its tokens at the beginning of a sentence, where they differ; else empty."""

    @property
    def is_name(self) -> bool:
        """Whether it has a capital and several tokens: the model may not know it."""
        return len(self.tokens) > 1 and bool(_CAPITAL.search(self.text))


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Words [first:end] of a hypothesis that may be a phrase."""

    phrase: _Phrase
    first: int
    end: int
    similarity: float


class PhraseCorrector:
    """Corrects the finals of one agent's streams.

    `expected` is the beam search's bias to the same phrases; `words` are their words in lower case.
    """

    def __init__(self, model: Model, phrases: Sequence[str]) -> None:
        self._model = model
        cleaned = (" ".join(phrase.split()).rstrip(_MARKS) for phrase in phrases[:MOST_PHRASES])
        known = dict.fromkeys(phrase for phrase in cleaned if 0 < len(phrase) <= LONGEST_PHRASE)
        self.expected = PhraseBias(model.tokens, known)
        self.words = frozenset(word for phrase in known for word in _WORD.findall(phrase.lower()))
        self._phrases = [
            _Phrase(
                text, _plain_words(text), hypothesis, len(text.split()), *_token_ids(model, text)
            )
            for text in known
            if (hypothesis := sounds(text))
        ]
        self._plain = frozenset(phrase.plain for phrase in self._phrases)
        self._longest = max((phrase.words for phrase in self._phrases), default=0)

    def correct(self, memory: EncoderMemory, hypothesis: DecodedTokens) -> DecodedTokens:
        """Returns the hypothesis with phrases in place of words; itself where none fits."""
        for _ in range(MOST_NAMES):
            spans = self._model.tokens.word_spans(hypothesis.tokens)
            attempts = [
                self._try_candidate(memory, hypothesis, spans, candidate)
                for candidate in self._candidates(hypothesis, spans)[:MOST_TRIES]
            ]
            better = [one for one in attempts if one is not None]
            if not better:
                break
            hypothesis = max(better, key=lambda one: one[0])[1]
        return hypothesis

    def _candidates(
        self, hypothesis: DecodedTokens, spans: Sequence[TokenSpan]
    ) -> list[_Candidate]:
        """Returns the words that may be a phrase, the most similar first."""
        line = _Transcript(hypothesis, spans, self._plain, self._longest)
        if not line.spots or not self._phrases:
            return []
        similarity = cdist(
            [phrase.sounds for phrase in self._phrases],
            line.sounds,
            scorer=Levenshtein.normalized_similarity,
            score_cutoff=ALIKE,
            dtype=np.float64,
        )
        reaches = np.array([_max_words(phrase.words) for phrase in self._phrases])
        lengths = np.array([end - first for first, end in line.spots])
        near = (similarity >= ALIKE) & (lengths[None] <= reaches[:, None])
        found = [
            _Candidate(self._phrases[which], first, end, float(similarity[which, spot]))
            for which, spot in np.argwhere(near)
            for first, end in [line.spots[spot]]
        ]
        open_to = [
            candidate
            for candidate in found
            if line.is_open(candidate) and line.sounds_alike(candidate)
        ]
        return sorted(
            open_to, key=lambda candidate: (-candidate.similarity, candidate.end - candidate.first)
        )

    def _try_candidate(
        self,
        memory: EncoderMemory,
        hypothesis: DecodedTokens,
        spans: Sequence[TokenSpan],
        candidate: _Candidate,
    ) -> tuple[float, DecodedTokens] | None:
        """Returns the change in log-probability a token, and the hypothesis with the phrase.

        None where the phrase costs too much.
        """
        begin, end = spans[candidate.first].first, spans[candidate.end - 1].spoken_end
        written = (
            candidate.phrase.capitalised if spans[candidate.first].text[:1].isupper() else None
        )
        phrase = written or candidate.phrase.tokens
        tokens = [*hypothesis.tokens[:begin], *phrase, *hypothesis.tokens[end:]]
        other = decoding.score(self._model, memory, tokens)
        heard_words = [_plain_words(span.text) for span in spans[candidate.first : candidate.end]]
        changed_words, _ = _without_common_ends(candidate.phrase.plain.split(), heard_words)
        tokens_changed = len(self._model.tokens.encode(" ".join(changed_words))) or len(phrase)
        cost = (sum(other.log_probs) - sum(hypothesis.log_probs)) / tokens_changed
        return (
            (cost, other)
            if cost
            >= _min_gain(
                candidate, _mean_log_prob(hypothesis, spans, candidate.first, candidate.end)
            )
            else None
        )


class _Transcript:
    """A hypothesis, with what is computed once for all phrases.

    `spots` are the (first, end) of all runs of words that a phrase of at most `longest` words may
    have been recognised as, `sounds` their phonetic codes.
    """

    def __init__(
        self, hypothesis: DecodedTokens, spans: Sequence[TokenSpan], plain: Set[str], longest: int
    ) -> None:
        self._written = [span.text for span in spans]
        self._words = [_plain_words(text) for text in self._written]
        self._phrases = plain
        many = len(spans)
        self.spots = [
            (first, end)
            for first in range(many)
            for end in range(first + 1, min(first + _max_words(longest), many) + 1)
        ]
        heard_words = [sounds(text) for text in self._written]
        self.sounds = ["".join(heard_words[first:end]) for first, end in self.spots]
        self._log_prob_of = {spot: _mean_log_prob(hypothesis, spans, *spot) for spot in self.spots}
        self._has_phrase = {spot: self._has(*spot) for spot in self.spots}

    def is_open(self, candidate: _Candidate) -> bool:
        """Returns whether the words may be replaced: unsure enough, and not the phrase already."""
        log_prob = self._log_prob_of[candidate.first, candidate.end]
        if candidate.phrase.is_name:
            allowed = log_prob < SURE or candidate.similarity >= VERY_ALIKE
        else:
            allowed = log_prob < SURE_WORD and candidate.similarity >= QUITE_ALIKE
        return allowed and not self._is_present(candidate)

    def sounds_alike(self, candidate: _Candidate) -> bool:
        """Returns whether the words that would change sound like their replacements.

        "in Berlin" sounds like no "in Paris", though most of "the weather in Berlin" does.
        """
        rest = _without_common_ends(
            candidate.phrase.plain.split(), self._words[candidate.first : candidate.end]
        )
        return (
            Levenshtein.normalized_similarity(*(sounds(" ".join(words)) for words in rest)) >= ALIKE
        )

    def _is_present(self, candidate: _Candidate) -> bool:
        """Returns whether this phrase overlaps the words, or another one is within them.

        A name that differs only in its capitals is not present: it is written as the agent has it.
        """
        first, end, wanted = candidate.first, candidate.end, candidate.phrase.plain
        if " ".join(self._words[first:end]) == wanted:
            written = " ".join(self._written[first:end])
            return not candidate.phrase.is_name or candidate.phrase.text in written
        reach = candidate.phrase.words
        around = " ".join(self._words[max(first - reach, 0) : end + reach])
        return self._has_phrase[first, end] or f" {wanted} " in f" {around} "

    def _has(self, first: int, end: int) -> bool:
        """Returns whether any complete phrase is within these words."""
        words = " ".join(self._words[first:end]).split(" ")
        many = len(words)
        runs = ((at, until) for at in range(many) for until in range(at + 1, many + 1))
        return any(" ".join(words[at:until]) in self._phrases for at, until in runs)


def _without_common_ends(
    wanted: Sequence[str], heard_words: Sequence[str]
) -> tuple[Sequence[str], Sequence[str]]:
    """Returns two lists of words without their common beginning and their common end."""
    before = common_length(wanted, heard_words)
    wanted, heard_words = wanted[before:], heard_words[before:]
    after = common_length(wanted[::-1], heard_words[::-1])
    return wanted[: len(wanted) - after], heard_words[: len(heard_words) - after]


def _token_ids(model: Model, text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    capital = with_capital(text)
    return tuple(model.tokens.encode(text)), tuple(model.tokens.encode(capital)) if capital else ()


def _max_words(words: int) -> int:
    """Returns the most words that a phrase of `words` may have been recognised as."""
    return words + 3


def _plain_words(text: str) -> str:
    return " ".join(_WORD.findall(text)).lower()


def _mean_log_prob(
    hypothesis: DecodedTokens, spans: Sequence[TokenSpan], first: int, end: int
) -> float:
    """Returns the mean log-probability of the words from `first` up to, not including, `end`."""
    return float(np.mean(hypothesis.log_probs[spans[first].first : spans[end - 1].spoken_end]))


def _min_gain(candidate: _Candidate, log_prob: float) -> float:
    """Returns what a token of the phrase may cost where the model is so sure of what it wrote."""
    if not candidate.phrase.is_name:
        return COST_OF_WORDS
    if log_prob < UNSURE and candidate.similarity >= QUITE_ALIKE:
        return COST_UNSURE
    return COST_VERY_ALIKE if candidate.similarity >= VERY_ALIKE else COST
