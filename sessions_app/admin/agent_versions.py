"""Versions of an agent in the admin: listed on its page, compared, and gone back to."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from sessions_app.i18n import gettext_lazy
from sessions_app.models import Agent, AgentVersion, Call
from sessions_app.services import agent_versions

FOLDER = "admin/sessions_app/agent"
SHOWN = 10
"""Versions that the agent's own page lists."""

EMPTY = gettext_lazy("(empty)")

MOST_DIGITS = 9
"""A version's number in the address has fewer digits; a longer one means no version."""

LONG = 60
"""Characters from which a text is compared by line."""


SEEN = "seen_version"
"""What the agent's page sends: the number of the version that it showed."""


def not_seen(agent: Agent, seen: str) -> str:
    """Returns that somebody saved the agent after its page was opened; empty if nobody did.

    The page that says so has the newer version's number: saved again, it writes over that one.
    """
    newest = agent_versions.of_agent(agent).first() if agent.pk and seen else None
    if newest is None or str(newest.number) == seen:
        return ""
    who = newest.made_by.get_username() if newest.made_by else gettext("nobody that is known")
    return gettext(
        "Version {number} was saved meanwhile (by {who}). Open this page anew to begin from that, "
        "or save again to write over it."
    ).format(number=newest.number, who=who)


