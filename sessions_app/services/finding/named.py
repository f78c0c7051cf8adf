"""Filters with names that users chose: metadata, extracted values and scores of calls.

`metadata.order=4711`, `extraction.callback_wanted=true`, `score.12=1..3`.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import django_filters  # type: ignore[import-untyped]
from django import forms
from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTransform
from django.http import QueryDict

from sessions_app.engine.text.cleaning import read_json_as_sent
from sessions_app.models import Call, Scorecard
from sessions_app.models.work import WorkState
from sessions_app.services import access, review_rights, scorecards
from sessions_app.services.finding.fields import refused
from sessions_app.services.finding.words import shown

GIVEN = ("metadata", "variables")
GIVEN_PREFIXES = tuple(f"{field}." for field in GIVEN)
TAKEN = "extraction."
SCORE = "score."
PREFIXES = (*GIVEN_PREFIXES, TAKEN, SCORE)

MOST = 50
"""Most values in one query: databases limit how deep a condition may be."""

LONGEST_NAME = 40
"""Characters of a field's name, as `understanding.fields` allows."""

WRONG_KEY = (
    "Name a key at the top that begins with a letter or _ and holds up to 64 letters, digits, "
    "and _ - : of ASCII."
)
NO_SCORES = (
    "Only staff who score calls find them by their scores, and owners where the setting "
    "REVIEW_FOR_OWNER names scorecards."
)
_KEY = re.compile(r"[A-Za-z_][\w:-]{0,63}", re.ASCII)  # PostgreSQL takes a number for an index
_FIELD = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_QUESTION = re.compile(r"[0-9]{1,18}")
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,9})?")
_RANGE = re.compile(rf"({_NUMBER.pattern})?\.\.({_NUMBER.pattern})?")

_FURTHEST = 10**16
"""Larger than any number that a range can name: it stands for an open end."""


class SeveralTexts(forms.Field):
    """All values of a parameter, unchanged."""

    widget = forms.SelectMultiple

    def __init__(self, wrong: str = "", **more: Any) -> None:
        super().__init__(**more)
        self._wrong = wrong

    def clean(self, value: Any) -> list[str]:
        if self._wrong:
            raise refused(self._wrong)
        return [str(one) for one in value or []]


class NamedFilter(django_filters.Filter):  # type: ignore[misc] # untyped library
    """Calls that have one of the values of a name; `wrong` says what is wrong with the name."""

    field_class = SeveralTexts

    def __init__(self, name: str, wrong: str = "") -> None:
        super().__init__(label=name, wrong=wrong)
        self._name = name

    def filter(self, queryset: QuerySet[Call], value: list[str]) -> QuerySet[Call]:
        if not value:
            return queryset
        beginning, _, key = self._name.partition(".")
        if f"{beginning}." == TAKEN:
            return queryset.filter(_taken(key, value))
        if f"{beginning}." == SCORE:
            return queryset.filter(_scored(self.parent.user, key, value))
        # in hex: an alias may not have every character that a key may have
        place = f"{beginning}_{key}".encode().hex()
        wanted = _any_of(f"given_{place}", value)
        return queryset.alias(**{f"given_{place}": KeyTransform(key, beginning)}).filter(wanted)


def is_named(name: str) -> bool:
    """Returns whether a query parameter is one of these filters."""
    return name.startswith(PREFIXES)


def filters_of(asked: Any) -> Iterator[tuple[str, NamedFilter]]:
    """Yields a filter for each name in a query; one that refuses where there are too many."""
    names = [name for name in asked if is_named(name)]
    many = asked.getlist if isinstance(asked, QueryDict) else lambda name: [asked[name]]
    for beginnings in (GIVEN_PREFIXES, (TAKEN,), (SCORE,)):
        own = [name for name in names if name.startswith(beginnings)]
        if sum(len(many(name)) for name in own) > MOST:
            yield shown(own[-1]), NamedFilter(own[-1], f"Ask for {MOST} values at most.")
            continue
        for name in own:
            yield name, NamedFilter(name, _problem(name))


def may_ask_scores(user: Any) -> bool:
    """Returns whether `user` may see the scores of some calls at least."""
    staff = scorecards.may_score(user) or scorecards.may_read_all(user)
    return staff or review_rights.owners_see("scorecards")


