"""Makes a summary of the call's own sentences, without a model."""

import re
import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sessions_app.engine.core.transcript import TranscriptLine
from sessions_app.engine.summaries.actions import is_action
from sessions_app.engine.summaries.base import CallSummary, Summariser, SummaryPoint
from sessions_app.engine.summaries.clauses import MIN_CLAUSE_WORDS, clauses
from sessions_app.engine.summaries.first_names import with_names
from sessions_app.engine.summaries.offers import with_offers_marked
from sessions_app.engine.summaries.repairs import repaired, withdraws
from sessions_app.engine.summaries.sentences import CallSentence, call_sentences
from sessions_app.engine.text.hesitations import without_hesitations
from sessions_app.engine.text.languages import base_of
from sessions_app.engine.text.writing import capitalised, closed, join_sentences, plain_words
from sessions_app.engine.text.writing import count as _count

MIN_CALL_WORDS = 12
"""Calls with fewer words are only reported as too short. Lower: summaries that say nothing."""

MAX_RANKED_SENTENCES = 600
"""Only this many sentences, the longest, are ranked. The cost is cubic: this many take seconds."""

LANGUAGES = {
    "ar": "arabic",
    "cs": "czech",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "he": "hebrew",
    "it": "italian",
    "ja": "japanese",
    "ko": "korean",
    "pt": "portuguese",
    "sk": "slovak",
    "sv": "swedish",
    "uk": "ukrainian",
    "zh": "chinese",
}
"""Languages for which sumy has a stemmer (where one is needed) and stop words."""


SMALL_TALK = re.compile(
    r"(?:(?:well|so|okay|ok|right|yes|no|and|then"
    r"|(?:hi|hello|hey|bye|goodbye|thanks|thank you(?: (?:very|so) much)?)"
    r"(?: (?:(?:Mr|Mrs|Ms|Dr)\.? )?(?-i:[A-Z])[\w'\u2019-]+(?=[ ]?[,.!?]))?"
    r"|(?:what can|how (?:can|may)) (?:i|we) (?:do for you|help(?: you)?)(?: today)?"
    r"|that(?:['\u2019]s| is| was) (?:all|it)(?: for (?:now|today))?"
    r"|good (?:morning|afternoon|evening|night)(?: every(?:body|one))?|it(?:['\u2019]s| is) me"
    r"|how are you(?: today| doing)?|have a (?:nice|good|great) \w+|see you \w+|take care"
    r"|talk to you (?:later|soon)|nice to (?:meet|see|hear from) you|can you hear me|you too"
    r"|you(?:['\u2019]re| are) welcome|i(?:['\u2019]m| am) (?:fine|good))\b[ ,.!?]*)+",
    re.IGNORECASE,
)
"""Matches English sentences of nothing but greetings and goodbyes."""


CORRECTS = re.compile(
    r"(?:oh[, ]+)?(?:no|wait|sorry|i mean|scratch that|correction|actually|make (?:that|it)"
    r"|or rather)\b",
    re.IGNORECASE,
)
"""The beginning of a sentence that corrects the one before it: "No, I mean Tuesday"."""


def words_were(words: int) -> str:
    """Returns "Only 5 words were", the start of a sentence about a call that is too short."""
    return "One word was" if words == 1 else f"Only {words} words were"


class ExtractiveSummariser(Summariser):
    """Latent semantic analysis over sentences (Steinberger and Ježek, 2004), by sumy.

    A final without punctuation is one sentence. `sentences` is the highest number of key points.
    Each clause appears once: a request is an action item and no key point, and there are no key
    points if the text holds all statements of a short call.
    """

    name = "extractive"

    def __init__(self, sentences: int = 5) -> None:
        if sentences < 1:
            raise ValueError(f"sentences={sentences} must be 1 or more.")
        self._sentences = sentences

    def summarise(self, segments: Sequence[TranscriptLine], language: str) -> CallSummary:
        """Returns key points in order of time, and action items by rule."""
        words = sum(_count(s.text) for s in segments)
        if not words:
            return CallSummary("Nothing was said in this call.")
        said = _with_corrections(call_sentences(segments, language), language)
        said = with_offers_marked(said) if base_of(language) == "en" else said
        requests, statements = _requests_and_statements(said, language)
        items = tuple(_point(s, language) for s in _without_repeats(requests))
        if words < MIN_CALL_WORDS:
            text = f"{words_were(words)} said, too few to summarise."
            return CallSummary(text, action_items=items, too_few=words)
        candidates = _summary_candidates(statements)
        if not candidates and not items:
            candidates = _without_repeats([s for s in statements if _count(s.text)])
        if not candidates:
            return CallSummary(self._only_requests(requests, language), action_items=items)
        points = tuple(_point(s, language) for s in self._chosen(candidates, language))
        text = join_sentences(p.text for p in points)
        return CallSummary(text, points if len(points) < len(candidates) else (), items)

    def _only_requests(self, requests: Sequence[CallSentence], language: str) -> str:
        """Returns the text for a call with nothing but requests; of many, the main ones."""
        opening = "Everything that was said is something to do"
        distinct = _without_repeats(requests)
        if len(distinct) <= self._sentences:
            return f"{opening}."
        points = [_point(sentence, language).text for sentence in self._chosen(distinct, language)]
        return join_sentences([f"{opening}, {len(distinct)} items in all.", *points])

    def _chosen(self, candidates: list[CallSentence], language: str) -> list[CallSentence]:
        """Returns the most informative sentences, in the order they were said."""
        if len(candidates) > MAX_RANKED_SENTENCES:
            places = sorted(range(len(candidates)), key=lambda at: -_count(candidates[at].text))
            candidates = [candidates[at] for at in sorted(places[:MAX_RANKED_SENTENCES])]
        if len(candidates) <= self._sentences:
            return candidates
        return _ranked(candidates, self._sentences, language) or candidates[: self._sentences]


