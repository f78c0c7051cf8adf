"""Request and response of creating a ticket."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from sessions_app.api.parameters import StrictBody
from sessions_app.engine.core import call_data
from sessions_app.engine.core.call_data import CallDataError
from sessions_app.engine.text.cleaning import cleaned
from sessions_app.models import Agent

ORIGIN = (
    r"^(?!http://[^/]*:80\Z)(?!https://[^/]*:443\Z)"
    r"[a-z][a-z0-9+.-]*://(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::[1-9][0-9]{0,4})?\Z"
)
"""An origin as in the `Origin` header (RFC 6454, 6.2), since it is compared as a string."""


@extend_schema_field({"oneOf": [{"type": "string", "maxLength": 64}, {"type": "integer"}]})
class IdField(serializers.RegexField):
    """An id of the integrator's own, which a program may have as a number."""


class TicketWishSerializer(StrictBody):
    """What a ticket is to be valid for."""

    agentId = serializers.SlugField(  # noqa: N815 - the wire's name
        required=False,
        default="",
        allow_blank=True,
        trim_whitespace=False,
        help_text="The only agent it may call.",
    )
    origin = serializers.RegexField(
        ORIGIN,
        required=False,
        default="",
        allow_blank=True,
        trim_whitespace=False,
        max_length=200,
        help_text="The only origin it is accepted from, as browsers send it: https://www.example.com.",
        error_messages={
            "invalid": "Give the origin as browsers send it, such as https://www.example.com or "
            "http://localhost:3000: in lower case, with no path, no slash at the end, and a port "
            "only where it is not the scheme's own (80 for http, 443 for https)."
        },
    )
    or_number = ("visitor",)

    visitor = IdField(
        r"^[\w.:@|+=/-]{1,64}\Z",
        required=False,
        default="",
        allow_blank=True,
        allow_null=True,
        trim_whitespace=False,
        help_text="Your own id for the person who will use it: up to 64 letters, digits and "
        ". : @ | + = / - _. It links their calls. Without one, or with null, the visitor is "
        "unknown, with no earlier calls.",
        error_messages={
            "invalid": "Use up to 64 letters, digits and . : @ | + = / - _, or null for somebody "
            "unknown."
        },
    )

    variables = serializers.JSONField(
        required=False,
        default=dict,
        help_text="For the agent's prompt and greeting: names with text, numbers, true or false. "
        "They win over what the client gives.",
    )
    metadata = serializers.JSONField(
        required=False,
        default=dict,
        help_text="A JSON object of your own, kept with the call; no model sees it. Its keys win "
        "over what the client gives.",
    )

    def validate_variables(self, given: Any) -> Any:
        return _read(call_data.read_variables, given)

    def validate_metadata(self, given: Any) -> Any:
        return _read(call_data.read_metadata, given)

    def validate_agentId(self, slug: str) -> str:  # noqa: N802 - the wire's name
        if slug and not Agent.objects.filter(slug=slug, is_active=True).exists():
            raise serializers.ValidationError(f"There is no active agent {slug!r}.")
        return slug


def _read(read: Callable[[Any], Any], given: Any) -> Any:
    """Returns what a call is to be given, with clean text; raises ValidationError."""
    try:
        return read(cleaned(given))
    except RecursionError:
        raise serializers.ValidationError("It is nested too deeply.") from None
    except CallDataError as error:
        raise serializers.ValidationError(str(error)) from None


class TicketSerializer(serializers.Serializer[Any]):
    """A ticket; its secret is shown only once."""

    ticket = serializers.CharField()
    path = serializers.CharField(help_text="Prefix for a path such as /signaling.")
    expiresAt = serializers.DateTimeField()  # noqa: N815 - the wire's name
