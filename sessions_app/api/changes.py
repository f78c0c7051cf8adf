"""The feed of changed calls."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_app.api import schema
from sessions_app.api.base import ApiView
from sessions_app.api.pagination import page_size_of
from sessions_app.api.serializers import CallSerializer
from sessions_app.models import Call, CallChange
from sessions_app.services import access, changes, search

USUAL, MOST = 50, 200
"""Changes in one response: by default, and the most that may be asked for."""

MOST_DIGITS = 18
"""A cursor with more digits is refused: no 64-bit number of a change is longer."""

WRONG = "This is no cursor of the feed: begin with an empty one."
AHEAD = (
    "The feed has not come so far: the database was restored from an older copy. Begin with an "
    "empty cursor."
)


class CallChangeSerializer(serializers.ModelSerializer[CallChange]):
    """A call's newest change."""

    id = serializers.CharField(source="call_id", read_only=True, help_text="The call's.")
    change = serializers.CharField(
        read_only=True,
        help_text="created, updated or erased. Only a call's newest change is kept: one that you "
        "do not know is new to you, whatever this says.",
    )
    call = serializers.SerializerMethodField(help_text="As in lists; null once it is erased.")

    class Meta:
        model = CallChange
        fields = ("id", "change", "at", "call")
        read_only_fields = fields

    @extend_schema_field(CallSerializer(allow_null=True))
    def get_call(self, row: CallChange) -> Any:
        call = self.context["calls"].get(row.call_id)
        return None if call is None else CallSerializer(call, context=self.context).data


class ChangesSerializer(serializers.Serializer[Any]):
    """Changes from a place on."""

    results = CallChangeSerializer(many=True)
    cursor = serializers.CharField(help_text="Send it the next time, now or later.")
    more = serializers.BooleanField(help_text="Whether there is more already.")


class Changes(ApiView):
    """The feed that lets another system follow all calls without missing a change."""

    parameters = ("cursor", "page_size")

    @extend_schema(
        operation_id="changes_list",
        summary="Calls that were created, updated or erased since a place in the feed",
        description="For programs that keep a copy. Begin without a cursor: all calls come once, "
        "the longest unchanged first. Keep `cursor` and send it the next time. None is missed, "
        "however many change at once. What counts is what a call's own addresses tell: state, "
        "title, corrected and revised segments, recording, summary. Words that come while it is "
        "live do not. A call may come again unchanged.",
        tags=["calls"],
        parameters=[
            OpenApiParameter(
                "cursor", str, description="As the last answer had it; at first none."
            ),
            OpenApiParameter(
                "page_size",
                {"type": "integer", "minimum": 1, "maximum": MOST},
                description=f"Up to {MOST}; {USUAL} unless told.",
            ),
        ],
        responses={200: ChangesSerializer, **schema.SIGNED_IN, 400: schema.INVALID},
    )
    def get(self, request: Request) -> Response:
        given = request.query_params.get("cursor", "")
        size = page_size_of(request, USUAL, MOST)
        place = _place(given)
        rows, more = changes.after(request.user, place, size)
        if place > changes.last_number():
            raise ValidationError({"cursor": [AHEAD]})
        last = str(rows[-1].seq) if rows else given
        context = {"request": request, "calls": _calls(request.user, rows)}
        told = CallChangeSerializer(rows, many=True, context=context).data
        return Response({"results": told, "cursor": last or "0", "more": more})


def _place(cursor: str) -> int:
    """Returns the number after which a reader continues; raises ValidationError."""
    plain = cursor.isascii() and cursor.isdigit() and len(cursor) <= MOST_DIGITS
    if cursor and not plain:
        raise ValidationError({"cursor": [WRONG]})
    return int(cursor or 0)


def _calls(user: Any, rows: list[CallChange]) -> dict[str, Call]:
    """Returns the calls of changes by their id, as lists show them."""
    wanted = access.visible_calls(user).filter(public_id__in=[row.call_id for row in rows])
    related = wanted.select_related("owner", "agent", "recording", "summary")
    return {call.public_id: call for call in search.with_word_count(related)}
