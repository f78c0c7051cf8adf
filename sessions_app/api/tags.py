"""Tags of calls: those of one, and those that there are."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_app.api import schema
from sessions_app.api.base import ApiView, CallView
from sessions_app.api.parameters import StrictBody
from sessions_app.engine.text.cleaning import one_line
from sessions_app.models.review import LONGEST_TAG
from sessions_app.services import tags

NOT_YOURS = "Only the call's owner, and staff with the permission to tag calls, can tag it."


class CallTagsSerializer(StrictBody):
    """All tags of a call."""

    tags = serializers.ListField(
        child=serializers.CharField(max_length=4 * LONGEST_TAG),
        max_length=4 * tags.MOST_TAGS,
        help_text=f"{tags.MOST_TAGS} at most, of {LONGEST_TAG} characters at most and without "
        "commas; kept in lower case.",
    )


class KnownTagSerializer(serializers.Serializer[Any]):
    """A tag, and how many of the calls that you may see have it."""

    name = serializers.CharField()
    calls = serializers.IntegerField()


class CallTags(CallView):
    """Reads or replaces a call's tags."""

    @extend_schema(
        operation_id="call_tags",
        summary="The call's tags",
        tags=["review"],
        responses={200: CallTagsSerializer, **schema.OF_A_CALL},
    )
    def get(self, request: Request, **_address: Any) -> Response:
        return Response({"tags": tags.tags_of(self.call())})

    @extend_schema(
        operation_id="call_tags_set",
        summary="Give the call these tags and no others",
        description="Its owner may, and staff with the permission to tag calls.",
        tags=["review"],
        request=CallTagsSerializer,
        responses={
            200: CallTagsSerializer,
            403: schema.error(
                "You may see the call but not tag it, or the CSRF token is missing.",
                "not_allowed",
                NOT_YOURS,
            ),
            **schema.OF_A_CALL,
            400: schema.INVALID,
        },
    )
    def put(self, request: Request, **_address: Any) -> Response:
        call = self.call()
        if not tags.may_tag(request.user, call):
            raise PermissionDenied(NOT_YOURS)
        given = CallTagsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            kept = tags.replace(call, request.user, given.validated_data["tags"])
        except tags.TagRefusedError as error:
            raise ValidationError({"tags": [error.message]}) from error
        return Response({"tags": kept})


class KnownTags(ApiView):
    """The tags that there are, to choose from."""

    parameters = ("begins",)

    @extend_schema(
        operation_id="tags_list",
        summary="Tags of the calls that you may see, the most frequent first",
        description=f"{tags.SUGGESTED} at most.",
        tags=["review"],
        parameters=[
            OpenApiParameter("begins", str, description="Only tags that begin so, in any case.")
        ],
        responses={200: KnownTagSerializer(many=True), **schema.SIGNED_IN},
    )
    def get(self, request: Request) -> Response:
        begins = one_line(request.query_params.get("begins", ""))[:LONGEST_TAG]
        return Response(KnownTagSerializer(tags.known(request.user, begins), many=True).data)
