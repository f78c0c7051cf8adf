"""What a model is told when it is to summarise a call."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sessions_app.engine.summaries.base import CallBrief
from sessions_app.engine.understanding import transcripts
from sessions_app.engine.understanding.client import AnswerForm
from sessions_app.engine.understanding.drafts import SummaryDraft
from sessions_app.engine.understanding.transcripts import NumberedLine

_TASK = """You write the summary of a finished telephone call, for people who were not there. \
Write only what the record says, in plain sentences, and nothing that you suppose. Write all texts \
in the language with the BCP 47 tag {language}, whatever the language of these instructions.

Answer with one JSON object and nothing else:
{{"title": "…", "summary": [{{"text": "…", "segments": [1, 2]}}], "decisions": [{{"text": "…", \
"segments": [3]}}], "todos": [{{"text": "…", "owner": "…", "due": "…", "segments": [4]}}]}}

title: what the call was about, in at most eight words.
summary: two to six statements of one sentence each, in the order of the call.
decisions: what was decided or agreed. [] if nothing was.
todos: what somebody is to do after the call. [] if nothing. owner: who is to do it, as the record \
calls them, or "caller" or "agent"; "" if that is not said. due: the day as YYYY-MM-DD, or with a \
time as YYYY-MM-DDTHH:MM, counted from the day of the call; "" if none is said.
segments: the numbers of the lines that a statement rests on. Give only numbers that the record \
has."""

_MERGE = """The record is that of a long call. It was read in parts, and what follows are the \
summaries of the parts in order, as JSON. Make one summary of them. Keep every decision and every \
to-do, unless a later part withdraws it; name each once. Keep the numbers in "segments"."""

_WANTED = "The operator of the agent {name} wants this of summaries:\n{template}"
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _listed(**more: Any) -> dict[str, Any]:
    numbers = {"type": "array", "items": {"type": "integer"}}
    properties = {"text": {"type": "string"}, **more, "segments": numbers}
    item = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return {"type": "array", "items": item}


_PROPERTIES = {
    "title": {"type": "string"},
    "summary": _listed(),
    "decisions": _listed(),
    "todos": _listed(owner={"type": "string"}, due={"type": "string"}),
}
FORM = AnswerForm(
    "call_summary",
    {
        "type": "object",
        "properties": _PROPERTIES,
        "required": list(_PROPERTIES),
        "additionalProperties": False,
    },
)
"""The form of the answer: the subset of JSON Schema that OpenAI's strict mode takes."""


def instructions(brief: CallBrief) -> str:
    """Returns what a model is to do with any part of a call."""
    pieces = [_TASK.format(language=brief.language)]
    if brief.began is not None:
        pieces.append(began(brief.began))
    if brief.template.strip():
        pieces.append(_WANTED.format(name=brief.agent_name or "…", template=brief.template.strip()))
    return "\n\n".join(pieces)


def began(moment: datetime) -> str:
    """Returns when the call began, with the day of the week, which dates are counted by."""
    weekday = _WEEKDAYS[moment.weekday()]
    return f"The call began on {weekday}, {moment:%Y-%m-%d}, at {moment:%H:%M}."


def messages_of(told: str, lines: Sequence[NumberedLine]) -> list[dict[str, str]]:
    """Returns the request to summarise these lines; `told` are the instructions."""
    return _request(told, "\n".join(line.text for line in lines))


def merging(told: str, drafts: Sequence[SummaryDraft]) -> list[dict[str, str]]:
    """Returns the request to make one summary of those of a call's parts, in order."""
    parts = "\n".join(draft_line(draft) for draft in drafts)
    return _request(f"{told}\n\n{_MERGE}", parts)


def draft_line(draft: SummaryDraft) -> str:
    """Returns the summary of one part as it is sent to be merged."""
    return json.dumps(draft.as_json(), ensure_ascii=False)


def _request(told: str, data: str) -> list[dict[str, str]]:
    mark = transcripts.new_mark()
    system = f"{told}\n\n{transcripts.RULES.format(mark=mark)}"
    return [
        {"role": "system", "content": system},
        {"role": "user", "content": transcripts.fenced(data, mark)},
    ]
