"""Exports: zip files of all that is a user's, or of chosen calls."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_app.api import schema
from sessions_app.api.base import ApiView
from sessions_app.api.errors import Conflict
from sessions_app.api.fields import ArchiveKindField, WorkStateField
from sessions_app.api.parameters import StrictBody
from sessions_app.engine.text.cleaning import clean
from sessions_app.models import Archive, ArchiveEnd, ArchiveKind, Call
from sessions_app.services import access, archives
from sessions_app.services.finding.filters import CallFilter, is_filter
from sessions_app.services.finding.words import not_known, shown

NO_EXPORT = "You asked for no such export."
NOT_READY = "It is not ready, or gone: its state says which."
NOT_BESIDE = "It does not go with the kind {kind}, which would not heed it."
NOT_YOURS = "Only staff with the permission for it may export this."


class ExportWishSerializer(StrictBody):
    """What is to be exported."""

    kind = ArchiveKindField(
        read_only=False,
        default=ArchiveKind.OWN.value,
        help_text="`own`: all that is a user's. `calls`: chosen calls, for staff with the "
        "permission to export calls.",
    )
    user = serializers.CharField(
        default="",
        allow_blank=True,
        help_text="With `own`: whose, for staff with the permission; by itself yours.",
    )
    filter = serializers.DictField(
        default=dict,
        help_text="With `calls`: which, by the query parameters of the list of calls, such as "
        '{"agent": "scribe", "state": ["ended"]}; a list for a parameter that is repeated.',
    )


class ExportSerializer(serializers.ModelSerializer[Archive]):
    """An export. `url` serves it once its state is done, until `expires_at` or `gone_at`."""

    id = serializers.CharField(source="public_id", read_only=True)
    kind = ArchiveKindField()
    user = serializers.CharField(source="subject.username", default="", read_only=True)
    state = WorkStateField()
    gone_because = serializers.CharField(
        read_only=True, help_text="`expired`, `erased` or `removed`; empty while it is there."
    )
    url = serializers.SerializerMethodField()

    class Meta:
        model = Archive
        fields: ClassVar[tuple[str, ...]] = (
            *("id", "kind", "user", "state", "error", "calls", "size", "sha256"),
            *("asked_at", "done_at", "expires_at", "gone_at", "gone_because", "url"),
        )
        read_only_fields = fields

    def get_url(self, row: Archive) -> str:
        path = reverse("api:export-file", args=[row.public_id])
        return str(self.context["request"].build_absolute_uri(path))


class ExportView(ApiView):
    """A view of one export of the user's."""

    def archive(self) -> Archive:
        """Returns the export; raises NotFound for one that the user did not ask for."""
        row = archives.of(self.request.user).filter(public_id=clean(self.kwargs["export_id"]))
        if (found := row.first()) is None:
            raise NotFound(NO_EXPORT)
        return found


OF_AN_EXPORT = {**schema.SIGNED_IN, 404: schema.error("No such export.", "not_found", NO_EXPORT)}


class ExportList(ApiView):
    """A user's exports: lists them, and queues a new one."""

    @extend_schema(
        operation_id="exports_list",
        summary="What you asked for, the newest first",
        tags=["exports"],
        responses={200: ExportSerializer(many=True), **schema.SIGNED_IN},
    )
    def get(self, request: Request) -> Response:
        rows = archives.of(request.user)[:MOST]
        return Response(ExportSerializer(rows, many=True, context={"request": request}).data)

    @extend_schema(
        operation_id="exports_ask",
        summary="Have all of your data, or chosen calls with their audio, made into a zip",
        description="It is made in the background: look at it until its state is done. One at a "
        "time; of your own data a new one takes the place of the last. It goes after "
        "EXPORT_KEEP_DAYS, or as soon as something in it is erased.",
        tags=["exports"],
        request=ExportWishSerializer,
        responses={
            202: OpenApiResponse(ExportSerializer, "Accepted, or being made already."),
            403: schema.error("That is for staff with the permission.", "not_allowed", NOT_YOURS),
            409: schema.error("Another is being made.", "conflict", archives.STILL_MADE),
            **schema.SIGNED_IN,
            400: schema.INVALID,
        },
    )
    def post(self, request: Request) -> Response:
        wish = ExportWishSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        asked = wish.validated_data
        beside = "filter" if asked["kind"] == ArchiveKind.OWN else "user"
        if asked[beside]:
            raise ValidationError({beside: [NOT_BESIDE.format(kind=asked["kind"])]})
        row = (
            self._own(asked["user"])
            if asked["kind"] == ArchiveKind.OWN
            else self._calls(asked["filter"])
        )
        return Response(ExportSerializer(row, context={"request": request}).data, status=202)

    def _own(self, name: str) -> Archive:
        user: Any = self.request.user
        subject = User.objects.filter(username=name).first() if name else user
        if not archives.may_export_user(user, subject or User()):
            raise PermissionDenied(NOT_YOURS)
        if subject is None:
            raise ValidationError({"user": ["There is no user with that name."]})
        return archives.ask_own(subject, user)

    def _calls(self, wanted: Mapping[str, Any]) -> Archive:
        if not archives.may_export_calls(self.request.user):
            raise PermissionDenied(NOT_YOURS)
        try:
            return archives.ask_calls(chosen(self.request, wanted), self.request.user)
        except archives.OneAtATimeError as error:
            raise Conflict(error.message) from error


