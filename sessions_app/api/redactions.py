"""What is hidden in a call."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_app.api import schema
from sessions_app.api.base import CallView
from sessions_app.api.errors import Conflict
from sessions_app.api.parameters import StrictBody
from sessions_app.api.transcripts import MOST_SEQ
from sessions_app.engine.core.agent_config import RedactionSettings
from sessions_app.engine.redaction.detectors.own_patterns import (
    LONGEST_PATTERN,
    MOST_PATTERNS,
    BadPatternError,
)
from sessions_app.engine.redaction.detectors.registry import KINDS
from sessions_app.models import Call
from sessions_app.services import erasure, redacting, redactions

PLACE = ("seq", "start", "end")
NOT_NOW = "The call is live. Hang up first."


class RedactionSerializer(serializers.Serializer[Any]):
    """A place of a call that is hidden."""

    seq = serializers.IntegerField(help_text="The segment; 0 where only a second pass heard it.")
    kind = serializers.CharField(help_text="`card`, `iban`, `email` …, `own`, or `by_hand`.")
    shown = serializers.CharField(help_text="What stands in its place, such as `[card number]`.")
    start_ms = serializers.IntegerField()
    end_ms = serializers.IntegerField()
    by = serializers.CharField(
        source="by.username",
        default=None,
        allow_null=True,
        help_text="Who hid it; null where the agent's settings did.",
    )
    created_at = serializers.DateTimeField()


class OriginalSerializer(serializers.Serializer[Any]):
    """A segment as it was before something of it was hidden."""

    seq = serializers.IntegerField()
    text = serializers.CharField()


class RedactionsSerializer(serializers.Serializer[Any]):
    """What is hidden in a call."""

    redactions = RedactionSerializer(many=True)
    originals = OriginalSerializer(
        many=True,
        help_text="For staff who may read what is hidden, where the agent keeps it; else empty.",
    )


class RedactSerializer(StrictBody):
    """A place of a segment, or patterns."""

    seq = serializers.IntegerField(required=False, min_value=0, max_value=MOST_SEQ)
    start = serializers.IntegerField(
        required=False, min_value=0, help_text="First character in the segment's `shown_text`."
    )
    end = serializers.IntegerField(
        required=False, min_value=1, max_value=MOST_SEQ, help_text="The character after the last."
    )
    kinds = serializers.ListField(
        child=serializers.ChoiceField(list(KINDS)), required=False, help_text="Kinds to look for."
    )
    patterns = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_PATTERN),
        required=False,
        max_length=MOST_PATTERNS,
        help_text="Own regular expressions (RE2), as an agent has them.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        place, looked_for = {"seq", "start", "end"} & {*attrs}, {"kinds", "patterns"} & {*attrs}
        if bool(place) == bool(looked_for) or (place and len(place) < len(PLACE)):
            raise serializers.ValidationError(
                "Give `seq`, `start` and `end` of words, or `kinds` and `patterns` to look for."
            )
        return attrs


class Redactions(CallView):
    """What is hidden in a call, and a way to hide more."""

    @extend_schema(
        operation_id="redactions_list",
        summary="What is hidden in the call",
        description=(
            "Places and times of what was hidden by the agent's settings or by hand. For staff "
            "with the permission *view unredacted*, `originals` has the segments as they were, "
            "where the agent keeps them; reading them is logged."
        ),
        tags=["transcripts"],
        responses={200: RedactionsSerializer, **schema.OF_A_CALL},
    )
    def get(self, request: Request, **_address: Any) -> Response:
        call = self.call()
        return Response(_page(call, request.user))

    @extend_schema(
        operation_id="redactions_create",
        summary="Hide words of the call",
        description=(
            "For staff with the permission *redact call*, once the call is over. The words at a "
            "place of a segment, or all that patterns find, are replaced wherever people read "
            "them; their sound is replaced by a tone soon after, and the summary is made again. It "
            "cannot be undone. `originals` keeps the words where the agent says so."
        ),
        tags=["transcripts"],
        request=RedactSerializer,
        responses={
            202: RedactionsSerializer,
            403: schema.NOT_ALLOWED,
            409: schema.error("Not now.", "conflict", NOT_NOW),
            **schema.OF_A_CALL,
            400: schema.INVALID,
        },
    )
    def post(self, request: Request, **_address: Any) -> Response:
        call = self.call()
        if not redactions.may_redact(request.user):
            raise PermissionDenied("Only staff with the permission to hide words may do this.")
        given = RedactSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            _hide(call, request.user, given.validated_data)
        except (BadPatternError, redacting.NothingThereError) as error:
            raise serializers.ValidationError(error.message) from error
        except (erasure.CallLiveError, erasure.LegalHoldError, redacting.WordsInUseError) as error:
            raise Conflict(error.message) from error
        return Response(_page(call, request.user), status=202)


def _hide(call: Call, user: Any, given: dict[str, Any]) -> None:
    if "seq" in given:
        redacting.hide_by_hand(call, user, given["seq"], given["start"], given["end"])
        return
    kinds, patterns = given.get("kinds", ()), given.get("patterns", ())
    redacting.hide_by_patterns(call, user, RedactionSettings(tuple(kinds), tuple(patterns)))


def _page(call: Call, user: Any) -> Any:
    originals = redactions.originals_of(call, user)
    page = {
        "redactions": redactions.of_call(call),
        "originals": [
            {"seq": seq, "text": texts["text"]} for seq, texts in sorted(originals.items())
        ],
    }
    return RedactionsSerializer(page).data
