"""**Try it** on an agent's page: hear a sentence, read an answer, with the settings as saved."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from typing import Any, TypeVar

from asgiref.sync import async_to_sync
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.call_data import Variable
from sessions_app.engine.core.errors import VoiceError, traced
from sessions_app.engine.core.placeholders import filled, missing, personalised
from sessions_app.engine.text.cleaning import read_json
from sessions_app.models import Agent
from sessions_app.runtime import agent_preview
from sessions_app.services.agents import config_of

logger = logging.getLogger(__name__)

MAX_TEXT = 500
"""Characters of a text that is tried; more keeps the voice or model busy for longer."""

R = TypeVar("R")


class _BadTextError(VoiceError):
    """The request has no usable text (not retryable)."""


@require_POST
def say(request: HttpRequest, pk: int) -> HttpResponse:
    """Returns a sentence as WAV in the agent's voice or the one named; JSON with an error.

    `Server-Timing` has in `first` the ms until the first audio.
    """
    return say_as(_config(request, pk), request)


@require_POST
def voices(request: HttpRequest, pk: int) -> HttpResponse:
    """Returns as JSON the voices of all engines for the agent's language."""
    return voices_for(_config(request, pk), request)


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Returns the agent's answer, or the error, as JSON; `missing` are its texts' variables."""
    return _tried(_config(request, pk), request, _answer, JsonResponse)


def say_as(config: AgentConfig, request: HttpRequest) -> HttpResponse:
    """Returns what `say` does, of an agent's settings; the caller has checked the permission."""
    return _tried(config, request, _say, _wav)


def voices_for(config: AgentConfig, request: HttpRequest) -> HttpResponse:
    """Returns what `voices` does, of an agent's settings; the caller has checked the permission."""
    return _tried(config, request, _choices, lambda found: JsonResponse({"voices": found}))


async def _say(config: AgentConfig, request: HttpRequest) -> agent_preview.SpokenSample:
    given = _given(request)
    text = filled(_text(given), {})  # as in a call that was given nothing
    if "synthesiser" in given:
        engine, voice = given["synthesiser"], given.get("voice", "")
        if not isinstance(engine, str) or not isinstance(voice, str):
            raise _BadTextError(gettext("Name a synthesiser and a voice."), code="bad_request")
        config = replace(config, synthesiser=engine, voice=voice)
    return await agent_preview.say(config, text)


def _wav(said: agent_preview.SpokenSample) -> HttpResponse:
    headers = {"Server-Timing": f"first;dur={said.first_ms:.1f}"}
    return HttpResponse(said.wav, content_type="audio/wav", headers=headers)


async def _choices(config: AgentConfig, _request: HttpRequest) -> list[dict[str, str]]:
    return [asdict(choice) for choice in await agent_preview.choices(config.language)]


async def _answer(config: AgentConfig, request: HttpRequest) -> dict[str, Any]:
    text, nothing = _text(_given(request)), dict[str, Variable]()
    said = await agent_preview.answer(personalised(config, nothing), text)
    empty = missing(config, nothing)
    return {"answer": said, "missing": empty} if empty else {"answer": said}


def _config(request: HttpRequest, pk: int) -> AgentConfig:
    if not request.user.has_perm("sessions_app.change_agent"):
        raise PermissionDenied
    return config_of(get_object_or_404(Agent, pk=pk))


def _tried(
    config: AgentConfig,
    request: HttpRequest,
    work: Callable[[AgentConfig, HttpRequest], Awaitable[R]],
    shown: Callable[[R], HttpResponse],
) -> HttpResponse:
    try:
        return shown(async_to_sync(work)(config, request))
    except VoiceError as error:
        return JsonResponse({"code": error.code, "message": error.message}, status=400)
    except Exception as error:  # noqa: BLE001 - an operator's backend breaks in its own ways
        logger.error("agent %s could not be tried: %s", config.slug, traced(error))
        told = gettext(
            "A component of this agent failed: {__name__}. See the server's log."
        ).format(__name__=type(error).__name__)
        return JsonResponse({"code": "internal", "message": told}, status=400)


def _given(request: HttpRequest) -> dict[str, Any]:
    try:
        given = read_json(request.body)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise _BadTextError(gettext('Send {"text": "…"}.'), code="bad_request")
    return given


def _text(given: dict[str, Any]) -> str:
    text = given.get("text")
    if not isinstance(text, str):
        raise _BadTextError(gettext('Send {"text": "…"}.'), code="bad_request")
    if not 0 < len(text.strip()) <= MAX_TEXT:
        raise _BadTextError(
            gettext("Type 1 to {max_text} characters.").format(max_text=MAX_TEXT),
            code="bad_request",
        )
    return text.strip()
