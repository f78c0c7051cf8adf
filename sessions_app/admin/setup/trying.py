"""The trials of setting up, with what was typed and not stored yet. Each answers with JSON."""

import logging
from collections.abc import Sequence
from dataclasses import asdict
from threading import Lock
from typing import Any

from asgiref.sync import async_to_sync
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sessions_app.admin import trying
from sessions_app.admin.setup.forms import SetupForm
from sessions_app.admin.setup.views import for_operators
from sessions_app.engine.core.errors import traced
from sessions_app.engine.text.cleaning import clean
from sessions_app.runtime import recogniser_trials, setup_trials
from sessions_app.runtime.turn_trials import Finding
from sessions_app.services import calls
from sessions_app.services.agents import config_of
from sessions_app.services.setup_registry import MAIL, MODEL, RECOGNISER, RECORDING, TURN

logger = logging.getLogger(__name__)

LONGEST_ADDRESS = 254
"""Characters of an e-mail address: RFC 5321, 4.5.3.1."""

_one_at_a_time = Lock()


@for_operators
@require_POST
def attempt(request: HttpRequest, name: str) -> HttpResponse:
    """Returns as JSON what a trial of a step found: `findings`, with `ok`, `text` and `fix`."""
    if name not in (RECOGNISER, MODEL, TURN, RECORDING, MAIL):
        raise Http404
    form = SetupForm(name, request.POST, trial=True)
    if not form.is_valid():
        return _told(_refused(form))
    if not _one_at_a_time.acquire(blocking=False):
        return _told(
            [Finding(False, _("Another trial is under way."), _("Try again in a moment."))]
        )
    try:
        return _told(_tried(name, form.voice, request))
    except Exception as error:  # noqa: BLE001 - an operator's backend breaks in its own ways
        logger.error("the step %s could not be tried: %s", name, traced(error))
        told = _("It failed (%s).") % type(error).__name__
        return _told([Finding(False, told, _("The server's log says where."))])
    finally:
        _one_at_a_time.release()


@for_operators
@require_POST
def say(request: HttpRequest) -> HttpResponse:
    """Returns a sentence as WAV, in the voice that is named; JSON with an error."""
    return trying.say_as(config_of(calls.default_agent()), request)


@for_operators
@require_POST
def voices(request: HttpRequest) -> HttpResponse:
    """Returns as JSON the voices of all engines for the default agent's language."""
    return trying.voices_for(config_of(calls.default_agent()), request)


def _refused(form: SetupForm) -> list[Finding]:
    """Returns what is wrong with what was typed, each with the name of its field."""
    names = {name: f"{field.label}: " for name, field in form.fields.items()}
    return [
        Finding(False, f"{names.get(name, '')}{one}")
        for name, listed in form.errors.items()
        for one in listed
    ]


def _tried(name: str, voice: dict[str, Any], request: HttpRequest) -> Sequence[Finding]:
    if name == RECOGNISER:
        sound = request.FILES.get("audio")
        return async_to_sync(_heard)(voice, sound.read() if sound is not None else b"")
    if name == MODEL:
        return async_to_sync(setup_trials.model)(voice)
    if name == TURN:
        return async_to_sync(setup_trials.turn)(voice)
    if name == RECORDING:
        return setup_trials.recording(voice)
    return setup_trials.mail(voice, clean(request.POST.get("to", ""))[:LONGEST_ADDRESS].strip())


async def _heard(voice: dict[str, Any], sound: bytes) -> list[Finding]:
    """Returns what the recogniser hears in a recording, or in a sentence of the default voice."""
    own = recogniser_trials.recorded(sound) if sound else await recogniser_trials.spoken()
    name = str(voice["RECOGNISERS"]["default"].get("SAME_AS", "default"))
    found = await recogniser_trials.try_one(name, own)
    if found.problem:
        fix = _("Choose another one, or see docs/settings.md for what it needs.")
        return [Finding(False, found.problem, fix)]
    if not found.text:
        fix = _("Speak closer to the microphone, and look which one the browser uses.")
        return [Finding(False, _("It heard no words."), fix)]
    told = {"text": found.text, "s": f"{found.took_s:.1f}", "audio": f"{found.audio_s:.1f}"}
    text = _("It heard: “%(text)s” (%(audio)s s of sound in %(s)s s)") % told
    said = "" if sound else _("Said was: “%s”") % recogniser_trials.WORDS
    return [Finding(True, text, said)]


def _told(findings: Sequence[Finding]) -> JsonResponse:
    return JsonResponse({"findings": [asdict(one) for one in findings]})
