"""A persona a user can call."""

from django.db import models


class Agent(models.Model):
    """Responder + voice + language + prompt + greeting; the wire's `agentId` is its slug."""

    slug = models.SlugField(unique=True, help_text="What clients send as agentId.")
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=300, blank=True)
    language = models.CharField(
        max_length=20, default="en-US", help_text="BCP 47 tag, such as en-US."
    )
    recogniser = models.CharField(
        max_length=50,
        default="default",
        help_text="A name from VOICE['RECOGNISERS'].",
    )
    is_default = models.BooleanField(
        default=False, help_text="Answers calls that name no agent. One agent at most."
    )
    is_active = models.BooleanField(
        default=True, help_text="Switch off to hide it and refuse new calls."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-is_default", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True),
                name="one_default_agent",
            ),
        ]

    def __str__(self) -> str:
        return self.name
