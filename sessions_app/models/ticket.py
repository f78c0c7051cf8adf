"""A way in for a client that can set no header: one use, and soon."""

from django.conf import settings
from django.db import models


class Ticket(models.Model):
    """Lets one user make one call. Only the SHA-256 digest of its secret is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tickets"
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    agent = models.SlugField(blank=True, help_text="The only agent it may call; empty for any.")
    origin = models.CharField(
        max_length=200, blank=True, help_text="The only origin it counts from; empty for any."
    )
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    call_id = models.CharField(
        max_length=32, blank=True, help_text="The call it was used for; its public id."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"ticket {self.pk}"