@dataclass(frozen=True, slots=True)
class ListedVersion:
    """A version, and the labels of what it changed."""

    version: AgentVersion
    changed: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting in two versions; `lines` compares long texts, and is empty for others."""

    label: str
    old: str
    new: str
    lines: Sequence[agent_versions.ComparedLine]


class VersionsOfAgents:
    """Mixin for `AgentAdmin`: who may view agents sees versions, who may change them goes back."""

    admin_site: Any
    form: Any
    get_form: Callable[..., Any]
    get_queryset: Callable[[HttpRequest], Any]
    has_view_permission: Callable[..., bool]
    has_change_permission: Callable[..., bool]
    save_model: Callable[..., None]
    log_change: Callable[..., Any]
    message_user: Callable[..., None]

    def version_urls(self) -> list[URLPattern]:
        """Returns the URL patterns for viewing versions, and for going back to one."""
        view = self.admin_site.admin_view
        one = "<int:pk>/versions/<int:number>/"
        return [
            path("<int:pk>/versions/", view(require_safe(self.versions)), name="agent_versions"),
            path(one, view(require_safe(self.version)), name="agent_version"),
            path(f"{one}restore/", view(require_POST(self.go_back)), name="agent_go_back"),
        ]

    def versions(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Shows all versions of an agent, the newest first."""
        agent = self._agent(request, pk)
        context = self._context(request, agent, gettext("Versions of {agent}").format(agent=agent))
        context["versions"] = listed = self.listed(agent)
        context["current"] = _current(listed)
        return TemplateResponse(request, f"{FOLDER}/versions.html", context)

    def version(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Shows what a version changed of the one before, or of that which `against` names."""
        agent = self._agent(request, pk)
        return self._page(request, agent, number)

    def go_back(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Makes a new version that is equal to an older one, if the agent's form takes it."""
        agent = self._agent(request, pk)
        if not self.has_change_permission(request, agent):
            raise PermissionDenied
        version = get_object_or_404(AgentVersion, agent=agent, number=number)
        form = self._filled(request, agent, version)
        if not form.is_valid():
            return self._page(request, self._agent(request, pk), number, self._problems(form))
        restored = form.save(commit=False)
        agent_versions.restore(restored, version)
        self.save_model(request, restored, form, change=True)
        self.log_change(request, restored, f"Went back to version {number}.")
        self.message_user(
            request,
            gettext("The agent is as in version {number}.").format(number=number),
            messages.SUCCESS,
        )
        return HttpResponseRedirect(reverse("admin:sessions_app_agent_change", args=[pk]))

    def listed(self, agent: Agent, most: int | None = None) -> list[ListedVersion]:
        """Returns the newest versions with what each changed."""
        found = agent_versions.of_agent(agent)
        rows = list(found if most is None else found[: most + 1])
        older = [*rows[1:], None] if rows else []
        both = list(zip(rows, older, strict=True))[:most]
        return [ListedVersion(version, self._changed(before, version)) for version, before in both]

    def versions_context(self, agent: Agent) -> dict[str, Any]:
        """Returns the template context for the versions on the agent's page."""
        count = AgentVersion.objects.filter(agent=agent).count()
        listed = self.listed(agent, SHOWN)
        return {"versions": listed, "version_count": count, "current": _current(listed)}

    def _agent(self, request: HttpRequest, pk: int) -> Agent:
        agent: Agent = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_view_permission(request, agent):
            raise PermissionDenied
        return agent

    def _filled(self, request: HttpRequest, agent: Agent, version: AgentVersion) -> Any:
        """Returns the agent's form as if a person had typed in what the version says."""
        form_class = self.get_form(request, agent, change=True)
        typed = agent_versions.whole(version) | {"is_default": agent.is_default}
        blank = form_class(instance=agent, initial=typed)
        form = form_class({name: blank[name].value() for name in blank.fields}, instance=agent)
        form.restores = version.number
        return form

    def _page(
        self, request: HttpRequest, agent: Agent, number: int, problems: Sequence[str] = ()
    ) -> HttpResponse:
        found = agent_versions.of_agent(agent)
        version = get_object_or_404(found, number=number)
        before = _against(request, found.exclude(pk=version.pk), number)
        current = agent_versions.of_agent(agent).first()
        context = self._context(
            request,
            agent,
            gettext("Version {number} of {agent}").format(number=number, agent=agent),
        ) | {
            "version": version,
            "before": before,
            "others": found.exclude(pk=version.pk),
            "current": current,
            "differences": self._differences(before, version) if before is not None else [],
            "settings": self._settings(version),
            "problems": problems,
            "call_count": Call.objects.filter(agent=agent, agent_version=number).count(),
            "may_go_back": version != current and self.has_change_permission(request, agent),
        }
        return TemplateResponse(request, f"{FOLDER}/version.html", context)

    def _context(self, request: HttpRequest, agent: Agent, title: str) -> dict[str, Any]:
        told = {"title": title, "opts": Agent._meta, "original": agent}
        return {**self.admin_site.each_context(request), **told}

    def _label(self, name: str) -> str:
        field = self.form.base_fields.get(name)
        return str((field and field.label) or name.replace("_", " ").capitalize())

    def _problems(self, form: Any) -> list[str]:
        return [
            f"{self._label(name)}: {text}" if name in self.form.base_fields else str(text)
            for name, texts in form.errors.items()
            for text in texts
        ]

    def _changed(self, before: AgentVersion | None, version: AgentVersion) -> str:
        if before is None:
            return ""
        return ", ".join(str(self._label(name)) for name in agent_versions.changed(before, version))

    def _differences(self, before: AgentVersion, version: AgentVersion) -> list[Difference]:
        return [
            _difference(self._label(name), _text(old), _text(new))
            for name, (old, new) in agent_versions.changed(before, version).items()
        ]

    def _settings(self, version: AgentVersion) -> list[tuple[str, str]]:
        told = agent_versions.whole(version).items()
        return [(self._label(name), _text(value)) for name, value in told]


def _current(listed: Sequence[ListedVersion]) -> AgentVersion | None:
    """Returns the version that the agent is at: the newest."""
    return listed[0].version if listed else None


def _against(request: HttpRequest, others: Any, number: int) -> AgentVersion | None:
    """Returns the version to compare with: that of the address, else the one before."""
    asked = request.GET.get("against", "")
    wanted = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < MOST_DIGITS else 0
    found = others.filter(number__in=[wanted, number - 1])
    by_number = {version.number: version for version in found}
    return by_number.get(wanted) or by_number.get(number - 1)


def _difference(label: str, old: str, new: str) -> Difference:
    texts = (old, new)
    is_long = str(EMPTY) not in texts and any("\n" in text or len(text) > LONG for text in texts)
    return Difference(label, old, new, agent_versions.lines(old, new) if is_long else ())


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if value in (None, "", [], {}):
        return str(EMPTY)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return (
        json.dumps(value, ensure_ascii=False, indent=2) if isinstance(value, dict) else str(value)
    )
