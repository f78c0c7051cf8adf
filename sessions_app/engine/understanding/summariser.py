"""Summaries by a language model, with the places in the call that they rest on."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from sessions_app.engine.core.transcript import TranscriptLine
from sessions_app.engine.summaries.base import CallBrief, CallSummary, Summariser, SummaryPoint
from sessions_app.engine.summaries.extractive import MIN_CALL_WORDS, ExtractiveSummariser
from sessions_app.engine.text.writing import closed, count, join_sentences, plain_words
from sessions_app.engine.understanding import summary_prompts, transcripts
from sessions_app.engine.understanding.asking import ask_json
from sessions_app.engine.understanding.client import (
    LanguageModelError,
    ModelClient,
    ModelUse,
    PartlyReadError,
    TooLongError,
)
from sessions_app.engine.understanding.drafts import Statement, SummaryDraft, read_draft
from sessions_app.engine.understanding.transcripts import NumberedLine

logger = logging.getLogger(__name__)

FEWEST_LINES = 4
"""A part of this many lines is not divided further."""

FEWEST_TOKENS = 400
"""Tokens of the call that must fit into a request. With fewer, a long call takes many requests."""

SPARE_TOKENS = 300
"""Tokens left free for chat templates and for answers that are asked for again.

More divides long calls into more parts; fewer may not fit the model's context.
"""

NOTHING_SAID = "It says nothing. `summary` must hold at least one statement."
INSTEAD = "No language model could be used, so this summary is made of the call's own sentences. "
NOT_MERGED = "The call was read in parts, whose summaries stand here one after the other."


class ModelSummariser(Summariser):
    """Asks a language model for title, summary, decisions and to-dos, each with its segments.

    Segments that a model names but that do not exist are left out, and `note` says so. A call that
    is too long for `context_tokens`, or its answer for `max_tokens`, is read in parts. If the model
    is unavailable, or gives nothing usable, the summary is the extractive one, and `note` says why.
    The other options are those of `ModelClient`.
    """

    name = "model"

    def __init__(
        self, *, context_tokens: int = 6000, max_tokens: int = 1500, **connection: Any
    ) -> None:
        if context_tokens < max_tokens + FEWEST_TOKENS:
            raise ValueError(
                f"context_tokens={context_tokens} must be {FEWEST_TOKENS} more than "
                f"max_tokens={max_tokens}, at least."
            )
        self._client = ModelClient(**connection)
        self._context_tokens = context_tokens
        self._max_tokens = max_tokens

    def summarise(self, segments: Sequence[TranscriptLine], language: str) -> CallSummary:
        return self.summarise_call(CallBrief(segments, language))

    def summarise_call(self, brief: CallBrief) -> CallSummary:
        if sum(count(segment.text) for segment in brief.segments) < MIN_CALL_WORDS:
            return _extractive(brief)
        reading = _Reading(self._client, brief, self._context_tokens, self._max_tokens)
        try:
            found = reading.summary()
        except LanguageModelError as error:
            logger.warning("a summary is made without the model (%s)", type(error).__name__)
            found = replace(_extractive(brief), note=INSTEAD + error.message)
        use = reading.use
        return replace(
            found,
            model=self._client.model,
            requests=use.requests,
            tokens_in=use.tokens_in,
            tokens_out=use.tokens_out,
            guessed=use.guessed,
        )


def _extractive(brief: CallBrief) -> CallSummary:
    plain = ExtractiveSummariser()
    return replace(plain.summarise(brief.segments, brief.language), engine=plain.name)


@dataclass(slots=True)
class _Reading:
    """One call while a model reads it."""

    client: ModelClient
    brief: CallBrief
    context_tokens: int
    max_tokens: int
    use: ModelUse = field(default_factory=ModelUse)
    notes: list[str] = field(default_factory=list)

    def summary(self) -> CallSummary:
        """Returns the summary; raises LanguageModelError."""
        lines = transcripts.numbered(self.brief.segments)
        drafts = [
            draft
            for part in transcripts.in_parts(lines, self._room())
            for draft in self._read(part)
        ]
        whole = self._merged(drafts)
        return self._as_summary(whole, {line.number: line.seq for line in lines})

    def _room(self) -> int:
        """Returns how many tokens of a call, or of its parts' summaries, fit into a request."""
        told = transcripts.estimate(self._instructions()) + SPARE_TOKENS
        return max(FEWEST_TOKENS, self.context_tokens - self.max_tokens - told)

    def _instructions(self) -> str:
        return summary_prompts.instructions(self.brief)

    def _read(self, lines: list[NumberedLine]) -> list[SummaryDraft]:
        """Returns the summary of these lines, or those of their halves where they are too long."""
        messages = summary_prompts.messages_of(self._instructions(), lines)
        try:
            return [self._draft(messages, {line.number for line in lines})]
        except TooLongError as error:
            if len(lines) <= FEWEST_LINES:
                return self._read_anyway(lines, error)
        half = len(lines) // 2
        return [*self._read(lines[:half]), *self._read(lines[half:])]

    def _read_anyway(self, lines: list[NumberedLine], error: TooLongError) -> list[SummaryDraft]:
        """Returns the summary of a part that is short, unless the server refused it."""
        if not isinstance(error, PartlyReadError):
            raise error
        self.client.ignore_token_counts()
        return self._read(lines)

    def _merged(self, drafts: list[SummaryDraft]) -> SummaryDraft:
        """Returns one summary of those of the parts; several at a time where they are many."""
        try:
            while len(drafts) > 1:
                drafts = [self._one_of(group) for group in _groups(drafts, self._room())]
        except LanguageModelError as error:
            logger.warning("summaries of parts are not merged (%s)", type(error).__name__)
            self.notes.append(NOT_MERGED)
            return _joined(drafts)
        return drafts[0]

    def _one_of(self, drafts: list[SummaryDraft]) -> SummaryDraft:
        if len(drafts) == 1:
            return drafts[0]
        known = {number for one in drafts for said in one.statements for number in said.numbers}
        found = self._draft(summary_prompts.merging(self._instructions(), drafts), known)
        return replace(found, invented=found.invented + sum(one.invented for one in drafts))

    def _draft(self, messages: list[dict[str, str]], known: set[int]) -> SummaryDraft:
        def check(answer: Mapping[str, Any]) -> str:
            return "" if read_draft(answer, known).statements else NOTHING_SAID

        answer = ask_json(
            self.client, messages, summary_prompts.FORM, self.use, self.max_tokens, check
        )
        return read_draft(answer, known)

    def _as_summary(self, draft: SummaryDraft, seqs: Mapping[int, int]) -> CallSummary:
        def points(statements: Iterable[Statement]) -> tuple[SummaryPoint, ...]:
            return tuple(_point(one, seqs, self.brief.language) for one in _once(statements))

        key_points = points(draft.points)
        return CallSummary(
            join_sentences(point.text for point in key_points),
            key_points,
            points(draft.todos),
            title=draft.title,
            decisions=points(draft.decisions),
            note=" ".join([*self.notes, *_faults(draft)]),
        )


