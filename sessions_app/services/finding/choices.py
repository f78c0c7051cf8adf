"""The labels of filters, and the options to choose from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from django.utils.translation import gettext

from sessions_app.engine.core.events import Speaker
from sessions_app.engine.summaries.taking import fields_of
from sessions_app.engine.text.cleaning import one_line
from sessions_app.engine.text.writing import clip
from sessions_app.i18n import gettext_lazy
from sessions_app.models import Agent, QuestionKind
from sessions_app.services import scorecards
from sessions_app.services.finding import named

Kind = Literal["select", "text", "date", "tag"]
Options = Sequence[tuple[str, str]]
Named = tuple[str, str, Kind, Options]
"""A filter of `named`: its name without the prefix, label, kind and options."""

BASICS = ("state", "agent", "tag", "last_days")
GROUPS = (
    (gettext_lazy("Dates"), ("since", "until")),
    (gettext_lazy("What was said"), ("speaker", "language", "confidence_below")),
    (
        gettext_lazy("How the call went"),
        ("duration_min_ms", "duration_max_ms", "interrupted", "gaps", "failure"),
    ),
    (gettext_lazy("Who called"), ("owner", "visitor")),
)
FOR_STAFF = frozenset({"owner", "visitor"})
MOST_NAMED = 12
"""How many fields, and how many questions, the form offers; REST takes all."""

LABELS = {
    "q": gettext_lazy("Search"),
    "state": gettext_lazy("State"),
    "agent": gettext_lazy("Agent"),
    "tag": gettext_lazy("Tag"),
    "last_days": gettext_lazy("When"),
    "since": gettext_lazy("From"),
    "until": gettext_lazy("To"),
    "speaker": gettext_lazy("Searched words said by"),
    "language": gettext_lazy("Language"),
    "confidence_below": gettext_lazy("Recognition confidence"),
    "duration_min_ms": gettext_lazy("Length, at least"),
    "duration_max_ms": gettext_lazy("Length, at most"),
    "interrupted": gettext_lazy("Agent interrupted"),
    "gaps": gettext_lazy("Gaps in the connection"),
    "failure": gettext_lazy("Failures"),
    "owner": gettext_lazy("User"),
    "visitor": gettext_lazy("Visitor"),
    "reviewed": gettext_lazy("Reviewed"),
    "scored": gettext_lazy("Has a scorecard"),
    "end_reason": gettext_lazy("Ended because"),
    "created_after": gettext_lazy("Started at or after"),
    "created_before": gettext_lazy("Started before"),
    "updated_after": gettext_lazy("Changed at or after"),
}
_YES_NO: Options = (
    ("", gettext_lazy("Any")),
    ("true", gettext_lazy("Yes")),
    ("false", gettext_lazy("No")),
)
_LENGTHS: Options = (
    ("", gettext_lazy("Any length")),
    ("10000", gettext_lazy("10 seconds")),
    ("30000", gettext_lazy("30 seconds")),
    ("60000", gettext_lazy("1 minute")),
    ("120000", gettext_lazy("2 minutes")),
    ("300000", gettext_lazy("5 minutes")),
    ("600000", gettext_lazy("10 minutes")),
    ("1800000", gettext_lazy("30 minutes")),
    ("3600000", gettext_lazy("1 hour")),
)
_OPTIONS: dict[str, Options] = {
    "state": (
        ("", gettext_lazy("Any state")),
        ("live", gettext_lazy("Live")),
        ("ended", gettext_lazy("Ended")),
        ("failed", gettext_lazy("Failed")),
    ),
    "last_days": (
        ("", gettext_lazy("Any time")),
        ("1", gettext_lazy("Last 24 hours")),
        ("7", gettext_lazy("Last 7 days")),
        ("30", gettext_lazy("Last 30 days")),
        ("90", gettext_lazy("Last 90 days")),
    ),
    "speaker": (
        ("", gettext_lazy("Anybody")),
        (Speaker.CALLER.value, gettext_lazy("The caller")),
        (Speaker.AGENT.value, gettext_lazy("The agent")),
    ),
    "confidence_below": (
        ("", gettext_lazy("Any")),
        ("0.9", gettext_lazy("Somewhere below 90 %")),
        ("0.7", gettext_lazy("Somewhere below 70 %")),
        ("0.5", gettext_lazy("Somewhere below 50 %")),
        ("0.3", gettext_lazy("Somewhere below 30 %")),
    ),
    "duration_min_ms": _LENGTHS,
    "duration_max_ms": _LENGTHS,
    "interrupted": _YES_NO,
    "gaps": _YES_NO,
    "reviewed": _YES_NO,
    "scored": _YES_NO,
    "failure": (
        ("", gettext_lazy("With or without")),
        ("any", gettext_lazy("With any failure")),
        ("call", gettext_lazy("The call failed")),
        ("connection", gettext_lazy("The connection was lost")),
        ("server", gettext_lazy("The server stopped or failed")),
        ("recording", gettext_lazy("The recording failed")),
        ("summary", gettext_lazy("The summary failed")),
        ("extraction", gettext_lazy("Taking values failed")),
        ("second_pass", gettext_lazy("A second pass failed")),
    ),
}
KINDS: dict[str, Kind] = {
    **dict.fromkeys((*_OPTIONS, "agent", "language"), "select"),
    **dict.fromkeys(("owner", "visitor"), "text"),
    **dict.fromkeys(("since", "until"), "date"),
    "tag": "tag",
}
HINTS = {
    "visitor": gettext_lazy("Such as id:4711"),
    "tag": "",
    "owner": gettext_lazy("A user name"),
}
RANGE_HINT = gettext_lazy("5, 1..3 or 4..")


def label_of(name: str) -> str:
    """Returns the label of a filter."""
    return LABELS.get(name) or clip(one_line(name), named.LONGEST_NAME)


def hint_of(name: str, kind: Kind) -> str:
    """Returns an example of what to type."""
    if kind == "text" and name.startswith((named.TAKEN, named.SCORE)):
        return RANGE_HINT if name.startswith(named.SCORE) else ""
    return HINTS.get(name, "")


def options_of(name: str, agents: Iterable[Agent]) -> Options:
    """Returns the options of a field as value and label; the first one stands for any."""
    if name == "agent":
        return [("", gettext("Any agent")), *((row.slug, row.shown_name) for row in agents)]
    if name == "language":
        tags = sorted({row.language for row in agents})
        return [("", gettext("Any language")), *((tag, tag) for tag in tags)]
    return _OPTIONS[name]


def value_of(name: str, value: str) -> str:
    """Returns the label of a value that is not among the options."""
    if name.startswith("duration_") and value.isdecimal():
        return gettext("{int} seconds").format(int=f"{int(value) / 1000:g}")
    if name == "last_days" and value.isdecimal():
        return gettext("Last {int} days").format(int=int(value))
    if name in ("end_reason", "state", "failure"):
        return value.replace("_", " ").capitalize()
    return dict(_OPTIONS.get(name, ())).get(value) or clip(one_line(value), named.LONGEST_NAME)


def extracted_fields(agents: Iterable[Agent]) -> Iterator[Named]:
    """Yields the fields that agents take from calls, each name once."""
    fields: dict[str, Mapping[str, Any]] = {}
    for agent in agents:
        for name, field in fields_of(agent.extraction_schema).items():
            fields.setdefault(name, field)
    for name, field in list(fields.items())[:MOST_NAMED]:
        label = str(field.get("title") or name.replace("_", " ").capitalize())
        options = _values(field)
        yield name, label, "select" if options else "text", options


def _values(field: Mapping[str, Any]) -> Options:
    types = field.get("type", "string")
    not_said = ("null", gettext("Not said"))
    if "boolean" in (types if isinstance(types, list) else [types]):
        return (*_YES_NO, not_said)
    texts = [str(value) for value in field.get("enum", ()) if isinstance(value, str)]
    return [("", gettext("Any")), *((text, text) for text in texts), not_said] if texts else ()


def questions() -> Iterator[Named]:
    """Yields the questions of the scorecards that can be filled in, except those with free text."""
    asked = [
        question
        for version in scorecards.newest()
        for question in version.questions
        if question["kind"] != QuestionKind.TEXT
    ]
    for question in asked[:MOST_NAMED]:
        options: Options = ()
        if question["kind"] == QuestionKind.YES_NO:
            options = _YES_NO
        elif question["kind"] == QuestionKind.CHOICE:
            options = [("", gettext("Any")), *((one, one) for one in question["choices"])]
        kind: Kind = "select" if options else "text"
        yield question["key"], question["text"], kind, options
