"""The calls page's filters in the admin's list: their form, and what is set."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils.functional import cached_property

from sessions_app.admin.dated import DatedCalls, newest
from sessions_app.engine.core.events import Speaker
from sessions_app.i18n import gettext_lazy
from sessions_app.models import Call
from sessions_app.services import access, saved_views, search
from sessions_app.services.finding.filters import is_filter
from sessions_app.services.finding.panel import Panel
from sessions_app.services.paging import PAGE_NUMBER, reach

PREFIX = "find-"
"""Parameters begin so: no field of the model and no relation is named like that."""

OWN = frozenset({"q"})
"""What the list asks by itself."""


LISTED = frozenset({"state", "agent", "tag", "reviewed"})
"""Of which the list has filters that are links."""


LINKS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("q", "q", {}),
    ("state", "state__exact", {}),
    ("end_reason", "end_reason__exact", {}),
    ("tag", "tag", {}),
    ("reviewed", "reviewed", {"yes": "true", "no": "false"}),
)
"""What filters that are links ask, as saved views hold it: name, parameter, and other values."""


MORE_THAN = "_found_more_than"
"""The attribute of a request that says how many calls a search lists, where it found more."""

OPEN = f"{PREFIX}open"
"""Shows the form and the saved views, which the list by itself need not ask the database for."""


def is_ours(parameter: str) -> bool:
    """Returns whether a parameter of the list is one of these filters."""
    if parameter == OPEN:
        return True
    name = parameter.removeprefix(PREFIX)
    return parameter.startswith(PREFIX) and name not in OWN and is_filter(name)


def speaker_of(request: HttpRequest) -> str:
    """Returns who is to have said what the list is searched for; empty for anybody."""
    asked = request.GET.get(f"{PREFIX}speaker", "")
    return asked if asked in {speaker.value for speaker in Speaker} else ""


def _is_open(request: HttpRequest) -> bool:
    return any(map(is_ours, request.GET))


class MoreFilters(admin.ListFilter):
    """A form with all that REST and the calls page filter by."""

    title = "more"
    template = "admin/sessions_app/call/more_filters.html"

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self._request = request
        for name in [name for name in params if is_ours(name)]:
            self.used_parameters[name] = params.pop(name)
        self.is_open = _is_open(request)

    @cached_property
    def panel(self) -> Panel:
        """The form and what is set."""
        visible = access.visible_calls(self._request.user)
        return Panel(self._request, visible, PREFIX, LISTED)

    @property
    def opened(self) -> str:
        """The address of the list with the form."""
        asked = self._request.GET.copy()
        asked[OPEN] = "1"
        return f"?{asked.urlencode()}"

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return list(self.used_parameters)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Call]) -> QuerySet[Call]:
        return self.panel.narrow(queryset) if self.is_open else queryset

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yields what is set, each with the address without it."""
        for chip in self.panel.chips if self.is_open else ():
            yield {"display": f"{chip.label}: {chip.value}", "query_string": chip.without}

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Query parameters besides these filters; hidden inputs of the form keep them."""
        return [
            (name, value)
            for name, values in self._request.GET.lists()
            if not name.startswith(PREFIX) and name not in ("p", "e")
            for value in values
        ]

    @property
    def to_save(self) -> str:
        """What the list asks, as far as a saved view holds it; empty for nothing."""
        asked = QueryDict(self.panel.query, mutable=True)
        for name, parameter, names in LINKS:
            value = self._request.GET.get(parameter, "")
            if value:
                asked[name] = names.get(value, value)
        return asked.urlencode()


class ViewsFilter(admin.ListFilter):
    """The saved views that the user has, as links."""

    title = gettext_lazy("saved view")

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self._here = request.GET.urlencode()
        own = saved_views.views_for(request.user)
        self._views = list(own) if _is_open(request) else []

    def has_output(self) -> bool:
        return bool(self._views)

    def expected_parameters(self) -> list[str | None]:
        return []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Call]) -> QuerySet[Call]:
        """Narrows nothing: a view's link has the parameters of `MoreFilters`."""
        return queryset

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yields each view with the address that shows it."""
        for view in self._views:
            query = saved_views.prefixed(view.query, PREFIX)
            here = query == self._here
            yield {"display": view.name, "query_string": f"?{query}", "selected": here}


def told_of_more(request: HttpRequest, listed: HttpResponse) -> HttpResponse:
    """Lets the list say that a search found more calls than it has; returns `listed`."""
    context = listed.context_data if isinstance(listed, TemplateResponse) else None
    if context is not None:
        context["more_than"] = getattr(request, MORE_THAN, 0)
    return listed


def _reach(request: HttpRequest, size: int) -> int:
    """Returns how many calls a search must find for the page that is asked for."""
    page = request.GET.get(PAGE_VAR, "1")
    return reach(int(page) if PAGE_NUMBER.fullmatch(page) else 1, size)


class FindsCalls:
    """Mixin for `CallAdmin`: lets the list be asked by these filters, and searched."""

    list_per_page: ClassVar[int]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Call], search_term: str
    ) -> tuple[QuerySet[Call], bool]:
        """Returns the newest calls that were found, as many as `paging` says."""
        named, _ = super().get_search_results(request, queryset, search_term)  # type: ignore[misc]
        if not search_term.strip():
            return named, False
        most = _reach(request, self.list_per_page)
        said = search.calls_saying(queryset, search_term, speaker_of(request), first=most)
        # the list counts them, reads a page, and finds the days that have some
        found, goes_on = newest((said, named), most)
        setattr(request, MORE_THAN, most if goes_on else 0)
        if isinstance(queryset, DatedCalls):
            return queryset.among(found, is_all=not goes_on), False
        return queryset.filter(search.among(list(found), queryset.db)), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Returns whether `lookup` is one of these filters, or of the list's own."""
        if is_ours(lookup):
            return True
        own: bool = super().lookup_allowed(lookup, value, request)  # type: ignore[misc]
        return own
