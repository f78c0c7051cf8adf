"""Errors as JSON: a stable code for programs, a helpful sentence for people."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from sessions_app.api.authentication import HOW
from sessions_app.api.parameters import UnknownParameterError
from sessions_app.engine.core.errors import UnknownCallError, VoiceError
from sessions_app.services.database import AWAY, RETRY_AFTER_S
from sessions_app.services.erasure import CallLiveError, LegalHoldError
from voicesite.targets import loggable_method

logger = logging.getLogger(__name__)

SIGN_IN = f"Sign in on the web page, or: {HOW}"
FAILED = (
    "The server could not handle this request. Try again. If it keeps happening, ask its "
    "administrator: the log says why."
)
NOT_FOUND = "Not found, or not visible to you. Check the address and the token's owner."


class Conflict(exceptions.APIException):
    """The row is not in the state that the request needs (retry later, unchanged)."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = "This is not possible right now."
    default_code = "conflict"


class EraseRefused(exceptions.APIException):
    """The call is live, or under legal hold; its `code` says which."""

    status_code = status.HTTP_409_CONFLICT

    def __init__(self, error: VoiceError) -> None:
        super().__init__(error.message)
        self.default_code = error.code


class DatabaseUnavailable(exceptions.APIException):
    """The database is not responding (retryable, unchanged)."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The database is not responding. Try again in a few seconds."
    default_code = "busy"
    wait = RETRY_AFTER_S


_CODES: dict[type[exceptions.APIException], str] = {
    exceptions.NotAuthenticated: "not_signed_in",
    exceptions.AuthenticationFailed: "bad_token",
    exceptions.PermissionDenied: "not_allowed",
    exceptions.ParseError: "bad_json",
    exceptions.UnsupportedMediaType: "bad_content_type",
    exceptions.ValidationError: "invalid",
    UnknownParameterError: UnknownParameterError.default_code,
}


def error_response(code: str, message: str, status_code: int, **more: Any) -> Response:
    """Returns an error in the form that all errors of this API have."""
    return Response({"code": code, "message": message, **more}, status=status_code)


def _message(error: exceptions.APIException) -> str:
    detail = error.detail
    if isinstance(error, exceptions.NotAuthenticated):
        return SIGN_IN
    if isinstance(error, exceptions.ValidationError):
        general = "Some values cannot be used; 'fields' says which and why."
        return error.sentence if isinstance(error, UnknownParameterError) else general
    if isinstance(error, exceptions.MethodNotAllowed):
        return f"{detail} The Allow header lists the methods of this address."
    if isinstance(error, exceptions.UnsupportedMediaType):
        return f"{detail} Send JSON with 'Content-Type: application/json'."
    if isinstance(error, exceptions.PermissionDenied) and "CSRF" in str(detail):
        return (
            f"{detail} Requests signed in by cookie must send the page's CSRF token in "
            f"X-CSRFToken; programs use a token instead. {HOW}"
        )
    return str(detail)


def _as_api_exception(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, UnknownCallError | Http404):
        said = str(error) if isinstance(error, Http404) else ""
        return exceptions.NotFound(said or NOT_FOUND)
    if isinstance(error, CallLiveError | LegalHoldError):
        return EraseRefused(error)
    if isinstance(error, SuspiciousOperation):  # more parameters than Django takes, and the like
        return exceptions.ParseError(
            "The request has more parameters or fields than this address accepts."
        )
    if isinstance(error, DjangoPermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, AWAY):
        return DatabaseUnavailable()
    return error if isinstance(error, exceptions.APIException) else None


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """Returns the response for a view's exception; an unexpected one is logged and a 500."""
    known = _as_api_exception(error)
    set_rollback()
    if known is None:
        request = context["request"]
        got_request_exception.send(sender=None, request=request)
        verb, view = loggable_method(request.method), context["view"].__class__.__name__
        logger.error("%s %s failed", verb, view, exc_info=error)
        return error_response(
            "internal_error",
            FAILED,
            status.HTTP_500_INTERNAL_SERVER_ERROR,
        )
    code = _CODES.get(type(known), str(getattr(known, "default_code", "error")))
    fields = {"fields": known.detail} if isinstance(known, exceptions.ValidationError) else {}
    response = error_response(code, _message(known), known.status_code, **fields)
    if challenge := getattr(known, "auth_header", None):
        response["WWW-Authenticate"] = challenge
    if wait := getattr(known, "wait", None):
        response["Retry-After"] = str(int(wait))
    return response
