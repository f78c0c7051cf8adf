"""What is hidden in a call."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_app.api import schema
from sessions_app.api.base import CallView
from sessions_app.services import redactions


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


class Redactions(CallView):
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
        originals = redactions.originals_of(call, request.user)
        page = {
            "redactions": redactions.of_call(call),
            "originals": [
                {"seq": seq, "text": texts["text"]} for seq, texts in sorted(originals.items())
            ],
        }
        return Response(RedactionsSerializer(page).data)