def _with_corrections(sentences: Sequence[CallSentence], language: str) -> list[CallSentence]:
    """Returns the sentences with their speakers' own corrections applied (English only)."""
    if base_of(language) != "en":
        return list(sentences)
    corrected: list[CallSentence] = []
    for said in sentences:
        sentence = replace(said, text=with_names(said.text))
        if corrected and corrected[-1].speaker == sentence.speaker:
            if withdraws(sentence.text) and is_action(corrected[-1].text):
                corrected[-1:] = _without_requests(corrected[-1])
                continue
            both = f"{corrected[-1].text} {sentence.text}"
            if CORRECTS.match(sentence.text) and (text := repaired(both)) != both:
                corrected[-1] = corrected[-1].joined(text, sentence)
                continue
        plain = without_hesitations(repaired(sentence.text))
        corrected.append(replace(sentence, text=plain))
    return corrected


def _without_requests(sentence: CallSentence) -> list[CallSentence]:
    """Returns the statements of a sentence as one, or nothing if it only asks."""
    statements = " ".join(clause.text for clause in clauses(sentence.text) if not clause.asks)
    return [sentence.clause(statements)] if statements else []


def _requests_and_statements(
    sentences: Sequence[CallSentence], language: str
) -> tuple[list[CallSentence], list[CallSentence]]:
    """Returns the requests, and everything else that was said.

    In another language than English nothing is a request: German "will" means "wants".
    """
    if base_of(language) not in ("", "en"):
        return [], list(sentences)
    requests: list[CallSentence] = []
    statements: list[CallSentence] = []
    for sentence in sentences:
        if sentence.promised:
            requests.append(sentence)
            continue
        for clause in clauses(sentence.text):
            (requests if clause.asks else statements).append(sentence.clause(clause.text))
    return requests, statements


def _summary_candidates(sentences: Sequence[CallSentence]) -> list[CallSentence]:
    """Returns the sentences long enough to stand alone; if none is, all but the small talk."""
    relevant = [s for s in sentences if _count(s.text) and not SMALL_TALK.fullmatch(s.text.strip())]
    long = [s for s in relevant if _count(s.text) >= MIN_CLAUSE_WORDS]
    return _without_repeats(long or relevant)


class _Words:
    """The tokenizer for sumy; its own needs a download."""

    def to_words(self, sentence: str) -> tuple[str, ...]:
        return tuple(plain_words(sentence))


def _ranked(candidates: Sequence[CallSentence], count: int, language: str) -> list[CallSentence]:
    """Returns the `count` best sentences in order; none if all consist of stop words."""
    # sumy takes 2 CPU-seconds to import: only a worker that summarises should pay
    from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence  # noqa: PLC0415

    words = _Words()
    sentences = [Sentence(s.text, words) for s in candidates]
    origin = {id(sentence): s for sentence, s in zip(sentences, candidates, strict=True)}
    with warnings.catch_warnings():
        # sumy warns when a call has more sentences than different words; it works all the same
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("ignore", UserWarning)
        best = _lsa(language)(ObjectDocumentModel([Paragraph(sentences)]), count)
    return [origin[id(sentence)] for sentence in best]


def _lsa(language: str) -> Any:
    from sumy.nlp.stemmers import Stemmer  # noqa: PLC0415
    from sumy.summarizers.lsa import LsaSummarizer  # noqa: PLC0415
    from sumy.utils import get_stop_words  # noqa: PLC0415

    class Repeatable(LsaSummarizer):  # type: ignore[misc] # it has no types
        """The same call always gets the same summary.

        sumy numbers its words in the order of a set, which differs between processes, and so does
        the choice between sentences that rank alike.
        """

        def _create_dictionary(self, document: Any) -> dict[str, int]:
            words = sorted(super()._create_dictionary(document))
            return {word: row for row, word in enumerate(words)}

    name = LANGUAGES.get(base_of(language))
    if name is None:
        return Repeatable()
    summarizer = Repeatable(Stemmer(name))
    summarizer.stop_words = get_stop_words(name)
    return summarizer


def _without_repeats(sentences: Sequence[CallSentence]) -> list[CallSentence]:
    """Returns the sentences without verbatim repeats."""
    by_words: dict[str, CallSentence] = {}
    for sentence in sentences:
        by_words.setdefault(" ".join(plain_words(sentence.text)), sentence)
    return list(by_words.values())


def _point(sentence: CallSentence, language: str) -> SummaryPoint:
    """Returns a sentence with a capital and a full stop, which recognisers often leave out."""
    text = closed(capitalised(sentence.text, language), language)
    return SummaryPoint(text, sentence.seq, speaker=sentence.speaker if sentence.promised else "")
