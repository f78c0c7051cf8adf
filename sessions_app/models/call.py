"""One conversation, from first offer to end."""

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from sessions_app.engine.core.party import Party
from sessions_app.engine.core.states import LIVE, CallState, EndReason
from sessions_app.i18n import gettext_lazy
from sessions_app.models.agent import Agent

RECORDING_OFF = "recording_off"
"""In a call's `persona`, where the installation recorded no calls when it began."""

ID_BYTES = 12  # 96 random bits: cannot be guessed, and short enough for a URL


def new_public_id() -> str:
    """Returns a random URL-safe id.

    It begins with a letter or digit: `-…` would be an option on a command line and a formula
    in a spreadsheet.
    """
    while not (made := secrets.token_urlsafe(ID_BYTES))[0].isalnum():
        pass
    return made


class Door(models.TextChoices):
    """The endpoint that the client used."""

    SIGNALING = "signaling", gettext_lazy("Web page or voice-agent client")
    RESULTS = "results", gettext_lazy("Speech-to-text page")
    OFFER = "offer", gettext_lazy("HTTP offer")
    STREAM = "stream", gettext_lazy("WebSocket stream")
    PIPECAT = "pipecat", gettext_lazy("Pipecat client")
    VOSK = "vosk", gettext_lazy("vosk-server client")


class KeptCalls(models.Manager["Call"]):
    """Calls without those that are being erased, which nobody sees any more."""

    def get_queryset(self) -> models.QuerySet["Call"]:
        return super().get_queryset().filter(erasing_at=None)


class Call(models.Model):
    """One conversation. Times ending in `_at` are wall time, `_ms` the call clock.

    `objects` holds no call that is being erased; `everything` does, for the erasure itself.
    """

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calls"
    )
    visitor = models.CharField(
        max_length=110,
        blank=True,
        help_text=gettext_lazy(
            "Who came by a ticket of the owner's: id:… as the ticket's maker calls them, "
            "ticket:… or guest:… for somebody unknown. Empty for the owner."
        ),
    )
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="calls")
    title = models.CharField(max_length=200, blank=True)
    state = models.CharField(
        max_length=20,
        choices=[(state.value, state.value.capitalize()) for state in CallState],
        default=CallState.CREATED.value,
    )
    end_reason = models.CharField(
        max_length=30,
        blank=True,
        choices=[(r.value, r.value.replace("_", " ").capitalize()) for r in EndReason],
    )
    door = models.CharField(max_length=20, choices=Door.choices, default=Door.SIGNALING)
    transport = models.CharField(max_length=20, default="webrtc")
    language = models.CharField(max_length=20)
    recogniser = models.CharField(max_length=50)
    persona = models.JSONField(
        default=dict,
        blank=True,
        help_text=gettext_lazy("The agent's settings that the call ran with."),
    )
    agent_version = models.PositiveIntegerField(
        null=True,
        blank=True,
        editable=False,
        help_text=gettext_lazy(
            "The number of the agent's version that the call ran with; empty for calls of "
            "before there were versions."
        ),
    )
    variables: Any = models.JSONField(
        default=dict,
        blank=True,
        editable=False,
        help_text=gettext_lazy("What its agent's prompt and greeting were filled in with."),
    )
    metadata: Any = models.JSONField(
        default=dict,
        blank=True,
        editable=False,
        help_text=gettext_lazy("The integrator's own, which no model sees."),
    )
    worker = models.CharField(
        max_length=100, blank=True, help_text=gettext_lazy("The process that runs the call.")
    )
    gaps = models.JSONField(
        default=list,
        blank=True,
        help_text=gettext_lazy(
            "Where the connection was lost: pairs of start and end in ms, call clock."
        ),
    )
    offer_key = models.CharField(
        max_length=64,
        blank=True,
        help_text=gettext_lazy("Digest that makes a retried offer the same call."),
    )
    end_asked_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=gettext_lazy("When staff asked for its end."),
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        help_text=gettext_lazy("Which of the staff ended it; empty where it ended by itself."),
    )
    duration_ms = models.PositiveIntegerField(
        null=True, blank=True, help_text=gettext_lazy("Length on the call clock; empty while live.")
    )
    consented_at = models.DateTimeField(
        null=True, blank=True, help_text=gettext_lazy("When the caller agreed to be recorded.")
    )
    consent_notice = models.CharField(
        max_length=50, blank=True, help_text=gettext_lazy("Which wording the caller agreed to.")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(
        default=timezone.now,
        editable=False,
        help_text=gettext_lazy("When last something changed that REST tells of it."),
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)

    held_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=gettext_lazy("Since when it is under legal hold: nothing of it is erased then."),
    )
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        help_text=gettext_lazy("Which of the staff placed it under legal hold."),
    )
    hold_reason = models.CharField(max_length=300, blank=True, editable=False)
    erasing_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=gettext_lazy("Since when it is being erased."),
    )
    text_erased_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=gettext_lazy("When its words were erased.")
    )

    objects = KeptCalls()
    everything: models.Manager["Call"] = models.Manager()

    class Meta:
        ordering = ["-created_at"]
        permissions = [
            ("end_call", "Can end a live call"),
            ("hold_call", "Can place calls under legal hold, and lift it"),
        ]
        indexes = [
            # a user's list of calls, newest first
            models.Index(fields=["owner", "-created_at"], name="call_owner_newest"),
            # everybody's calls, newest first
            models.Index(fields=["-created_at", "-id"], name="call_newest"),
            # the dashboard: all that it counts of a call, so that it reads no rows
            models.Index(
                fields=["created_at", "agent", "erasing_at", "state", "end_reason", "duration_ms"],
                name="call_numbers",
            ),
            # REST's updated_after
            models.Index(fields=["-updated_at"], name="call_updated"),
            # reap_stale_calls: live calls whose worker is silent
            models.Index(
                fields=["heartbeat_at"],
                name="call_live_heartbeat",
                condition=models.Q(state__in=sorted(state.value for state in LIVE)),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in CallState]),
                name="call_state_known",
            ),
            # one retried offer is one call
            models.UniqueConstraint(
                fields=["owner", "visitor", "offer_key"],
                condition=~models.Q(offer_key=""),
                name="call_one_per_offer",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def party(self) -> Party:
        """Whose call it is."""
        return Party(self.owner_id, self.visitor)

    @property
    def is_held(self) -> bool:
        """Whether it is under legal hold."""
        return self.held_at is not None

    @property
    def recording_was_off(self) -> bool:
        """Whether the installation recorded no calls when it began: then nobody was asked."""
        return bool(self.persona.get(RECORDING_OFF))

    @property
    def is_live(self) -> bool:
        return self.state in LIVE
