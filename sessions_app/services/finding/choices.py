"""The labels of filters, and the options to choose from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from sessions_app.engine.core.events import Speaker
from sessions_app.engine.summaries.taking import fields_of
from sessions_app.engine.text.cleaning import one_line
from sessions_app.engine.text.writing import clip
from sessions_app.models import Agent, QuestionKind
from sessions_app.services import scorecards
from sessions_app.services.finding import named

Kind = Literal["select", "text", "date", "tag"]
Options = Sequence[tuple[str, str]]
Named = tuple[str, str, Kind, Options]
"""A filter of `named`: its name without the prefix, label, kind and options."""

BASICS = ("state", "agent", "tag", "last_days")
GROUPS = (
    ("Dates", ("since", "until")),
    ("What was said", ("speaker", "language", "confidence_below")),
    (
        "How the call went",
        ("duration_min_ms", "duration_max_ms", "interrupted", "gaps", "failure"),
    ),
    ("Who called", ("owner", "visitor")),
)
FOR_STAFF = frozenset({"owner", "visitor"})
MOST_NAMED = 12
"""How many fields, and how many questions, the form offers; REST takes all."""

LABELS = {
    "q": "Search",
    "state": "State",
    "agent": "Agent",
    "tag": "Tag",
    "last_days": "When",
    "since": "From",
    "until": "To",
    "speaker": "Searched words said by",
    "language": "Language",
    "confidence_below": "Recognition confidence",
    "duration_min_ms": "Length, at least",
    "duration_max_ms": "Length, at most",
    "interrupted": "Agent interrupted",
    "gaps": "Gaps in the connection",
    "failure": "Failures",
    "owner": "User",
    "visitor": "Visitor",
    "reviewed": "Reviewed",
    "scored": "Has a scorecard",
    "end_reason": "Ended because",
    "created_after": "Started at or after",
    "created_before": "Started before",
    "updated_after": "Changed at or after",
}
_YES_NO: Options = (("", "Any"), ("true", "Yes"), ("false", "No"))
_LENGTHS: Options = (
    ("", "Any length"),
    ("10000", "10 seconds"),
    ("30000", "30 seconds"),
    ("60000", "1 minute"),
    ("120000", "2 minutes"),
    ("300000", "5 minutes"),
    ("600000", "10 minutes"),
    ("1800000", "30 minutes"),
    ("3600000", "1 hour"),
)
_OPTIONS: dict[str, Options] = {
    "state": (
        ("", "Any state"),
        ("live", "Live"),
        ("ended", "Ended"),
        ("failed", "Failed"),
    ),
    "last_days": (
        ("", "Any time"),
        ("1", "Last 24 hours"),
        ("7", "Last 7 days"),
        ("30", "Last 30 days"),
        ("90", "Last 90 days"),
    ),
    "speaker": (
        ("", "Anybody"),
        (Speaker.CALLER.value, "The caller"),
        (Speaker.AGENT.value, "The agent"),
    ),
    "confidence_below": (
        ("", "Any"),
        ("0.9", "Somewhere below 90 %"),
        ("0.7", "Somewhere below 70 %"),
        ("0.5", "Somewhere below 50 %"),
        ("0.3", "Somewhere below 30 %"),
    ),
    "duration_min_ms": _LENGTHS,
    "duration_max_ms": _LENGTHS,
    "interrupted": _YES_NO,
    "gaps": _YES_NO,
    "reviewed": _YES_NO,
    "scored": _YES_NO,
    "failure": (
        ("", "With or without"),
        ("any", "With any failure"),
        ("call", "The call failed"),
        ("connection", "The connection was lost"),
        ("server", "The server stopped or failed"),
        ("recording", "The recording failed"),
        ("summary", "The summary failed"),
        ("extraction", "Taking values failed"),
        ("second_pass", "A second pass failed"),
    ),
}
KINDS: dict[str, Kind] = {
    **dict.fromkeys((*_OPTIONS, "agent", "language"), "select"),
    **dict.fromkeys(("owner", "visitor"), "text"),
    **dict.fromkeys(("since", "until"), "date"),
    "tag": "tag",
}
HINTS = {"visitor": "Such as id:4711", "tag": "", "owner": "A user name"}
RANGE_HINT = "5, 1..3 or 4.."


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
        return [("", "Any agent"), *((row.slug, row.name) for row in agents)]
    if name == "language":
        tags = sorted({row.language for row in agents})
        return [("", "Any language"), *((tag, tag) for tag in tags)]
    return _OPTIONS[name]


def value_of(name: str, value: str) -> str:
    """Returns the label of a value that is not among the options."""
    if name.startswith("duration_") and value.isdecimal():
        return f"{int(value) / 1000:g} seconds"
    if name == "last_days" and value.isdecimal():
        return f"Last {int(value)} days"
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
    not_said = ("null", "Not said")
    if "boolean" in (types if isinstance(types, list) else [types]):
        return (*_YES_NO, not_said)
    texts = [str(value) for value in field.get("enum", ()) if isinstance(value, str)]
    return [("", "Any"), *((text, text) for text in texts), not_said] if texts else ()


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
            options = [("", "Any"), *((one, one) for one in question["choices"])]
        kind: Kind = "select" if options else "text"
        yield question["key"], question["text"], kind, options
