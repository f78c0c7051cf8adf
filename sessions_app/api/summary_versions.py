"""The summaries of a call that were made so far."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_app.api import schema
from sessions_app.api.base import WHERE, CallView
from sessions_app.api.summary_serializers import ActionSerializer, PointSerializer
from sessions_app.models import AccessLog, SummaryVersion
from sessions_app.services import access, summary_versions

NO_SUMMARY = "The call has no summary with that number; GET …/summary/versions lists them."


class SummaryVersionSerializer(serializers.ModelSerializer[SummaryVersion]):
    """Who asked for a summary, when it was made and by what, and what that cost."""

    asked_by = serializers.CharField(
        source="asked_by.username",
        default="",
        read_only=True,
        help_text="Empty if voicesite itself made it.",
    )
    cost = serializers.DecimalField(
        max_digits=12,
        decimal_places=6,
        allow_null=True,
        read_only=True,
        help_text="By the setting MODEL_PRICES; null where the model has no price there.",
    )

    class Meta:
        model = SummaryVersion
        fields: ClassVar[tuple[str, ...]] = (
            "number",
            "made_at",
            "asked_by",
            "engine",
            "model",
            "note",
            "requests",
            "tokens_in",
            "tokens_out",
            "cost",
        )
        read_only_fields = fields


class WholeSummaryVersionSerializer(SummaryVersionSerializer):
    """A summary as it was made."""

    key_points = PointSerializer(many=True, read_only=True)
    decisions = PointSerializer(many=True, read_only=True)
    action_items = ActionSerializer(many=True, read_only=True)

    class Meta(SummaryVersionSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (
            *SummaryVersionSerializer.Meta.fields,
            "title",
            "text",
            "key_points",
            "decisions",
            "action_items",
        )
        read_only_fields = fields


class SummaryVersionList(CallView):
    """All summaries that were ever made of a call, to compare them."""

    @extend_schema(
        operation_id="summary_versions_list",
        summary="The summaries that were made of the call, the newest first",
        tags=["summaries"],
        responses={200: SummaryVersionSerializer(many=True), **schema.OF_A_CALL},
    )
    def get(self, request: Request, **_address: Any) -> Response:
        found = summary_versions.of_call(self.call())
        return Response(SummaryVersionSerializer(found, many=True).data)


class SummaryVersionDetail(CallView):
    """One earlier summary of a call."""

    @extend_schema(
        operation_id="summary_version_retrieve",
        summary="One of the call's summaries",
        tags=["summaries"],
        parameters=[OpenApiParameter("number", int, OpenApiParameter.PATH)],
        responses={200: WholeSummaryVersionSerializer, **schema.OF_A_CALL},
    )
    def get(self, request: Request, number: int, **_address: Any) -> Response:
        call = self.call()
        found = summary_versions.of_call(call).filter(number=number).first()
        if found is None:
            raise NotFound(NO_SUMMARY)
        access.log(call, request.user, AccessLog.Action.READ, f"summary {number} {WHERE}")
        return Response(WholeSummaryVersionSerializer(found).data)
