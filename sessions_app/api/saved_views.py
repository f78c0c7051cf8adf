"""Saved views of the list of calls."""

from django.http import QueryDict
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_app.api import schema
from sessions_app.api.base import ApiView
from sessions_app.api.parameters import StrictBody
from sessions_app.models import SavedView
from sessions_app.models.saved_view import LONGEST_NAME, LONGEST_QUERY
from sessions_app.services import saved_views
from sessions_app.services.saved_views import ViewRefusedError, ViewWish

NO_VIEW = "You have no such view."
NOT_YOURS = (
    "Only its owner changes a view, and staff with the permission to share saved views where it "
    "is shared."
)
REFUSED = {
    403: schema.error("The view is shared with you, not yours.", "not_allowed", NOT_YOURS),
    404: schema.error("You have no such view.", "not_found", NO_VIEW),
    **schema.SIGNED_IN,
}


class SavedViewSerializer(serializers.ModelSerializer[SavedView]):
    """A saved view. `filters` are its query, read; `calls` is the list of calls with them."""

    owner = serializers.CharField(source="owner.username", read_only=True)
    filters = serializers.SerializerMethodField(
        help_text="What the query asks for: a list of values for each parameter."
    )
    calls = serializers.SerializerMethodField(help_text="The path of the list of calls.")

    class Meta:
        model = SavedView
        fields = (
            *("id", "name", "query", "filters", "shared", "owner", "calls"),
            *("created_at", "updated_at"),
        )
        read_only_fields = fields

    def get_filters(self, view: SavedView) -> dict[str, list[str]]:
        return {
            name: [str(one) for one in values] for name, values in QueryDict(view.query).lists()
        }

    def get_calls(self, view: SavedView) -> str:
        return f"{reverse('api:calls')}?{view.query}"


class ViewWishSerializer(StrictBody):
    """What a view is to be called, and what it finds."""

    name = serializers.CharField(max_length=LONGEST_NAME)
    query = serializers.CharField(
        max_length=LONGEST_QUERY,
        help_text="Filters of the list of calls as they stand in its address, such as "
        "`q=refund&last_days=7`.",
    )
    shared = serializers.BooleanField(
        default=False,
        help_text="Whether all staff who see every call have it, too; for staff with the "
        "permission to share saved views.",
    )


class ViewChangeSerializer(ViewWishSerializer):
    """What of a view is to be otherwise."""

    name = serializers.CharField(max_length=LONGEST_NAME, required=False)
    query = serializers.CharField(max_length=LONGEST_QUERY, required=False)
    shared = serializers.BooleanField(required=False)


class SavedViews(ApiView):
    @extend_schema(
        operation_id="saved_views_list",
        summary="Your saved views, and those that are shared with you",
        tags=["calls"],
        responses={200: SavedViewSerializer(many=True), **schema.SIGNED_IN},
    )
    def get(self, request: Request) -> Response:
        found = saved_views.views_for(request.user)
        return Response(SavedViewSerializer(found, many=True).data)

    @extend_schema(
        operation_id="saved_views_create",
        summary="Save filters of the list of calls under a name",
        tags=["calls"],
        request=ViewWishSerializer,
        responses={201: SavedViewSerializer, **schema.SIGNED_IN, 400: schema.INVALID},
    )
    def post(self, request: Request) -> Response:
        given = ViewWishSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        made = _saved(request, ViewWish(**given.validated_data))
        return Response(SavedViewSerializer(made).data, status=201)


class SavedViewDetail(ApiView):
    """One view that the user has."""

    def view(self, number: int, *, to_change: bool = False) -> SavedView:
        """Returns the view; raises NotFound, and PermissionDenied for who may not change it."""
        found = saved_views.views_for(self.request.user).filter(pk=number).first()
        if found is None:
            raise NotFound(NO_VIEW)
        if to_change and not saved_views.may_change(self.request.user, found):
            raise PermissionDenied(NOT_YOURS)
        return found

    @extend_schema(
        operation_id="saved_views_retrieve",
        summary="One saved view",
        tags=["calls"],
        responses={200: SavedViewSerializer, 404: REFUSED[404], **schema.SIGNED_IN},
    )
    def get(self, request: Request, number: int) -> Response:
        return Response(SavedViewSerializer(self.view(number)).data)

    @extend_schema(
        operation_id="saved_views_change",
        summary="Rename a saved view, change what it finds, share it or no longer",
        tags=["calls"],
        request=ViewChangeSerializer,
        responses={200: SavedViewSerializer, **REFUSED, 400: schema.INVALID},
    )
    def patch(self, request: Request, number: int) -> Response:
        view = self.view(number, to_change=True)
        given = ViewChangeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        now = {"name": view.name, "query": view.query, "shared": view.shared}
        saved = _saved(request, ViewWish(**{**now, **given.validated_data}), view)
        return Response(SavedViewSerializer(saved).data)

    @extend_schema(
        operation_id="saved_views_delete",
        summary="Delete a saved view",
        tags=["calls"],
        responses={200: OpenApiResponse(SavedViewSerializer, "What is deleted now."), **REFUSED},
    )
    def delete(self, request: Request, number: int) -> Response:
        view = self.view(number, to_change=True)
        gone = SavedViewSerializer(view).data
        view.delete()
        return Response(gone)


def _saved(request: Request, wish: ViewWish, view: SavedView | None = None) -> SavedView:
    try:
        return saved_views.save(request.user, wish, view)
    except ViewRefusedError as error:
        raise ValidationError({error.field: [error.message]}) from error
