"""The wire protocol as JSON Schema, for programs that validate messages."""

from functools import cache
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from sessions_app.api import schema
from sessions_app.api.base import ApiView
from sessions_app.api.constant import Constant, answer
from sessions_app.engine.protocols.schemas import DOORS, schema_of
from sessions_app.services.finding.words import not_known

JSON = "application/json"


class Protocol(ApiView):
    """Links to the schema of each protocol."""

    authentication_classes = []
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="protocol",
        summary="Links to the JSON Schema of each protocol",
        tags=["protocol"],
        responses={200: OpenApiTypes.OBJECT, **schema.OPEN},
    )
    def get(self, request: Request) -> HttpResponse:
        addresses = {
            name: request.build_absolute_uri(reverse("api:protocol-door", args=[name]))
            for name in DOORS
        }
        return answer(request, Constant(_as_json({"doors": addresses}), JSON))


class ProtocolDoor(ApiView):
    """The schema of one protocol's messages."""

    authentication_classes = []
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="protocol_door",
        summary="The messages of one protocol as JSON Schema",
        tags=["protocol"],
        responses={200: OpenApiTypes.OBJECT, 404: schema.NOT_FOUND, **schema.OPEN},
    )
    def get(self, request: Request, door: str) -> HttpResponse:
        if door not in DOORS:
            raise NotFound(f"No such protocol. {not_known(door, list(DOORS))}")
        return answer(request, _constant(door))


@cache
def _constant(door: str) -> Constant:
    return Constant(_as_json(schema_of(door)), JSON)


def _as_json(data: Any) -> bytes:
    return bytes(JSONRenderer().render(data))
