"""The filters as people see them: fields in groups, what is set, and what is wrong."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext

from sessions_app.engine.text.cleaning import clean
from sessions_app.models import Agent, Call
from sessions_app.services import access
from sessions_app.services.finding import choices, named
from sessions_app.services.finding.choices import Kind, Options
from sessions_app.services.finding.filters import CallFilter, is_filter
from sessions_app.services.finding.named import may_ask_scores, sees_reviewed
from sessions_app.services.finding.words import shown

LONGEST = 200
"""Characters of a value that are used."""


@dataclass(frozen=True, slots=True)
class Field:
    """One filter in the form. `value` is what was typed, even if it is wrong."""

    name: str
    """Its parameter, with the panel's prefix."""
    label: str
    kind: Kind
    value: str = ""
    options: Options = ()
    error: str = ""
    hint: str = ""

    @property
    def id(self) -> str:
        """Its id in the page."""
        return f"id_{self.name.replace('.', '-')}"


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set; `without` is the query that leaves it out."""

    label: str
    value: str
    without: str


class Panel:
    """The filters that a request sets on the list of calls, and the form to set them with.

    Parameters begin with `prefix`, in case the page has others of the same name. The form has no
    fields for those in `without`, which are accepted all the same.
    """

    def __init__(
        self,
        request: HttpRequest,
        visible: QuerySet[Call],
        prefix: str = "",
        without: Collection[str] = (),
        *,
        first: int = 0,
    ) -> None:
        self._given, self._prefix, self._user = request.GET, prefix, request.user
        self._without = without
        self.asked = asked_of(request.GET, prefix)
        self._agents = list(_agents_for(visible))
        self._called = [row for row in self._agents if row.has_calls]
        self.found: Any = CallFilter(self.asked, visible, request=request)
        self.found.first = first
        agent: Any = self.found.form.fields["agent"]
        agent.among = {row.slug for row in self._agents}
        self._wrong: Mapping[str, Any] = self.found.errors
        self.basics = [self._field(name) for name in choices.BASICS if self._offers(name)]
        self.groups = [(title, fields) for title, fields in self._groups() if fields]

    @property
    def text(self) -> str:
        """The words that are searched."""
        return str(self.found.form.cleaned_data.get("q", ""))

    @property
    def asks(self) -> bool:
        """Whether anything narrows the list."""
        return any(name not in self._wrong for name in self.asked)

    @property
    def query(self) -> str:
        """What narrows the list, as a query that REST takes, too."""
        good = self.asked.copy()
        for name in self._wrong:
            good.pop(name, None)
        return good.urlencode()

    def narrow(self, calls: QuerySet[Call]) -> QuerySet[Call]:
        """Returns those of `calls` that fit; wrong values are left out."""
        found: QuerySet[Call] = self.found.filter_queryset(calls)
        return found

    @property
    def within(self) -> int:
        """How many filters of the groups are set."""
        fields = (field for _, group in self.groups for field in group)
        return sum(bool(field.value) and not field.error for field in fields)

    @property
    def opens(self) -> bool:
        """Whether something is wrong in the groups, or nowhere in the form."""
        wrong = any(field.error for _, fields in self.groups for field in fields)
        return wrong or bool(self.unknown_filters)

    @property
    def unknown_filters(self) -> list[tuple[str, str]]:
        """What is wrong with filters that the form does not have: name, and what to do."""
        has = {"q", *(field.name for field in self._fields())}
        wrong = ((name, errors) for name, errors in self._wrong.items())
        return [
            (shown(name), str(errors[0])) for name, errors in wrong if self._named(name) not in has
        ]

    @property
    def carried(self) -> list[tuple[str, str]]:
        """Filters without a field in the form: hidden inputs of it, so that they are kept."""
        has = {field.name for field in self._fields() if field.value}
        return [
            (self._named(name), value)
            for name, values in self.asked.lists()
            if name != "q" and self._named(name) not in has and name not in self._wrong
            for value in values
        ]

    @property
    def chips(self) -> list[Chip]:
        """What is set, except the words."""
        return list(self._chips())

    def _chips(self) -> Iterator[Chip]:
        by_name = {field.name: field for field in self._fields()}
        for name, values in self.asked.lists():
            if name == "q" or name in self._wrong:
                continue
            field = by_name.get(self._named(name))
            label = field.label if field else choices.label_of(name)
            told = dict(field.options) if field else {}
            texts = [told.get(value) or choices.value_of(name, value) for value in values]
            yield Chip(label, gettext(" or ").join(map(str, texts)), self._left(name))

    def _left(self, name: str) -> str:
        rest = self._given.copy()
        for gone in (self._named(name), "page", "p"):
            rest.pop(gone, None)
        return f"?{rest.urlencode()}"

    def _fields(self) -> Iterator[Field]:
        yield from self.basics
        for _, fields in self.groups:
            yield from fields

    def _groups(self) -> Iterator[tuple[str, list[Field]]]:
        for title, names in choices.GROUPS:
            yield title, [self._field(name) for name in names if self._offers(name)]
        yield gettext("What came of it"), [*self._outcome()]

    def _offers(self, name: str) -> bool:
        if name in self._without:
            return False
        return name not in choices.FOR_STAFF or access.sees_all(self._user)

    def _outcome(self) -> Iterator[Field]:
        if self._offers("reviewed") and sees_reviewed(self._user):
            yield self._field("reviewed")
        for name, label, kind, options in choices.extracted_fields(self._called):
            yield self._field(f"{named.TAKEN}{name}", label, kind, options)
        if may_ask_scores(self._user):
            yield self._field("scored")
            for key, label, kind, options in choices.questions():
                yield self._field(f"{named.SCORE}{key}", label, kind, options)

    def _field(
        self,
        name: str,
        label: str = "",
        kind: Kind | None = None,
        options: Options = (),
    ) -> Field:
        asked = self.asked.getlist(name)
        value = asked[0] if len(asked) == 1 else ""
        error = str(self._wrong[name][0]) if name in self._wrong else ""
        kind = kind or choices.KINDS[name]
        if kind == "select":
            options = options or choices.options_of(name, self._agents)
            if value and not error and value not in dict(options):
                options = (*options, (value, choices.value_of(name, value)))
        label, hint = label or choices.label_of(name), choices.hint_of(name, kind)
        return Field(self._named(name), label, kind, value, options, error, hint)

    def _named(self, name: str) -> str:
        return f"{self._prefix}{name}"


def asked_of(given: QueryDict, prefix: str = "") -> QueryDict:
    """Returns the filters of a query that say something, without the prefix, and cleaned."""
    asked = QueryDict(mutable=True)
    for name, values in given.lists():
        bare = name.removeprefix(prefix)
        tidy = [text for value in values if (text := clean(str(value)).strip()[:LONGEST])]
        if name.startswith(prefix) and is_filter(bare) and tidy:
            asked.setlist(bare, tidy)
    return asked


def labels_of(query: str) -> list[tuple[str, str]]:
    """Returns what a query asks for, as people read it: label and value."""
    return [
        (
            choices.label_of(name),
            gettext(" or ").join(str(choices.value_of(name, str(one))) for one in values),
        )
        for name, values in QueryDict(query).lists()
    ]


def _agents_for(visible: QuerySet[Call]) -> QuerySet[Any]:
    """Returns active agents and those of `visible` calls: others are not disclosed."""
    theirs = Exists(visible.order_by().filter(agent=OuterRef("pk")))
    agents = Agent.objects.annotate(has_calls=theirs)
    return agents.filter(Q(is_active=True) | Q(has_calls=True))
