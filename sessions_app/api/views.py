"""Calls, agents, tickets, ICE servers, and the authenticated user."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_app.api import filters, schema
from sessions_app.api.base import ApiView, CallView, JsonAsSent
from sessions_app.api.errors import NOT_FOUND
from sessions_app.api.filters import NamedParameters, StrictOrdering
from sessions_app.api.pagination import Pages
from sessions_app.api.serializers import (
    AgentSerializer,
    CallDetailSerializer,
    CallSerializer,
    ErasureSerializer,
    IceServersSerializer,
    MeSerializer,
    TitleSerializer,
)
from sessions_app.api.ticket_serializers import TicketSerializer, TicketWishSerializer
from sessions_app.engine.core import call_data
from sessions_app.engine.core.party import Party
from sessions_app.engine.text.cleaning import one_line
from sessions_app.models import Agent, ApiToken, Call, TokenScope
from sessions_app.runtime import ice_servers
from sessions_app.services import access, calls, erasure, search, tags, tickets
from sessions_app.services.finding.filters import CallFilter

NOT_YOURS_TO_ERASE = (
    "Only staff with the permission to delete calls can erase this one, or its owner where the "
    "setting ERASE_BY_OWNER allows that."
)


@extend_schema_view(
    get=extend_schema(
        operation_id="calls_list",
        summary="Calls that you may see, newest first",
        description="A user's own calls; staff with the permission to view calls see all. "
        + filters.DESCRIPTION,
        tags=["calls"],
        responses={200: CallSerializer(many=True), **schema.SIGNED_IN, 400: schema.INVALID},
    )
)
class CallList(ApiView, generics.ListAPIView[Call]):
    """Finds calls by filters, search terms and order."""

    serializer_class = CallSerializer
    filter_backends = [filters.SearchedCalls, NamedParameters, StrictOrdering]
    filterset_class = CallFilter
    ordering_fields = ["created_at", "ended_at", "duration_ms", "state", "word_count"]
    ordering = ["-created_at"]
    parameters = (*CallFilter.base_filters, *Pages.parameters, "ordering", *filters.KEYS)
    beginnings = filters.BEGINNINGS

    def get_queryset(self) -> QuerySet[Call]:
        return _shown(self.request.user)


def _shown(user: Any) -> QuerySet[Call]:
    """Returns the calls `user` may see, with related rows and word counts."""
    related = access.visible_calls(user).select_related("owner", "agent", "recording", "summary")
    return tags.with_tags(search.with_word_count(related))


class CallDetail(CallView):
    """Reads, renames or erases one call."""

    @extend_schema(
        operation_id="calls_retrieve",
        summary="One call",
        tags=["calls"],
        responses={200: CallDetailSerializer, **schema.OF_A_CALL},
    )
    def get(self, request: Request, **_address: Any) -> Response:
        return self._answer()

    @extend_schema(
        operation_id="calls_rename",
        summary="Give a call a title",
        description="Its owner may, and staff with the permission to change calls.",
        tags=["calls"],
        request=TitleSerializer,
        responses={
            200: CallDetailSerializer,
            403: schema.NOT_ALLOWED,
            **schema.OF_A_CALL,
            400: schema.INVALID,
        },
    )
    def patch(self, request: Request, **_address: Any) -> Response:
        call = self.call()
        if call.owner_id != request.user.pk and not access.may_change(request.user):
            raise PermissionDenied(
                "Only the call's owner, and staff who may change calls, can rename it."
            )
        given = TitleSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        calls.rename(call, request.user, one_line(given.validated_data["title"]))
        return self._answer()

    @extend_schema(
        operation_id="calls_erase",
        summary="Erase a call with all that is kept of it",
        description="Staff with the permission to delete calls may, and its owner where the "
        "installation allows that (`ERASE_BY_OWNER`). From the answer on the call does not exist "
        "for anybody; its rows and files are deleted within seconds. A receipt without content "
        "stays.",
        tags=["calls"],
        request=None,
        responses={
            202: OpenApiResponse(ErasureSerializer, "The call is hidden, and being erased."),
            403: schema.error(
                "You may see the call but not erase it, or the CSRF token is missing.",
                "not_allowed",
                NOT_YOURS_TO_ERASE,
            ),
            409: schema.error(
                "The call is live (`call_live`) or under legal hold (`legal_hold`).",
                "call_live",
                "The call … is live. Hang up first, or end it on its page in the admin, then …",
            ),
            **schema.OF_A_CALL,
        },
    )
    def delete(self, request: Request, **_address: Any) -> Response:
        call = self.call()
        if not erasure.may_erase(request.user, call):
            raise PermissionDenied(NOT_YOURS_TO_ERASE)
        receipt = erasure.erase_call(call, request.user, erasure.cause_of(request.user, call))
        return Response(ErasureSerializer(receipt).data, status=202)

    def _answer(self) -> Response:
        call = _shown(self.request.user).filter(public_id=self.kwargs["call_id"]).first()
        if call is None:
            raise NotFound(NOT_FOUND)
        return Response(CallDetailSerializer(call, context={"request": self.request}).data)


@extend_schema_view(
    get=extend_schema(
        operation_id="agents_list",
        summary="Agents that can be called, the default one first",
        tags=["agents"],
        responses={200: AgentSerializer(many=True), **schema.SIGNED_IN},
    )
)
class AgentList(ApiView, generics.ListAPIView[Agent]):
    """Active agents."""

    token_scopes = (TokenScope.READ, TokenScope.CALL)
    serializer_class = AgentSerializer
    queryset = Agent.objects.filter(is_active=True)
    pagination_class = None
    filter_backends = []


class Me(ApiView):
    """The user that the request's credentials belong to."""

    token_scopes = tuple(TokenScope)

    @extend_schema(
        operation_id="me",
        summary="The authenticated user",
        tags=["account"],
        responses={200: MeSerializer, **schema.SIGNED_IN},
    )
    def get(self, request: Request) -> Response:
        user: Any = request.user
        return Response(
            {
                "username": user.get_username(),
                "name": user.get_full_name(),
                "is_staff": user.is_staff,
                "sees_all_calls": access.sees_all(user),
                "may_change_calls": access.may_change(user),
            }
        )


