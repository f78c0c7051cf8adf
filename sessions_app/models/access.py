"""API tokens and the access log."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from sessions_app.i18n import gettext_lazy
from sessions_app.models.call import Call


class TokenScope(models.TextChoices):
    """What a token is good for, of what its owner may do."""

    READ = "read", gettext_lazy("Read: calls, transcripts, recordings and all else over REST")
    WRITE = "write", gettext_lazy("Change: everything that REST changes or deletes")
    CALL = "call", gettext_lazy("Call: place calls, and make tickets for them")


def every_scope() -> list[str]:
    """Returns the scopes of a token that may do all that its owner may."""
    return [str(value) for value in TokenScope.values]


class ApiToken(models.Model):
    """A program's bearer token, of which only the SHA-256 digest is stored.

    `scopes` are values of TokenScope. Without `expires_at` it is valid until it is revoked.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens"
    )
    name = models.CharField(max_length=100, help_text=gettext_lazy("What it is for."))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(
        max_length=12,
        editable=False,
        help_text=gettext_lazy("Its first characters, to tell it from others."),
    )
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    scopes: Any = models.JSONField(default=every_scope)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = gettext_lazy("API token")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @staticmethod
    def valid_at(now: datetime) -> Q:
        """Returns the filter for tokens that are neither revoked nor expired."""
        return Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=now))

    def is_valid(self, now: datetime) -> bool:
        """Returns whether it is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)

    def scope_names(self) -> list[str]:
        """Returns its scopes in their order, in the reader's language, up to the colon."""
        return [str(one.label).partition(":")[0] for one in TokenScope if one in self.scopes]

    def allows(self, scope: str) -> bool:
        """Returns whether it has a scope."""
        return scope in self.scopes


class AccessLog(models.Model):
    """Who listened to, read, exported or changed what, and when. Never edited."""

    class Action(models.TextChoices):
        """What somebody did with a call."""

        READ = "read", gettext_lazy("Read")
        LOADED = "loaded", gettext_lazy("Loaded sound into a player")
        LISTENED = "listened", gettext_lazy("Listened")
        EXPORTED = "exported", gettext_lazy("Exported")
        EDITED = "edited", gettext_lazy("Edited")
        SUMMARISED = "summarised", gettext_lazy("Summarised again")
        ENDED = "ended", gettext_lazy("Ended the live call")
        RECORDED = "recorded", gettext_lazy("Recording made again")
        RETRANSCRIBED = "retranscribed", gettext_lazy("Transcribed again")
        REVISED = "revised", gettext_lazy("Second pass accepted or taken back")
        HELD = "held", gettext_lazy("Placed under legal hold")
        RELEASED = "released", gettext_lazy("Legal hold lifted")
        SHARED = "shared", gettext_lazy("Shared by a link")
        UNSHARED = "unshared", gettext_lazy("Share link revoked")
        WHISPERED = "whispered", gettext_lazy("Whispered to the agent of the live call")
        TOOK_OVER = "took_over", gettext_lazy("Took the live call over")
        GAVE_BACK = "gave_back", gettext_lazy("Gave the live call back to its agent")

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="access_log")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    link = models.ForeignKey(
        "sessions_app.ShareLink",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        help_text=gettext_lazy("By which share link; its visitors are not known."),
    )
    action = models.CharField(max_length=15, choices=Action.choices)
    detail = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField("when", auto_now_add=True)

    class Meta:
        verbose_name = gettext_lazy("access to a call")
        verbose_name_plural = gettext_lazy("accesses to calls")
        ordering = ["-at"]
        indexes = [
            # a call's access history, newest first
            models.Index(fields=["call", "-at"], name="access_call_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.call_id}"
