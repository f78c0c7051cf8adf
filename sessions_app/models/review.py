"""What people add to a kept call when they review it."""

from django.db import models

from sessions_app.models.call import Call

LONGEST_TAG = 40


class CallTag(models.Model):
    """A word that calls are sorted by: one line, lower case, no comma."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=LONGEST_TAG)

    class Meta:
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
