"""What an agent was set to, each time that was changed."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from sessions_app.i18n import gettext_lazy
from sessions_app.models.agent import Agent
from sessions_app.models.ordered_json import OrderedJSONField


class AgentVersion(models.Model):
    """The whole configuration of an agent as it was saved; never changed afterwards.

    Who may view the agent may view its versions: they have no permissions of their own.
    """

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(
        help_text=gettext_lazy("Its place among the agent's versions, from 1.")
    )
    config: Any = OrderedJSONField(
        help_text=gettext_lazy("The agent's settings by the names of its fields.")
    )
    restores = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=gettext_lazy("The number of the version that this one went back to."),
    )
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=gettext_lazy("None where no person did, and where their account was deleted."),
    )

    class Meta:
        verbose_name = gettext_lazy("version of an agent")
        verbose_name_plural = gettext_lazy("versions of agents")
        ordering = ["agent", "-number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["agent", "number"], name="agent_version_number"),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id}/version {self.number}"
