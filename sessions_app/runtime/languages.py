"""Checks whether an agent's recogniser and voice support its language, for staff.

What is wrong is told in the reader's language.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext

from sessions_app.engine.core.errors import RecogniserError
from sessions_app.engine.stt.base import Recogniser
from sessions_app.engine.stt.engines.whisper_languages import CODES, whisper_code
from sessions_app.engine.stt.wrappers.base import Wrapper
from sessions_app.engine.text.languages import same_language
from sessions_app.engine.tts.base import Synthesiser, Voice
from sessions_app.runtime.recognisers import KIND, Recognisers

WHISPER_BASE = CODES - {"yue"}

SHOWN = 12
"""The most names that one message lists."""


@dataclass(frozen=True, slots=True)
class NotHeard:
    """Why a recogniser cannot be used for a language, with a remedy.

    `anywhere` says that another recogniser of this installation can.
    """

    why: str
    anywhere: bool


def not_heard(name: str, language: str) -> NotHeard | None:
    """Returns why the recogniser `name` cannot be used for `language`, and which can.

    None if it can, or if it cannot be created at all, which is reported elsewhere.
    """
    recognisers = Recognisers()
    recognisers.load()
    asked = _found(recognisers, name)
    if asked is None or asked.knows(language):
        return None
    made = {other: _found(recognisers, other) for other in _default_first(recognisers.names)}
    able = [other for other, one in made.items() if one is not None and one.knows(language)]
    known = _some(sorted(asked.capabilities.languages or ()))
    if able:
        why = gettext("The recogniser {name} hears {known}, not {language}. Choose {able}.")
        told = why.format(name=repr(name), known=known, language=language, able=_some(able))
        return NotHeard(told, anywhere=True)
    all_known = {tag for one in made.values() if one for tag in one.capabilities.languages or ()}
    why = gettext("No recogniser here hears {language}, only {known}. {remedy}")
    told = why.format(language=language, known=_some(sorted(all_known)), remedy=_remedy(language))
    return NotHeard(told, anywhere=False)


def not_spoken(synthesiser: Synthesiser, voice: str, language: str, known: Sequence[Voice]) -> str:
    """Returns why `voice` (empty: a default) cannot be used for `language`, and which can.

    Empty if it can, or if its language is unknown.
    """
    voice = voice or synthesiser.voice_for(language, known)
    spoken = synthesiser.language_of(voice, known)
    if not spoken or same_language(language, spoken):
        return ""
    named = gettext("The voice {voice} speaks {spoken}, not {language}.")
    usual = gettext("The synthesiser's usual voice speaks {spoken}, not {language}.")
    why = (named if voice else usual).format(voice=repr(voice), spoken=spoken, language=language)
    able = [one.name for one in known if one.language and same_language(language, one.language)]
    if able:
        remedy = gettext("Choose {able}.").format(able=_some(able))
    else:
        remedy = gettext("This synthesiser has none that does.")
    return f"{why} {remedy}"


def _remedy(language: str) -> str:
    """Returns what an administrator can do about a language that no recogniser supports."""
    if whisper_code(language, WHISPER_BASE):
        return gettext(
            "An administrator can add one: pip install faster-whisper, then manage.py fetch_model "
            "whisper-base --use, then a restart."
        )
    return gettext("docs/settings.md tells which can be added.")


def _default_first(names: Collection[str]) -> list[str]:
    """Returns the names in the order of the settings, after the one that calls have anyway."""
    there = [name for name in settings.VOICE[KIND] if name in names]
    return sorted(there, key=lambda name: name != "default")


def _found(recognisers: Recognisers, name: str) -> Recogniser | None:
    """Returns the engine of that name; None if it cannot be created.

    What stands in for it while it is out is not asked: it may hear another language, and worse.
    """
    try:
        found = recognisers.get(name)
    except RecogniserError:
        return None
    while isinstance(found, Wrapper):
        found = found.inner
    return found


def _some(names: Sequence[str]) -> str:
    more = ", …" if len(names) > SHOWN else ""
    return ", ".join(dict.fromkeys(names[:SHOWN])) + more
