"""Display texts for states, end reasons, lengths, languages and recognisers."""

from dataclasses import dataclass, replace

from django.utils.translation import get_language_info

from sessions_app.engine.core.clock_times import short_time, spoken_length
from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.i18n import gettext_lazy
from sessions_app.runtime import recogniser_use

NOTICE = "2026-11-30"
"""Version of the consent dialog's text (templates/parts/consent.html): change both together."""

STATES = {
    CallState.CREATED: gettext_lazy("Starting"),
    CallState.CONNECTING: gettext_lazy("Connecting"),
    CallState.ACTIVE: gettext_lazy("Live"),
    CallState.RECONNECTING: gettext_lazy("Reconnecting"),
    CallState.ENDING: gettext_lazy("Ending"),
    CallState.ENDED: gettext_lazy("Ended"),
    CallState.FAILED: gettext_lazy("Failed"),
}

END_REASONS = {
    EndReason.CALLER_HUNG_UP: gettext_lazy("The caller hung up"),
    EndReason.CALLER_LEFT: gettext_lazy("The caller closed the page"),
    EndReason.AGENT_HUNG_UP: gettext_lazy("The agent hung up"),
    EndReason.STAFF_ENDED: gettext_lazy("Staff ended the call"),
    EndReason.CONNECTION_LOST: gettext_lazy("The connection was lost"),
    EndReason.NEVER_CONNECTED: gettext_lazy("Could not connect"),
    EndReason.MAX_LENGTH: gettext_lazy("The call reached its maximum length"),
    EndReason.IDLE: gettext_lazy("Nothing was heard for too long"),
    EndReason.SIGNED_OUT: gettext_lazy("The caller signed out"),
    EndReason.SERVER_STOPPED: gettext_lazy("The server was stopped"),
    EndReason.SERVER_DIED: gettext_lazy("The server failed during the call"),
    EndReason.INTERNAL_ERROR: gettext_lazy("Something went wrong on the server"),
}


@dataclass(frozen=True, slots=True)
class RecogniserNote:
    """A recogniser's name; `is_trial` if it is only good for trying out.

    `instead_of` names the one that it stands in for, which cannot run at the moment.
    """

    name: str
    is_trial: bool
    instead_of: str = ""


_FOR_TRIALS = frozenset({"pocketsphinx", "scripted"})


def recogniser_note(key: str) -> RecogniserNote:
    """Returns the display name of the recogniser that VOICE['RECOGNISERS'][key] names."""
    return _note(recogniser_use.chosen(key))


def recogniser_in_use(key: str) -> RecogniserNote:
    """Returns the display name of what writes for that recogniser now, be it a stand-in."""
    found = recogniser_use.in_use(key)
    instead_of = _note(found.instead_of).name if found.instead_of else ""
    return replace(_note(found.name), instead_of=instead_of)


def _note(engine: str) -> RecogniserNote:
    return RecogniserNote(recogniser_use.NAMES.get(engine, engine), engine in _FOR_TRIALS)


def language(tag: str) -> str:
    """Returns the display name of a BCP 47 tag: 'English (US)' for en-US."""
    try:
        info = get_language_info(tag.lower())
    except KeyError:
        return tag
    region = tag.partition("-")[2]
    name = str(info["name_translated"])
    return f"{name} ({region})" if region and "-" not in info["code"] else name


def clock(milliseconds: float | None) -> str:
    """Returns a length or a place on the call clock as 0:07, 12:40 or 1:02:03."""
    return short_time(milliseconds or 0)


def length(milliseconds: float | None) -> str:
    """Returns a length as people say it; see `clock_times.spoken_length`."""
    return spoken_length(milliseconds)


def percent(part: float, whole: float) -> int:
    """Returns `part` of `whole` in whole percent; 0 if `whole` is 0."""
    return round(100 * part / whole) if whole else 0
