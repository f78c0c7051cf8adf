"""Whether a call was reviewed, and the next one that waits for it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_app.api import schema
from sessions_app.api.base import ApiView, CallView
from sessions_app.api.parameters import StrictBody
from sessions_app.models import Agent, Call, CallReview
from sessions_app.services import access, reviews
from sessions_app.services.finding.filters import REVIEW_NOT_TOLD

NOT_TO_REVIEW = "Only staff with the permission to review calls may do this."


class ReviewSerializer(serializers.Serializer[Any]):
    """Whether the call was reviewed, by whom and when; and who has taken it to do so."""

    reviewed = serializers.BooleanField()
    reviewed_at = serializers.DateTimeField(allow_null=True)
    reviewed_by = serializers.CharField(help_text="Empty where nobody did, or once erased.")
    claimed_by = serializers.CharField(
        help_text="Who has taken it to review it; empty for nobody, and for the call's owner."
    )
    claimed_until = serializers.DateTimeField(allow_null=True)


class ReviewedSerializer(StrictBody):
    """The mark that a reviewer sets on a call."""

    reviewed = serializers.BooleanField(help_text="False: it is to be reviewed again.")


class QueueSerializer(StrictBody):
    """Which calls are to be reviewed; nothing of it: all that ended."""

    agent = serializers.SlugField(default="", allow_blank=True, help_text="An agent's slug.")
    tag = serializers.CharField(
        default="", allow_blank=True, help_text="Tags that the call has, parted by commas."
    )
    created_after = serializers.DateTimeField(default=None, allow_null=True)
    created_before = serializers.DateTimeField(default=None, allow_null=True)
    percent = serializers.IntegerField(
        default=reviews.ALL,
        min_value=1,
        max_value=reviews.ALL,
        help_text="A random sample, always the same one, that is part of every larger one.",
    )
    skip = serializers.BooleanField(
        default=False, help_text="Let go the call that you have, for the one after it."
    )

    def validate_agent(self, slug: str) -> str:
        if slug and not Agent.objects.filter(slug=slug).exists():
            raise serializers.ValidationError("There is no agent with that slug.")
        return slug


class NextSerializer(serializers.Serializer[Any]):
    """The call that is yours to review now, and how many wait in the queue."""

    call = serializers.CharField(allow_null=True, help_text="Its id; null where none is free.")
    claimed_until = serializers.DateTimeField(
        allow_null=True, help_text="Until then nobody else gets it."
    )
    waiting = serializers.IntegerField(help_text="Calls of the queue that nobody reviewed.")


class CallReviewed(CallView):
    """Reads or sets whether a call was reviewed."""

    @extend_schema(
        operation_id="review_retrieve",
        summary="Whether the call was reviewed, and by whom",
        description="For staff; for the call's owner where the setting `REVIEW_FOR_OWNER` names "
        "`reviewed`.",
        tags=["review"],
        responses={
            200: ReviewSerializer,
            403: schema.error("You may not be told.", "not_allowed", REVIEW_NOT_TOLD),
            **schema.OF_A_CALL,
        },
    )
    def get(self, request: Request, **_address: Any) -> Response:
        call = self.call()
        if not reviews.sees_reviewed(request.user, call):
            raise PermissionDenied(REVIEW_NOT_TOLD)
        return Response(self._as_json(call))

    @extend_schema(
        operation_id="review_mark",
        summary="Mark the call as reviewed, or as to be reviewed again",
        description="For staff with the permission to review calls.",
        tags=["review"],
        request=ReviewedSerializer,
        responses={
            200: ReviewSerializer,
            403: schema.error("You may not do this.", "not_allowed", NOT_TO_REVIEW),
            **schema.OF_A_CALL,
            400: schema.INVALID,
        },
    )
    def put(self, request: Request, **_address: Any) -> Response:
        call = self.call()
        if not reviews.may_review(request.user):
            raise PermissionDenied(NOT_TO_REVIEW)
        given = ReviewedSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        reviews.mark(call, request.user, reviewed=given.validated_data["reviewed"])
        return Response(self._as_json(self.call()))

    def _as_json(self, call: Call) -> dict[str, Any]:
        review, taken = reviews.of(call), reviews.holder(call)
        told = taken if access.sees_all(self.request.user) else None
        at = review.reviewed_at if review is not None else None
        return {
            "reviewed": at is not None,
            "reviewed_at": at,
            "reviewed_by": _name(review, "reviewed_by"),
            "claimed_by": _name(told, "claimed_by"),
            "claimed_until": told.claimed_until if told is not None else None,
        }


class NextToReview(ApiView):
    """The queue of what waits for review."""

    @extend_schema(
        operation_id="review_next",
        summary="Take the next call that waits for review",
        description="For staff with the permission to review calls. Who has one already gets it "
        f"again, for {reviews.CLAIM.total_seconds() / 60:.0f} minutes from now; mark it as "
        "reviewed to get on, or `skip` it.",
        tags=["review"],
        request=QueueSerializer,
        responses={
            200: NextSerializer,
            403: schema.error("You may not do this.", "not_allowed", NOT_TO_REVIEW),
            **schema.SIGNED_IN,
            400: schema.INVALID,
        },
    )
    def post(self, request: Request) -> Response:
        if not reviews.may_review(request.user):
            raise PermissionDenied(NOT_TO_REVIEW)
        given = QueueSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        queue = reviews.ReviewQueue(
            asked["agent"],
            asked["tag"],
            asked["created_after"],
            asked["created_before"],
            asked["percent"],
        )
        call = reviews.take_next(request.user, queue, skip=asked["skip"])
        until = None if call is None else CallReview.objects.get(call=call).claimed_until
        return Response(
            {
                "call": None if call is None else call.public_id,
                "claimed_until": until,
                "waiting": reviews.waiting(queue).count(),
            }
        )


def _name(review: CallReview | None, field: str) -> str:
    who = None if review is None else getattr(review, field)
    return "" if who is None else str(who.get_username())