def _groups(drafts: Sequence[SummaryDraft], tokens: int) -> list[list[SummaryDraft]]:
    """Returns the summaries in runs that fit into a request, two each at least."""
    groups: list[list[SummaryDraft]] = []
    left = 0
    for draft in drafts:
        size = transcripts.estimate(summary_prompts.draft_line(draft))
        if not groups or (size > left and len(groups[-1]) > 1):
            groups.append([])
            left = tokens
        groups[-1].append(draft)
        left -= size
    return groups


def _joined(drafts: Sequence[SummaryDraft]) -> SummaryDraft:
    def every(part: Callable[[SummaryDraft], tuple[Statement, ...]]) -> tuple[Statement, ...]:
        return tuple(chain.from_iterable(map(part, drafts)))

    return SummaryDraft(
        drafts[0].title,
        every(lambda draft: draft.points),
        every(lambda draft: draft.decisions),
        every(lambda draft: draft.todos),
        sum(draft.invented for draft in drafts),
    )


def _once(statements: Iterable[Statement]) -> list[Statement]:
    """Returns the de-duplicated statements, with the line numbers of repeats merged."""
    found: dict[str, Statement] = {}
    for one in statements:
        words = " ".join(plain_words(one.text))
        before = found.get(words)
        numbers = {*one.numbers, *(before.numbers if before else ())}
        found[words] = replace(before or one, numbers=tuple(sorted(numbers)))
    return list(found.values())


def _point(statement: Statement, seqs: Mapping[int, int], language: str) -> SummaryPoint:
    places = tuple(seqs[number] for number in statement.numbers)
    text = closed(statement.text, language)
    return SummaryPoint(text, places[0] if places else 0, places, statement.who, statement.due)


def _faults(draft: SummaryDraft) -> list[str]:
    """Returns what people should know of the places that the model named."""
    told = []
    if draft.invented:
        places = "a place" if draft.invented == 1 else f"{draft.invented} places"
        told.append(f"The model named {places} that the call does not have: left out.")
    if lost := sum(not one.numbers for one in draft.statements):
        what = "One statement has" if lost == 1 else f"{lost} statements have"
        told.append(f"{what} no place in the call to check by.")
    return told