class Tickets(ApiView):
    """Tickets, for clients that cannot set headers."""

    token_scopes = (TokenScope.CALL,)
    parser_classes = [JsonAsSent]

    @extend_schema(
        operation_id="tickets_create",
        summary="A ticket for one call, to be started within a minute",
        description="For the backend of a site that embeds a client: put "
        "`path` before the path that the client uses, such as `/t/<ticket>/signaling`.",
        tags=["calls"],
        request=TicketWishSerializer,
        responses={201: TicketSerializer, **schema.SIGNED_IN, 400: schema.INVALID},
    )
    def post(self, request: Request) -> Response:
        wish = TicketWishSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        agent, origin = wish.validated_data["agentId"], wish.validated_data["origin"]
        token = request.auth if isinstance(request.auth, ApiToken) else None
        row, secret = tickets.issue(
            request.user,
            agent,
            origin,
            visitor=wish.validated_data["visitor"] or "",
            token=token,
            data=call_data.read(wish.validated_data["variables"], wish.validated_data["metadata"]),
            session_key="" if token is not None else request.session.session_key or "",
        )
        made = {"ticket": secret, "path": f"/t/{secret}", "expiresAt": row.expires_at.isoformat()}
        return Response(made, status=201)


class IceServers(ApiView):
    """ICE servers for a client's peer connection."""

    token_scopes = (TokenScope.CALL, TokenScope.READ)

    @extend_schema(
        operation_id="ice_servers",
        summary="STUN and TURN servers for `RTCPeerConnection`, with short-lived credentials",
        description="Ask again before each call: credentials expire after VOICE_TURN_TTL_S.",
        tags=["calls"],
        responses={200: IceServersSerializer, **schema.SIGNED_IN},
    )
    def get(self, request: Request) -> Response:
        found = ice_servers.for_client(Party(int(request.user.pk or 0)).key)
        return Response({"iceServers": found})


class NoSuchAddress(ApiView):
    """Answers in JSON at addresses below /api/v1/ that do not exist."""

    schema = None
    authentication_classes = []
    permission_classes = []

    def initial(self, request: Request, *_args: Any, **_kwargs: Any) -> None:
        raise NotFound("There is no such address. See /api/v1/docs/ for the list.")
