"""Base classes of the API's views."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import IO, Any

from rest_framework.exceptions import ParseError, PermissionDenied
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from sessions_app.api import errors, parameters
from sessions_app.engine.text.cleaning import read_json, read_json_as_sent
from sessions_app.models import Call
from sessions_app.services import access

WHERE = "over REST"


class AlwaysJson(DefaultContentNegotiation):
    """Answers in JSON whatever Accept says: files have their format in their URL."""

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


class CleanJson(JSONParser):
    """Parses JSON with all text cleaned, as everywhere else."""

    read: Callable[[bytes], Any] = staticmethod(read_json)

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return self.read(stream.read())
        except ValueError as error:
            raise ParseError(f"The body must be JSON: {error}.") from error


class JsonAsSent(CleanJson):
    """Leaves text unchanged: cleaning could make two people's names equal."""

    read = staticmethod(read_json_as_sent)


class Strict(APIView):
    """Errors as JSON, whatever the format of the view's other responses.

    `parameters` are the view's query parameters, besides those of any name that has one of
    `beginnings`; others are refused (400).
    """

    parameters: Sequence[str] = ()
    beginnings: Sequence[str] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        parameters.check(request.query_params, self.parameters, self.beginnings)

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response]:
        return errors.handle

    def handle_exception(self, exc: Exception) -> Response:
        self.request.accepted_renderer = JSONRenderer()
        self.request.accepted_media_type = JSONRenderer.media_type
        return super().handle_exception(exc)


class ApiView(Strict):
    """JSON in, JSON out."""

    content_negotiation_class = AlwaysJson
    parser_classes = [CleanJson]


class CallView(ApiView):
    """A view of something that belongs to the call `call_id` in the URL."""

    def call(self) -> Call:
        """Returns the call; raises UnknownCallError if the user may not see it."""
        return access.call_for(self.request.user, self.kwargs["call_id"])

    def changing_call(self) -> Call:
        """Returns the call for a change by staff; raises PermissionDenied for others.

        A call that the user may not see is 404, never 403.
        """
        call = self.call()
        if not access.may_change(self.request.user):
            raise PermissionDenied("Only staff with the permission to change calls may do this.")
        return call
