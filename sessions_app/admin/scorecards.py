"""Forms of scorecards in the admin: their questions, and what was answered as a file."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from sessions_app.admin.base import CleanForm, VoiceAdmin
from sessions_app.engine.text.cleaning import is_invisible, one_line
from sessions_app.i18n import gettext_lazy
from sessions_app.models import QuestionKind, Scorecard, ScorecardForm, ScorecardQuestion
from sessions_app.services import scorecard_exports, scorecards
from sessions_app.services.visible_texts import UNSEEN

FEWEST_CHOICES = 2
"""Answers that a question with choices must have."""


class ScorecardQuestionForm(CleanForm[ScorecardQuestion]):
    """Refuses questions that nobody could answer."""

    class Meta:
        model = ScorecardQuestion
        fields = ("position", "text", "kind", "required", "lowest", "highest", "choices")
        widgets = {"choices": forms.Textarea(attrs={"rows": 2, "cols": 30})}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        lowest, highest = data.get("lowest"), data.get("highest")
        if lowest is not None and highest is not None and lowest > highest:
            self.add_error("highest", gettext("It must not be less than the lowest number."))
        lines = {one_line(line) for line in (data.get("choices") or "").splitlines()} - {""}
        if any(map(is_invisible, lines)):
            self.add_error("choices", UNSEEN)
            return data
        if data.get("kind") == QuestionKind.CHOICE and len(lines) < FEWEST_CHOICES:
            self.add_error(
                "choices",
                gettext("Give {fewest_choices} answers or more, one a line.").format(
                    fewest_choices=FEWEST_CHOICES
                ),
            )
        return data


class Questions(admin.StackedInline[ScorecardQuestion, ScorecardForm]):
    """The questions of a form; users who may change the form may change them."""

    model = ScorecardQuestion
    form = ScorecardQuestionForm
    verbose_name = "question"
    verbose_name_plural = "questions"
    extra = 1
    fields = (("text", "required"), ("position", "kind"), ("lowest", "highest"), "choices")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # anyone who sees the form

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may_change(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may_change(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may_change(request)


def _may_change(request: HttpRequest) -> bool:
    names = ("add_scorecardform", "change_scorecardform")
    return any(request.user.has_perm(f"sessions_app.{name}") for name in names)


@admin.register(ScorecardForm)
class ScorecardFormAdmin(VoiceAdmin[ScorecardForm]):
    """Each save publishes the questions to reviewers; earlier answers are kept."""

    list_display = ("name", "is_active", "version", "filled_in")
    list_filter = ("is_active",)
    search_fields = ("name",)
    fields = ("name", "description", "is_active")
    inlines = (Questions,)
    actions = ("export",)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        scorecards.publish(form.instance)

    @admin.display(description=gettext_lazy("Version"))
    def version(self, form: ScorecardForm) -> int:
        return form.versions.count()

    @admin.display(description=gettext_lazy("Filled in"))
    def filled_in(self, form: ScorecardForm) -> int:
        return form.scorecards.count()

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Returns whether the user may see every reviewer's scorecards."""
        return scorecards.may_read_all(request.user)

    @admin.action(description=gettext_lazy("Export scorecards (CSV)"), permissions=["export"])
    def export(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        text = scorecard_exports.render(Scorecard.objects.filter(form__in=queryset), request.user)
        response = HttpResponse(text, content_type=scorecard_exports.MEDIA_TYPE)
        response["Content-Disposition"] = 'attachment; filename="scorecards.csv"'
        return response