def _problem(name: str) -> str:
    beginning, _, key = name.partition(".")
    if f"{beginning}." == TAKEN and (not _FIELD.fullmatch(key) or len(key) > LONGEST_NAME):
        return f"{shown(key)!r} cannot be a field's name. Use a to z, digits and underscores."
    if f"{beginning}." == SCORE and not _QUESTION.fullmatch(key):
        return f"{shown(key)!r} is no question. Give its key, as scorecard-forms lists it."
    return WRONG_KEY if beginning in GIVEN and not _KEY.fullmatch(key) else ""


def _any_of(place: str, texts: Iterable[str]) -> Q:
    wanted = Q()
    for text in texts:
        for value in _readings(text):
            wanted |= Q(**{place: value})
    return wanted


def _readings(text: str) -> list[Any]:
    """Returns what a text may stand for: itself, and a number, true or false."""
    try:
        read = read_json_as_sent(text)
    except ValueError:
        return [text]
    return [text, read] if isinstance(read, bool | int | float) else [text]


def _taken(name: str, texts: Iterable[str]) -> Q:
    """Returns which calls have one of the values; a text matches as it is, or as its JSON."""
    key = f"extraction__values__{name}"
    wanted = Q()
    for text in texts:
        wanted |= Q(**{key: None}) if text == "null" else _value(key, text)
    return Q(extraction__state=WorkState.DONE) & wanted


def _value(key: str, text: str) -> Q:
    found = Q(**{key: text})
    if text in {"true", "false"}:
        return found | Q(**{key: text == "true"})
    if _NUMBER.fullmatch(text):
        return found | Q(**{key: _number(text)})
    return found | _within(key, text)


def _within(key: str, text: str) -> Q:
    """Returns the filter for a range, `1..3`, `..3` or `1..`; nothing fits another text."""
    ends = _RANGE.fullmatch(text)
    if ends is None or not any(ends.groups()):
        return Q(pk__in=[])
    low, high = ends.groups()
    least = _number(low) if low else -_FURTHEST
    most = _number(high) if high else _FURTHEST
    # both ends always: other types of JSON are before or behind all numbers
    return Q(**{f"{key}__gte": least, f"{key}__lte": most})


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


class AnswerKey(KeyTransform):
    """The answer to a question, whose key is a number: no place in a list."""

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        column, params, _ = self.preprocess_lhs(compiler, connection)
        return f"({column} -> %s::text)", (*params, self.key_name)

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        column, params, _ = self.preprocess_lhs(compiler, connection)
        path = f'$."{self.key_name}"'
        truth = f"JSON_TYPE({column}, %s) IN ('false', 'true')"
        made = (
            f"(CASE WHEN {truth} THEN JSON_TYPE({column}, %s) ELSE JSON_EXTRACT({column}, %s) END)"
        )
        return made, (*params, path) * 3


def _scored(user: Any, key: str, texts: Iterable[str]) -> Q:
    """Returns the calls of which a scorecard that `user` sees has one of the answers."""
    cards = _cards_for(user).alias(answer=AnswerKey(key, "answers"))
    wanted = Q()
    for text in texts:
        wanted |= _value("answer", {"yes": "true", "no": "false"}.get(text.lower(), text))
    return Q(pk__in=cards.filter(wanted).values("call"))


def _cards_for(user: Any) -> QuerySet[Scorecard]:
    if scorecards.may_read_all(user):
        return Scorecard.objects.order_by()
    seen = Q(reviewer=user.pk) if scorecards.may_score(user) else Q(pk__in=[])
    if review_rights.owners_see("scorecards"):
        seen |= Q(call__owner=user.pk)
    return Scorecard.objects.filter(seen).order_by()


def scored(calls: QuerySet[Call], user: Any, *, is_scored: bool) -> QuerySet[Call]:
    """Returns those of `calls` that have a scorecard which `user` sees, or those without."""
    having = _cards_for(user).values("call")
    return calls.filter(pk__in=having) if is_scored else calls.exclude(pk__in=having)


def sees_reviewed(user: Any) -> bool:
    """Returns whether `user` may see which calls were reviewed."""
    return access.sees_all(user) or review_rights.owners_see("reviewed")
