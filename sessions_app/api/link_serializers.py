"""Requests and responses of share links."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from rest_framework import serializers

from sessions_app.api.parameters import StrictBody
from sessions_app.models import AccessLog, ShareLink
from sessions_app.services.sharing import MOST_DAYS, ShareWish

USUAL = timedelta(days=7)
"""How long a link works if the request does not say."""


class LinkWishSerializer(StrictBody):
    """What a link is to show, and until when."""

    expires_at = serializers.DateTimeField(
        required=False,
        help_text=f"Until when it works: {MOST_DAYS} days at most, a week unless told otherwise.",
    )
    with_audio = serializers.BooleanField(required=False, default=False)
    with_summary = serializers.BooleanField(required=False, default=False)
    password = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        trim_whitespace=False,
        max_length=128,
        write_only=True,
        help_text="Asked of whoever opens the link; only a hash of it is kept.",
    )
    note = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=100,
        help_text="Whom it is for. Not shown by the link.",
    )

    def validate_expires_at(self, at: datetime) -> datetime:
        now = timezone.now()
        if not now < at <= now + timedelta(days=MOST_DAYS):
            raise serializers.ValidationError(
                f"Give a time that is to come, at most {MOST_DAYS} days from now."
            )
        return at

    def validate_password(self, password: str) -> str:
        try:
            if password:
                validate_password(password)
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from error
        return password

    def wish(self) -> ShareWish:
        """Returns what is asked for; needs `is_valid()` to have been true."""
        return ShareWish(**{"expires_at": timezone.now() + USUAL, **self.validated_data})


class ShareLinkSerializer(serializers.ModelSerializer[ShareLink]):
    """A link of a call, without its secret."""

    created_by = serializers.SerializerMethodField()
    with_password = serializers.SerializerMethodField()
    looks = serializers.IntegerField(read_only=True, help_text="How often its page was opened.")
    last_look_at = serializers.DateTimeField(read_only=True, allow_null=True)

    class Meta:
        model = ShareLink
        fields: tuple[str, ...] = (
            "id",
            "note",
            "prefix",
            "created_by",
            "created_at",
            "expires_at",
            "revoked_at",
            "with_audio",
            "with_summary",
            "with_password",
            "looks",
            "last_look_at",
        )
        read_only_fields = fields

    def get_created_by(self, link: ShareLink) -> str | None:
        return link.created_by.get_username() if link.created_by is not None else None

    def get_with_password(self, link: ShareLink) -> bool:
        return bool(link.password)


class LookSerializer(serializers.ModelSerializer[AccessLog]):
    """One look by a link: `read`, `loaded` (sound into the player) or `listened`."""

    action = serializers.CharField(read_only=True)

    class Meta:
        model = AccessLog
        fields = ("action", "at")
        read_only_fields = fields


class LinkLooksSerializer(ShareLinkSerializer):
    """A link with its newest looks."""

    latest = serializers.SerializerMethodField()

    class Meta(ShareLinkSerializer.Meta):
        fields = (*ShareLinkSerializer.Meta.fields, "latest")
        read_only_fields = fields

    def get_latest(self, link: ShareLink) -> Any:
        return self.context["latest"]


class NewLinkSerializer(ShareLinkSerializer):
    """A new link with its address, which is shown only once."""

    url = serializers.SerializerMethodField()

    class Meta(ShareLinkSerializer.Meta):
        fields = (*ShareLinkSerializer.Meta.fields, "url")
        read_only_fields = fields

    def get_url(self, link: ShareLink) -> str:
        return str(self.context["url"])
