"""Connection checks: what users give to support is opened here by its code."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sessions_app.admin.base import ReadOnlyAdmin
from sessions_app.admin.check_words import figures, reason, result, step
from sessions_app.admin.display import badge, moment
from sessions_app.models import ConnectionCheck
from sessions_app.services.connection_checks import normalised

STATES = {"pass": "done", "fail": "failed", "skipped": "skipped"}  # nosec B105 - no password
"""The admin's colour of each result."""


@admin.register(ConnectionCheck)
class ConnectionCheckAdmin(ReadOnlyAdmin[ConnectionCheck]):
    """What the check of a user's connection found; whose it was only they can say."""

    list_display = ("shown_code", "made", "outcome", "failed_steps", "browser")
    list_filter = ("passed", "browser", "created_at")
    search_fields = ("code",)
    search_help_text = gettext_lazy("A support code, such as K7QM-3XTP.")
    fields = ("shown_code", "made", "until", "browser", "outcome", "steps")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ConnectionCheck], search_term: str
    ) -> tuple[QuerySet[ConnectionCheck], bool]:
        """Finds codes as people write them: in small letters, with or without the hyphen."""
        return super().get_search_results(request, queryset, normalised(search_term))

    @admin.display(description=gettext_lazy("Support code"), ordering="code")
    def shown_code(self, row: ConnectionCheck) -> str:
        return str(row)

    @admin.display(description=gettext_lazy("Checked"), ordering="created_at")
    def made(self, row: ConnectionCheck) -> str:
        return moment(row.created_at)

    @admin.display(description=gettext_lazy("Kept until"))
    def until(self, row: ConnectionCheck) -> str:
        return moment(row.expires_at)

    @admin.display(description=gettext_lazy("Outcome"), ordering="passed")
    def outcome(self, row: ConnectionCheck) -> SafeString:
        return badge("done", _("Passed")) if row.passed else badge("failed", _("Failed"))

    @admin.display(description=gettext_lazy("What failed"))
    def failed_steps(self, row: ConnectionCheck) -> str:
        return ", ".join(step(one["step"]) for one in row.results if one["result"] == "fail")

    @admin.display(description=gettext_lazy("Steps"))
    def steps(self, row: ConnectionCheck) -> SafeString:
        rows = format_html_join("", ROW, (_cells(one) for one in row.results))
        titles = (_("Step"), _("Result"), _("Why, and what was measured"))
        return format_html(TABLE, *titles, rows)


TABLE = (
    '<table class="vs-check"><thead><tr><th scope="col">{}</th><th scope="col">{}</th>'
    '<th scope="col">{}</th></tr></thead><tbody>{}</tbody></table>'
)
ROW = '<tr><th scope="row">{}</th><td>{}</td><td>{}<div class="help">{}</div></td></tr>'


def _cells(one: dict[str, Any]) -> tuple[Any, ...]:
    kind = one["result"]
    shown = badge(STATES[kind], result(kind))
    return step(one["step"]), shown, reason(one["reason"]), figures(one["figures"], one["tookMs"])
