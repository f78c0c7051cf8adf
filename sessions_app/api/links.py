"""Share links of a call: made, listed with who looked, and revoked."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_app.api import schema
from sessions_app.api.base import CallView
from sessions_app.api.errors import Conflict
from sessions_app.api.link_serializers import (
    LinkLooksSerializer,
    LinkWishSerializer,
    LookSerializer,
    NewLinkSerializer,
    ShareLinkSerializer,
)
from sessions_app.models import Call, ShareLink
from sessions_app.services import sharing
from sessions_app.services.sharing import TooManyLinksError

LATEST = 100
"""Visits of a link that its representation lists, the newest first."""

NOT_YOURS = (
    "Only staff with the permission to share calls can do this, or the call's owner where the "
    "setting SHARE_BY_OWNER allows that."
)
NOT_ALLOWED = schema.error(
    "You may see the call but not share it, or the CSRF token is missing.", "not_allowed", NOT_YOURS
)
NO_LINK = "This call has no such link."


class SharingView(CallView):
    """A view for users who may share the call."""

    def shared_call(self) -> Call:
        """Returns the call; raises PermissionDenied if the user may see it but not share it."""
        call = self.call()
        if not sharing.may_share(self.request.user, call):
            raise PermissionDenied(NOT_YOURS)
        return call

    def link(self) -> ShareLink:
        """Returns the call's link that the address names; raises NotFound."""
        link = sharing.links_of(self.shared_call()).filter(pk=self.kwargs["number"]).first()
        if link is None:
            raise NotFound(NO_LINK)
        return link


class Links(SharingView):
    """A call's share links: lists them, and makes a new one."""

    @extend_schema(
        operation_id="links_list",
        summary="A call's share links, newest first",
        tags=["share links"],
        responses={200: ShareLinkSerializer(many=True), 403: NOT_ALLOWED, **schema.OF_A_CALL},
    )
    def get(self, request: Request, **_address: Any) -> Response:
        links = sharing.links_of(self.shared_call())
        return Response(ShareLinkSerializer(links, many=True).data)

    @extend_schema(
        operation_id="links_create",
        summary="Share an ended call by a link",
        description="Whoever has the address reads the call without signing in, until the link "
        "expires or is revoked. The address is in this answer and never again.",
        tags=["share links"],
        request=LinkWishSerializer,
        responses={
            201: NewLinkSerializer,
            403: NOT_ALLOWED,
            409: schema.error(
                "The call is live (`call_live`), under legal hold (`legal_hold`), or has too many "
                "links (`conflict`).",
                "call_live",
                "The call is live. Share it when it has ended.",
            ),
            **schema.OF_A_CALL,
            400: schema.INVALID,
        },
    )
    def post(self, request: Request, **_address: Any) -> Response:
        call = self.shared_call()
        wish = LinkWishSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        try:
            link, secret = sharing.share(call, request.user, wish.wish())
        except TooManyLinksError as error:
            raise Conflict(error.message) from error
        path = reverse("shared", args=[secret])
        url = (
            settings.PUBLIC_URL + path if settings.PUBLIC_URL else request.build_absolute_uri(path)
        )
        found = sharing.links_of(call).get(pk=link.pk)
        return Response(NewLinkSerializer(found, context={"url": url}).data, status=201)


class LinkDetail(SharingView):
    """One share link: shows who looked, or revokes it."""

    @extend_schema(
        operation_id="links_retrieve",
        summary="One share link, with its newest looks",
        description="Each opening of its page is a look (`read`); a player's are one a visit. Of "
        "who looked nothing is kept but when.",
        tags=["share links"],
        responses={200: LinkLooksSerializer, 403: NOT_ALLOWED, **schema.OF_A_CALL},
    )
    def get(self, request: Request, **_address: Any) -> Response:
        link = self.link()
        latest = LookSerializer(sharing.looks_of(link)[:LATEST], many=True).data
        return Response(LinkLooksSerializer(link, context={"latest": latest}).data)

    @extend_schema(
        operation_id="links_revoke",
        summary="Revoke a share link for good",
        tags=["share links"],
        request=None,
        responses={
            200: OpenApiResponse(ShareLinkSerializer, "It leads nowhere any more."),
            403: NOT_ALLOWED,
            **schema.OF_A_CALL,
        },
    )
    def delete(self, request: Request, **_address: Any) -> Response:
        sharing.revoke(self.link(), request.user)
        return Response(ShareLinkSerializer(self.link()).data)
