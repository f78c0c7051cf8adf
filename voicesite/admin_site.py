"""Django's admin as this site has it: what staff use daily stands first, by what it is about."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

GROUPS = (
    (gettext_noop("Calls"), ("Call", "ShareLink", "Archive", "ConnectionCheck")),
    (gettext_noop("Agents and scorecards"), ("Agent", "ScorecardForm")),
    (
        gettext_noop("People and programs"),
        ("User", "Group", "PasswordLink", "ApiToken", "WebhookEndpoint", "WebhookDelivery"),
    ),
    (gettext_noop("What was done"), ("AccessLog", "ErasureReceipt")),
)
"""Title and models of each group on the index. Models that are in none are in `REST`, the last."""

REST = gettext_noop("More")
ORDER = [name for _, names in GROUPS for name in names]


class VoiceAdminSite(AdminSite):
    """The admin whose index, and the list beside its pages, is sorted by GROUPS.

    It has the pages of setting up, to which an operator's first sign-in leads, and the one of how
    the server is doing.
    """

    def get_urls(self) -> list[Any]:
        from sessions_app.admin import system  # noqa: PLC0415 - models are loaded now
        from sessions_app.admin.setup import urls  # noqa: PLC0415 - as above

        return [*urls.patterns(self), *system.patterns(self), *super().get_urls()]

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Leads operators of an installation that was never set up there, unless they go on to a
        page of their own choice.
        """
        from sessions_app.services import installation  # noqa: PLC0415 - as above

        answer = super().login(request, extra_context)
        index = reverse("admin:index", current_app=self.name)
        goes_on = request.method == "POST" and answer.headers.get("Location") == index
        if goes_on and installation.is_due(request.user):
            return redirect("admin:setup")
        return answer

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Returns the groups as Django's templates take apps; without those the user may not see.

        With `app_label` it is the app alone, as Django's page of an app wants it, in our order.
        """
        apps = super().get_app_list(request, app_label)
        if app_label:
            for app in apps:
                app["models"].sort(key=_place)
            return apps
        models = {model["object_name"]: model for app in apps for model in app["models"]}
        rest = [name for name in models if name not in ORDER]
        groups = [(title, names) for title, names in (*GROUPS, (REST, rest))]
        return [
            _group(title, found)
            for title, names in groups
            if (found := [models[name] for name in names if name in models])
        ]


def _place(model: dict[str, Any]) -> tuple[int, str]:
    name = model["object_name"]
    return ORDER.index(name) if name in ORDER else len(ORDER), str(model["name"])


def _group(title: str, models: list[Any]) -> dict[str, Any]:
    label = title.lower().replace(" ", "-")
    return {"name": gettext(title), "app_label": label, "has_module_perms": True, "models": models}
