"""Takes values from a call by a language model, each with the segments that it rests on."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sessions_app.engine.summaries.base import CallBrief
from sessions_app.engine.summaries.taking import Extractor, Fields, TakenValues
from sessions_app.engine.understanding import summary_prompts, transcripts
from sessions_app.engine.understanding.asking import ask_json
from sessions_app.engine.understanding.client import (
    AnswerForm,
    LanguageModelError,
    ModelClient,
    ModelUse,
    PartlyReadError,
    TooLongError,
)
from sessions_app.engine.understanding.fields import type_of
from sessions_app.engine.understanding.reading_values import ReadValues, read_values
from sessions_app.engine.understanding.rules import RuleExtractor
from sessions_app.engine.understanding.summariser import FEWEST_LINES, FEWEST_TOKENS, SPARE_TOKENS
from sessions_app.engine.understanding.transcripts import NumberedLine

logger = logging.getLogger(__name__)

INSTEAD = "No language model could be used: these values were found by rules. "
MOST_TOLD = 5
"""The most wrong values that one correction request names. More make a longer prompt."""

_TASK = """You take values from the record of a finished telephone call. Give only what the record \
says; null where it does not say it. Where something is said several times, or corrected, the last \
word counts. Texts are in the language with the BCP 47 tag {language}, unless they are names.

Answer with one JSON object and nothing else. It has these keys, each with an object \
{{"value": …, "segments": [1, 2]}}: the value, and the numbers of the lines that it rests on. Give \
only numbers that the record has. The values, by JSON Schema:
{fields}"""
_SENT = ("type", "title", "description", "enum", "format", "pattern", "items", "minimum", "maximum")


class ModelExtractor(Extractor):
    """Asks a language model for the fields; what is wrong by their schema it may mend.

    Values that stay wrong are left out, and `note` says so, as it does of segments that there are
    not. Where the model cannot be used, rules find what they can. The other options are those of
    `ModelClient`.
    """

    def __init__(
        self, *, context_tokens: int = 6000, max_tokens: int = 1500, **connection: Any
    ) -> None:
        self._client = ModelClient(**connection)
        self._context_tokens = context_tokens
        self._max_tokens = max_tokens

    def take(self, brief: CallBrief, fields: Fields) -> TakenValues:
        lines = transcripts.numbered(brief.segments)
        if not lines:
            return TakenValues(dict.fromkeys(fields), engine="model")
        told = _instructions(brief, fields)
        used = self._max_tokens + transcripts.estimate(told) + SPARE_TOKENS
        room = max(FEWEST_TOKENS, self._context_tokens - used)
        reading = _Taking(self._client, fields, told, self._max_tokens)
        try:
            found = reading.whole(lines, room)
        except LanguageModelError as error:
            logger.warning("values are taken without the model (%s)", type(error).__name__)
            by_rules = RuleExtractor().take(brief, fields)
            taken = replace(by_rules, note=f"{INSTEAD}{error.message}")
        else:
            taken = _taken(found, fields, {line.number: line.seq for line in lines})
        use = reading.use
        return replace(
            taken,
            model=self._client.model,
            requests=use.requests,
            tokens_in=use.tokens_in,
            tokens_out=use.tokens_out,
            guessed=use.guessed,
        )


@dataclass(slots=True)
class _Taking:
    """One call while a model reads it."""

    client: ModelClient
    fields: Fields
    told: str
    max_tokens: int
    use: ModelUse = field(default_factory=ModelUse)

    def whole(self, lines: Sequence[NumberedLine], room: int) -> ReadValues:
        """Returns the values of all parts of the call; raises LanguageModelError."""
        found = ReadValues()
        for part in transcripts.in_parts(lines, room):
            found.add(self._part(part))
        return found

    def _part(self, lines: Sequence[NumberedLine]) -> ReadValues:
        try:
            return self._values(lines)
        except PartlyReadError:
            if len(lines) <= FEWEST_LINES:
                self.client.ignore_token_counts()
                return self._values(lines)
        except TooLongError:
            if len(lines) <= FEWEST_LINES:
                raise
        half = len(lines) // 2
        found = self._part(lines[:half])
        found.add(self._part(lines[half:]))
        return found

    def _values(self, lines: Sequence[NumberedLine]) -> ReadValues:
        known = {line.number for line in lines}
        best: list[ReadValues] = []

        def check(answer: Mapping[str, Any]) -> str:
            found = read_values(answer, self.fields, known)
            best.append(found)
            return _problems(found)

        messages = summary_prompts.messages_of(self.told, lines)
        try:
            ask_json(self.client, messages, form_of(self.fields), self.use, self.max_tokens, check)
        except TooLongError:
            raise
        except LanguageModelError:
            if not best:
                raise
        return best[-1]


def form_of(fields: Fields) -> AnswerForm:
    """Returns the form of the answer, in the subset of JSON Schema that strict servers take."""
    properties = {
        name: _strict({"value": _or_null(wanted), "segments": _NUMBERS})
        for name, wanted in fields.items()
    }
    return AnswerForm("call_values", _strict(properties))


_NUMBERS = {"type": "array", "items": {"type": "integer"}}


def _strict(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _or_null(wanted: Mapping[str, Any]) -> dict[str, Any]:
    asked: dict[str, Any] = {"type": [type_of(wanted), "null"]}
    if "description" in wanted:
        asked["description"] = wanted["description"]
    if "enum" in wanted:
        asked["enum"] = [*wanted["enum"], None]
    if type_of(wanted) == "array":
        inner = wanted.get("items", {"type": "string"})
        asked["items"] = {key: inner[key] for key in ("type", "enum") if key in inner}
    return asked


def _instructions(brief: CallBrief, fields: Fields) -> str:
    shown = [
        json.dumps({name: {key: wanted[key] for key in _SENT if key in wanted}}, ensure_ascii=False)
        for name, wanted in fields.items()
    ]
    told = _TASK.format(language=brief.language, fields="\n".join(shown))
    return f"{told}\n\n{summary_prompts.began(brief.began)}" if brief.began else told


def _problems(found: ReadValues) -> str:
    told = [f"{name}: {problem}." for name, problem in list(found.wrong.items())[:MOST_TOLD]]
    return f"These values are wrong: {' '.join(told)}" if told else ""


def _taken(found: ReadValues, fields: Fields, seqs: Mapping[int, int]) -> TakenValues:
    notes = []
    if found.invented:
        notes.append(f"Places that the call does not have were left out: {found.invented}.")
    if wrong := [name for name in found.wrong if name not in found.values]:
        notes.append(f"The model gave no valid value of {', '.join(wrong)}.")
    return TakenValues(
        {name: found.values.get(name) for name in fields},
        {name: [seqs[n] for n in found.numbers[name]] for name in found.values},
        engine="model",
        note=" ".join(notes),
    )
