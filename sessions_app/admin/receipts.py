"""Receipts of what was erased: read-only."""

from django.apps import apps
from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from sessions_app.admin.base import ReadOnlyAdmin
from sessions_app.admin.display import badge, moment, related
from sessions_app.i18n import gettext_lazy
from sessions_app.models import ErasureReceipt


@admin.register(ErasureReceipt)
class ErasureReceiptAdmin(ReadOnlyAdmin[ErasureReceipt]):
    """Who had what erased, how far that is, and what keeps it from being done."""

    list_display = ("asked", "kind", "subject", "cause", "asked_by", "progress", "error", "done")
    list_filter = ("state", "kind", "cause", "asked_at")
    list_select_related = ("asked_by",)
    date_hierarchy = "asked_at"
    search_fields = ("subject", "asked_by__username")
    search_help_text = gettext_lazy(
        "Call ids, “user” with a number, and names of the users who asked."
    )
    fields = (
        "asked",
        "kind",
        "subject",
        "cause",
        "who",
        "progress",
        "error",
        "attempts",
        "again",
        "done",
        "counted",
    )
    who = related("asked_by")

    @admin.display(description=gettext_lazy("Asked"), ordering="asked_at")
    def asked(self, receipt: ErasureReceipt) -> str:
        return moment(receipt.asked_at)

    @admin.display(description=gettext_lazy("Done"), ordering="done_at")
    def done(self, receipt: ErasureReceipt) -> str:
        return moment(receipt.done_at)

    @admin.display(description=gettext_lazy("Next attempt"))
    def again(self, receipt: ErasureReceipt) -> str:
        return moment(receipt.leased_until)

    @admin.display(description=gettext_lazy("State"), ordering="state")
    def progress(self, receipt: ErasureReceipt) -> SafeString:
        return badge(receipt.state, receipt.get_state_display())

    @admin.display(description=gettext_lazy("Erased"))
    def counted(self, receipt: ErasureReceipt) -> str:
        return ", ".join(_told(name, number) for name, number in receipt.counts.items())


def _told(name: str, number: int) -> str:
    """Returns what went as people call it, by a model's name in lower case, or "file"."""
    names = {model._meta.model_name: model._meta for model in apps.get_models()}
    if name == "file":
        return ngettext("{count} file", "{count} files", number).format(count=number)
    found = names.get(name)
    if found is None:
        return f"{number} {name}{'' if number == 1 else 's'}"
    return f"{number} {found.verbose_name if number == 1 else found.verbose_name_plural}"
