"""Scorecards: forms that staff define, and what reviewers answered about a call."""

from typing import Any

from django.conf import settings
from django.db import models

from sessions_app.i18n import gettext_lazy
from sessions_app.models.call import Call


class ScorecardForm(models.Model):
    """A form that reviewers fill in; its questions are those of its newest version."""

    name = models.CharField(max_length=100, unique=True)
    description = models.CharField(max_length=300, blank=True)
    is_active = models.BooleanField(
        "active",
        default=True,
        help_text=gettext_lazy("Whether it can be filled in. What was filled in stays readable."),
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class QuestionKind(models.TextChoices):
    """How a question is answered."""

    NUMBER = "number", gettext_lazy("Number")
    CHOICE = "choice", gettext_lazy("Choice")
    YES_NO = "yes_no", gettext_lazy("Yes or no")
    TEXT = "text", gettext_lazy("Text")


class ScorecardQuestion(models.Model):
    """A question as staff edit it; `ScorecardVersion` keeps what was asked."""

    form = models.ForeignKey(ScorecardForm, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField(
        default=100,
        help_text=gettext_lazy("The lowest comes first; of equal ones, the first that was added."),
    )
    text = models.CharField("question", max_length=300)
    kind = models.CharField(
        max_length=10, choices=QuestionKind.choices, default=QuestionKind.NUMBER
    )
    required = models.BooleanField(default=True)
    lowest = models.IntegerField(
        null=True, blank=True, help_text=gettext_lazy("Of a number; empty for none.")
    )
    highest = models.IntegerField(
        null=True, blank=True, help_text=gettext_lazy("Of a number; empty for none.")
    )
    choices = models.TextField(
        max_length=2000, blank=True, help_text=gettext_lazy("Of a choice: one answer a line.")
    )

    class Meta:
        verbose_name = gettext_lazy("question of a scorecard form")
        verbose_name_plural = gettext_lazy("questions of scorecard forms")
        ordering = ["form", "position", "pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.text


class ScorecardVersion(models.Model):
    """The questions of a form as they were asked; never changed once somebody has answered them.

    `questions` is a list of `{"key", "text", "kind", "required", "lowest", "highest", "choices"}`.
    A question that is asked in several versions has the same key in each.
    """

    form = models.ForeignKey(ScorecardForm, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(help_text=gettext_lazy("From 1."))
    questions: Any = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = gettext_lazy("version of a scorecard form")
        verbose_name_plural = gettext_lazy("versions of scorecard forms")
        ordering = ["form", "number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="scorecard_version_number"),
        ]

    def __str__(self) -> str:
        return f"{self.form_id}/version {self.number}"


class Scorecard(models.Model):
    """What one reviewer answered about one call: `answers` by the keys of the questions.

    A number is a number, yes or no true or false, a choice and a text a text.
    """

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="scorecards")
    form = models.ForeignKey(ScorecardForm, on_delete=models.PROTECT, related_name="scorecards")
    version = models.ForeignKey(
        ScorecardVersion, on_delete=models.PROTECT, related_name="scorecards"
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    answers: Any = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["call", "form", "pk"]
        default_permissions = ("view",)
        permissions = [("score_call", "Can fill in scorecards of calls")]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "form", "reviewer"], name="scorecard_one_a_reviewer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call_id}/scorecard {self.pk}"
