"""**Try it** on an agent's page: hear a sentence, read an answer, with the settings as saved."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from asgiref.sync import async_to_sync
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from sessions_app.bridge import trying
from sessions_app.core.errors import VoiceError, traced
from sessions_app.core.persona import Persona
from sessions_app.core.text import read_json
from sessions_app.models import Agent
from sessions_app.services.agents import persona_of

logger = logging.getLogger(__name__)

MAX_TEXT = 500
R = TypeVar("R")


class _BadTextError(VoiceError):
    """Nothing to try."""


@require_POST
def say(request: HttpRequest, pk: int) -> HttpResponse:
    """Returns a sentence in the agent's voice: a WAV; or JSON with what went wrong."""
    return _tried(request, pk, trying.say, lambda wav: HttpResponse(wav, content_type="audio/wav"))


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Returns the agent's answer as JSON; or what went wrong."""
    return _tried(request, pk, trying.answer, lambda text: JsonResponse({"answer": text}))


def _tried(
    request: HttpRequest,
    pk: int,
    work: Callable[[Persona, str], Awaitable[R]],
    shown: Callable[[R], HttpResponse],
) -> HttpResponse:
    if not request.user.has_perm("sessions_app.change_agent"):
        raise PermissionDenied
    agent = get_object_or_404(Agent, pk=pk)
    try:
        return shown(async_to_sync(work)(persona_of(agent), _text(request)))
    except VoiceError as error:
        return JsonResponse({"code": error.code, "message": error.message}, status=400)
    except Exception as error:  # noqa: BLE001 - an operator's backend breaks in its own ways
        logger.error("agent %s could not be tried: %s", pk, traced(error))
        told = f"A program behind this agent failed: {type(error).__name__}. The log says where."
        return JsonResponse({"code": "internal", "message": told}, status=400)


def _text(request: HttpRequest) -> str:
    try:
        text = read_json(request.body)["text"].strip()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _BadTextError('Send {"text": "…"}.', code="bad_request") from error
    if not 0 < len(text) <= MAX_TEXT:
        raise _BadTextError(f"Type 1 to {MAX_TEXT} characters.", code="bad_request")
    return str(text)