class ExportDetail(ExportView):
    """One export: shows its progress, or removes it."""

    @extend_schema(
        operation_id="exports_retrieve",
        summary="One export: how far it is",
        tags=["exports"],
        responses={200: ExportSerializer, **OF_AN_EXPORT},
    )
    def get(self, request: Request, **_address: Any) -> Response:
        return Response(ExportSerializer(self.archive(), context={"request": request}).data)

    @extend_schema(
        operation_id="exports_remove",
        summary="Remove an export, or stop making it",
        tags=["exports"],
        request=None,
        responses={200: ExportSerializer, **OF_AN_EXPORT},
    )
    def delete(self, request: Request, **_address: Any) -> Response:
        row = self.archive()
        archives.remove(Archive.objects.filter(pk=row.pk), ArchiveEnd.REMOVED)
        row.refresh_from_db()
        return Response(ExportSerializer(row, context={"request": request}).data)


class ExportFile(ExportView):
    """The zip of a finished export, whole or by range, so that a broken download can continue."""

    @extend_schema(
        operation_id="exports_download",
        summary="The zip file",
        description="Takes one `Range`, `If-Range` and `If-None-Match` (RFC 9110), so that a "
        "download that broke off goes on where it was.",
        tags=["exports"],
        parameters=[
            OpenApiParameter(
                "Range", str, OpenApiParameter.HEADER, description="Such as bytes=65536-."
            )
        ],
        responses={
            (200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, "The whole file."),
            (206, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, "The range asked for."),
            304: OpenApiResponse(description="The client already has this file."),
            416: OpenApiResponse(description="The range lies outside the file."),
            403: schema.error("You may not export this any more.", "not_allowed", NOT_YOURS),
            **schema.SIGNED_IN,
            404: schema.error("No such export, or not ready.", "not_found", NOT_READY),
        },
    )
    def get(self, request: Request, **_address: Any) -> HttpResponseBase:
        row = self.archive()
        if not row.is_ready:
            raise NotFound(NOT_READY)
        if not archives.may_download(row, request.user):
            raise PermissionDenied(NOT_YOURS)
        return archives.response(request._request, row)


def chosen(request: Request, wanted: Mapping[str, Any]) -> QuerySet[Call]:
    """Returns the calls that a filter names, the oldest first; raises ValidationError."""
    known = list(CallFilter.base_filters)
    if unknown := [name for name in wanted if not is_filter(name)]:
        told = {shown(name): [not_known(name, known)] for name in unknown[:MOST_NAMED]}
        raise ValidationError({"filter": told})
    visible = access.visible_calls(request.user).order_by("created_at", "pk")
    found = CallFilter(data=_as_query(wanted), queryset=visible, request=request)
    if not found.is_valid():
        raise ValidationError({"filter": found.errors})
    calls: QuerySet[Call] = found.qs
    return calls


def _as_query(wanted: Mapping[str, Any]) -> QueryDict:
    """Returns a filter as the query of the list's address; raises ValidationError."""
    query = QueryDict(mutable=True)
    for name, value in wanted.items():
        given = value if isinstance(value, list) else [value]
        texts = [text for one in given if (text := _as_text(one)) is not None]
        if len(texts) < len(given):
            raise ValidationError({"filter": {name: [NO_TEXT]}})
        query.setlist(name, texts)
    return query


def _as_text(value: Any) -> str | None:
    """Returns a value as it stands in an address; None for what cannot."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else None


NO_TEXT = "Give a text, a number, true or false, or a list of these."

MOST = 200
"""How many archives the list has, the newest first; older ones are left out."""

MOST_NAMED = 5
"""Unknown filters that an error names."""
