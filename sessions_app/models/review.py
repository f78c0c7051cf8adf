"""What people add to a kept call when they review it."""

from django.conf import settings
from django.db import models

from sessions_app.i18n import gettext_lazy
from sessions_app.models.call import Call

LONGEST_TAG = 40
"""Characters."""

LONGEST_COMMENT = 2000
"""Characters."""


class CallTag(models.Model):
    """A word that calls are sorted by: one line, lower case, no comma."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=LONGEST_TAG)

    class Meta:
        verbose_name = gettext_lazy("tag of a call")
        verbose_name_plural = gettext_lazy("tags of calls")
        ordering = ["name"]
        default_permissions = ()
        permissions = [("tag_call", "Can tag every call")]
        constraints = [
            models.UniqueConstraint(fields=["call", "name"], name="tag_once_in_call"),
        ]
        indexes = [
            # calls with a tag; which tags there are
            models.Index(fields=["name", "call"], name="tag_calls"),
        ]

    def __str__(self) -> str:
        return self.name


class ReviewComment(models.Model):
    """What staff say about a place in the call, or an answer to that. `at_ms`: call clock."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="comments")
    answer_to = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="answers",
        help_text=gettext_lazy("The comment that it answers; none for a comment itself."),
    )
    at_ms = models.PositiveIntegerField()
    text = models.TextField(max_length=LONGEST_COMMENT)
    staff_only = models.BooleanField(
        default=True,
        help_text=gettext_lazy("Whether it is kept from the call's owner, whatever the settings."),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["call", "at_ms", "created_at"]
        default_permissions = ("view",)
        permissions = [("comment_call", "Can comment on calls, answer and resolve comments")]

    def __str__(self) -> str:
        return f"{self.call_id}/comment {self.pk}"


class CallReview(models.Model):
    """Whether a call was reviewed, by whom; or who has claimed it for review, and until when."""

    call = models.OneToOneField(
        Call, on_delete=models.CASCADE, primary_key=True, related_name="review"
    )
    reviewed_at = models.DateTimeField(
        null=True, blank=True, help_text=gettext_lazy("None: not reviewed.")
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    claimed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = gettext_lazy("review of a call")
        verbose_name_plural = gettext_lazy("reviews of calls")
        default_permissions = ()
        permissions = [
            ("review_call", "Can mark calls as reviewed, and take those that wait for review"),
        ]

    def __str__(self) -> str:
        return f"review of {self.call_id}"
