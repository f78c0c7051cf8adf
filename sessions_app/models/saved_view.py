"""Saved views: filters of the list of calls under a name."""

from django.conf import settings
from django.db import models

from sessions_app.i18n import gettext_lazy

LONGEST_NAME = 60
"""Characters."""

LONGEST_QUERY = 2000
"""Characters of the address's query, with all filters."""


class SavedView(models.Model):
    """A search and filters that a user has given a name. `query` is as REST takes it."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    name = models.CharField(max_length=LONGEST_NAME)
    query = models.CharField(max_length=LONGEST_QUERY)
    shared = models.BooleanField(
        default=False, help_text=gettext_lazy("Whether all staff who see every call have it, too.")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "pk"]
        default_permissions = ()
        permissions = [("share_saved_view", "Can share saved views with staff")]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_view_name_of_owner"),
        ]

    def __str__(self) -> str:
        return self.name
