"""Second transcripts: request, compare with the live one, accept."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_app.api import schema
from sessions_app.api.base import WHERE, CallView
from sessions_app.api.correction_serializers import WordSerializer
from sessions_app.api.errors import Conflict
from sessions_app.api.fields import SpeakerField, WorkStateField
from sessions_app.api.parameters import StrictBody
from sessions_app.models import AccessLog, Call, Version, VersionSegment
from sessions_app.runtime import languages
from sessions_app.runtime.settings import backend_names
from sessions_app.services import access, versions

NO_RECORDING = "This call has no recording (yet)."
NO_VERSION = "The call has no transcript with that number; GET …/versions lists them."
NUMBER = OpenApiParameter("number", int, OpenApiParameter.PATH)


class WishSerializer(StrictBody):
    """Which recogniser is to transcribe the recording."""

    recogniser = serializers.CharField(
        max_length=50, help_text="A name from the server's setting VOICE['RECOGNISERS']."
    )

    def validate_recogniser(self, name: str) -> str:
        known = backend_names("RECOGNISERS")
        if name not in known:
            raise serializers.ValidationError(
                f"There is no recogniser with that name. There are: {known}."
            )
        return name


class VersionSerializer(serializers.ModelSerializer[Version]):
    """A second transcript; `state` says whether it is ready."""

    state = WorkStateField()
    asked_by = serializers.CharField(
        source="asked_by.username",
        default="",
        read_only=True,
        help_text="Empty if voicesite itself asked.",
    )

    class Meta:
        model = Version
        fields: ClassVar[tuple[str, ...]] = (
            "number",
            "state",
            "error",
            "purpose",
            "recogniser",
            "asked_by",
            "created_at",
            "done_at",
        )
        read_only_fields = fields


class VersionSegmentSerializer(serializers.ModelSerializer[VersionSegment]):
    """The words it has for the segment `seq`, or where the call has no segment (`added`)."""

    speaker = SpeakerField()
    words = WordSerializer(many=True, read_only=True)
    accepted_by = serializers.CharField(source="accepted_by.username", default="", read_only=True)

    class Meta:
        model = VersionSegment
        fields = (
            "index",
            "seq",
            "added",
            "speaker",
            "text",
            "start_ms",
            "end_ms",
            "confidence",
            "words",
            "accepted_by",
            "accepted_at",
        )
        read_only_fields = fields


class WholeVersionSerializer(VersionSerializer):
    """A second transcript with its segments, by time."""

    segments = VersionSegmentSerializer(many=True, read_only=True)

    class Meta(VersionSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*VersionSerializer.Meta.fields, "segments")
        read_only_fields = fields


class DecisionSerializer(StrictBody):
    """Which of a version's segments people are to read from now on."""

    accept = serializers.ListField(
        child=serializers.IntegerField(min_value=1),
        default=list,
        help_text="Segments to accept, by `index`.",
    )
    accept_all = serializers.BooleanField(
        default=False, help_text="Every segment whose words differ from those recognised live."
    )
    take_back = serializers.ListField(
        child=serializers.IntegerField(min_value=1),
        default=list,
        help_text="Segments whose acceptance is undone, by `index`.",
    )


class VersionList(CallView):
    """A call's second transcripts, and a way to request one."""

    @extend_schema(
        operation_id="versions_list",
        summary="The call's second transcripts",
        tags=["transcripts"],
        responses={200: VersionSerializer(many=True), **schema.OF_A_CALL},
    )
    def get(self, request: Request, **_address: Any) -> Response:
        found = Version.objects.filter(call=self.call()).select_related("asked_by")
        return Response(VersionSerializer(found, many=True).data)

    @extend_schema(
        operation_id="version_ask",
        summary="Transcribe the recording again",
        description=(
            "For staff with the permission to change calls. Nothing is overwritten: poll "
            "the version until its state is done, then accept what is better."
        ),
        tags=["transcripts"],
        request=WishSerializer,
        responses={
            202: OpenApiResponse(VersionSerializer, "Accepted."),
            403: schema.NOT_ALLOWED,
            409: schema.error("No recording to transcribe.", "conflict", NO_RECORDING),
            **schema.OF_A_CALL,
            400: schema.INVALID,
        },
    )
    def post(self, request: Request, **_address: Any) -> Response:
        call = self.changing_call()
        given = WishSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        name = given.validated_data["recogniser"]
        if wrong := languages.not_heard(name, call.language):
            raise ValidationError({"recogniser": [wrong.why]})
        version = versions.ask(call, request.user, name)
        if version is None:
            raise Conflict(NO_RECORDING)
        return Response(VersionSerializer(version).data, status=202)


class VersionDetail(CallView):
    """One second transcript: compares it, and takes over its words."""

    @extend_schema(
        operation_id="version_retrieve",
        summary="One second transcript",
        tags=["transcripts"],
        parameters=[NUMBER],
        responses={200: WholeVersionSerializer, **schema.OF_A_CALL},
    )
    def get(self, request: Request, number: int, **_address: Any) -> Response:
        call = self.call()
        version = _version(call, number)
        access.log(call, request.user, AccessLog.Action.READ, f"version {number} {WHERE}")
        return Response(WholeVersionSerializer(version).data)

    @extend_schema(
        operation_id="version_decide",
        summary="Accept all or some of its segments, or undo that",
        description=(
            "For staff with the permission to change calls. What was recognised live is kept, and "
            "staff's own corrections take precedence."
        ),
        tags=["transcripts"],
        parameters=[NUMBER],
        request=DecisionSerializer,
        responses={
            200: WholeVersionSerializer,
            403: schema.NOT_ALLOWED,
            **schema.OF_A_CALL,
            400: schema.INVALID,
        },
    )
    def patch(self, request: Request, number: int, **_address: Any) -> Response:
        version = _version(self.changing_call(), number)
        given = DecisionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        rows = {row.index: row for row in version.segments.all()}
        for name in ("accept", "take_back"):
            if unknown := sorted(set(asked[name]) - set(rows)):
                raise ValidationError({name: [f"This version has no segment {unknown[0]}."]})
        if asked["accept_all"]:
            versions.accept_all(version, request.user)
        for index in asked["accept"]:
            versions.accept(rows[index], request.user)
        for index in asked["take_back"]:
            versions.take_back(rows[index], request.user)
        return Response(WholeVersionSerializer(_version(version.call, number)).data)


def _version(call: Call, number: int) -> Version:
    found = Version.objects.filter(call=call, number=number).select_related("asked_by").first()
    if found is None:
        raise NotFound(NO_VERSION)
    return found
