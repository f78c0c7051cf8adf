"""The pages of setting up: the offer, one for each step, and what is set."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from sessions_app.admin.setup.forms import SetupForm, recognisers
from sessions_app.models import StoredSetting
from sessions_app.runtime import recogniser_trials, recogniser_use, stored_settings
from sessions_app.services import calls, installation
from sessions_app.services.setup_registry import (
    RECOGNISER,
    STEPS,
    SettingKind,
    SetupEntry,
    of_step,
)

NAMES = list(STEPS)
CHANGES = 20
"""How many of the last changes the summary shows."""

View = Callable[..., HttpResponse]

GIVERS = {
    "environment": gettext_lazy("the environment variable %s"),
    "file": gettext_lazy("var/settings.env (%s)"),
    stored_settings.CODE: gettext_lazy("a settings module (%s)"),
}


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """A setting as it is now: its value, who gives it, and since when where that is known."""

    label: Any
    value: str
    by: str
    row: StoredSetting | None = None


def for_operators(view: View) -> View:
    """Lets only those in who may set up; nothing of a request is kept in a report of an error."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not installation.may_set_up(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return sensitive_post_parameters()(checked)


@for_operators
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Offers to set up; "later" is remembered, so that nobody is led here again."""
    if request.method == "POST":
        installation.close(request.user, installation.LATER)
        messages.info(request, _("“Set up” stays on this page, whenever you want it."))
        return redirect("admin:index")
    context = {"steps": STEPS.items(), "first": NAMES[0], "state": installation.state()}
    return _page(request, "begin", _("Set up voicesite"), context)


@for_operators
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, name: str) -> HttpResponse:
    """Shows a step, and stores what was typed: from then on it holds for new calls."""
    if name not in STEPS:
        raise Http404
    stored_settings.refresh()
    form = SetupForm(name, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        installation.save(request.user, form.wanted())
        stored_settings.refresh()
        return redirect(*_after(name))
    fixed = [_shown(entry) for entry in of_step(name) if entry not in form.entries]
    place = NAMES.index(name)
    context = {
        "form": form,
        "fixed": fixed,
        "step": name,
        "steps": STEPS.items(),
        "number": place + 1,
        "back": NAMES[place - 1] if place else "",
        "next": NAMES[place + 1] if place + 1 < len(NAMES) else "",
        "partial": f"admin/setup/{name}.html",
        **(_of_recogniser() if name == RECOGNISER else {}),
        "agent": calls.default_agent(),
    }
    return _page(request, "step", STEPS[name], context)


@for_operators
@require_http_methods(["GET", "POST"])
def summary(request: HttpRequest) -> HttpResponse:
    """Shows what is set and by whom; finishing is remembered."""
    stored_settings.refresh()
    if request.method == "POST":
        installation.close(request.user, installation.DONE)
        messages.success(request, _("Setting up is finished. “Set up” stays on this page."))
        return redirect("admin:index")
    shown = [(name, title, [_shown(one) for one in of_step(name)]) for name, title in STEPS.items()]
    context = {
        "shown": shown,
        "last": NAMES[-1],
        "state": installation.state(),
        "changes": installation.history()[:CHANGES],
    }
    return _page(request, "summary", _("What is set"), context)


def _page(request: HttpRequest, name: str, title: str, context: dict[str, Any]) -> HttpResponse:
    whole = {**admin.site.each_context(request), "title": title, **context}
    return TemplateResponse(request, f"admin/setup/{name}.html", whole)


def _after(name: str) -> tuple[str, ...]:
    place = NAMES.index(name) + 1
    return ("admin:setup_step", NAMES[place]) if place < len(NAMES) else ("admin:setup_summary",)


def _of_recogniser() -> dict[str, Any]:
    found = recogniser_use.in_use()
    return {
        "installed": [label for _name, label in recognisers()[1:]],
        "in_use": recogniser_use.NAMES.get(found.name, found.name),
        "instead_of": recogniser_use.NAMES.get(found.instead_of, found.instead_of),
        "sentence": recogniser_trials.WORDS,
    }


def _shown(entry: SetupEntry) -> ShownSetting:
    by = stored_settings.sources()[entry.name]
    row = installation.rows().get(entry.name) if by == stored_settings.STORED else None
    if by in GIVERS:
        told = GIVERS[by] % entry.name
    elif row is not None:
        told = ""
    else:
        told = _("the default")
    return ShownSetting(entry.label, _value(entry, by, row), told, row)


def _value(entry: SetupEntry, by: str, row: StoredSetting | None) -> str:
    """Returns a value for people; of a secret, whether there is one."""
    if by == stored_settings.CODE:
        return _("set there")
    given = row.value if row is not None else settings.STORED_SETTINGS.given(entry.name)
    if entry.kind is SettingKind.HIDDEN:
        return _("set, and not shown") if given else _("none")
    value = given or entry.default
    if entry.kind is SettingKind.SWITCH:
        return _("no") if value.lower() in ("0", "false", "no", "off", "n", "f") else _("yes")
    options = dict(recognisers() if entry.step == RECOGNISER else entry.options)
    return str(options.get(value, value)) or _("none")
