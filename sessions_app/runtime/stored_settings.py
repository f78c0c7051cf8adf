"""Applies the settings that operators make in the admin to VOICE, in each process.

Calls read VOICE when they begin, so that a change holds for new ones. The database is asked by the
probe of the database (each second, in its thread), at the start of a process, before a background
job and after a change; never by a live call.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseFault

from sessions_app.services import installation
from sessions_app.services.setup_registry import BY_NAME, SettingKind

logger = logging.getLogger(__name__)

Place = tuple[str, str]

DEFAULT, STORED, CODE = "default", "stored", "code"
"""Who gives a value, besides what `voicesite.stored` tells; CODE is a settings module."""


@dataclass
class _Applied:
    """What this process has applied: all that is `stored`, and of that the `used` values.

    `replaced` is what stood in VOICE before.
    """

    stored: dict[str, str] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)
    replaced: dict[Place, Any] = field(default_factory=dict)
    generation: int = 0


_NOTHING = object()
_applied = _Applied()
_lock = Lock()


def refresh() -> None:
    """Applies what is stored now. A database that is away changes nothing."""
    try:
        stored = installation.values()
    except DatabaseFault:
        return
    _apply(stored)


def generation() -> int:
    """Returns a number that is another one after each change in this process."""
    return _applied.generation


def secrets() -> set[str]:
    """Returns the stored secrets that this process has read, for who must not show them."""
    stored = _applied.stored.items()
    return {value for name, value in stored if BY_NAME[name].kind is SettingKind.HIDDEN}


def sources() -> dict[str, str]:
    """Returns for each variable who gives it: "environment", "file", CODE, STORED or DEFAULT."""
    # the environment's own are no default: what differs from them was written in Python
    plain = settings.STORED_SETTINGS.remade({})
    given = settings.STORED_SETTINGS.given_by
    found = {}
    for name, entry in BY_NAME.items():
        coded = any(_before(place) != _at(plain, place) for place in entry.places)
        stored = STORED if name in _applied.used else DEFAULT
        found[name] = given(name) or (CODE if coded else stored)
    return found


def editable() -> set[str]:
    """Returns the variables that the admin may set.

    A secret of the environment is sent to nobody whom the admin names: then its receiver is the
    environment's, too.
    """
    found = sources()
    open_ones = {name for name, by in found.items() if by in (STORED, DEFAULT)}
    bound = {to for name in found.keys() - open_ones for to in BY_NAME[name].sent_to}
    return open_ones - bound


def candidate(values: Mapping[str, str]) -> dict[str, Any]:
    """Returns VOICE as it would be with `values` in place of the stored ones; applies nothing.

    An empty value is the default. Raises ImproperlyConfigured for one that does not fit.
    """
    all_of_them = {**_applied.used, **values}
    wanted = {name: value for name, value in all_of_them.items() if value}
    made = dict(settings.VOICE)
    remade = settings.STORED_SETTINGS.remade(wanted)
    for place in _places(all_of_them):
        _put(made, place, _at(remade, place))
    return made


def _apply(stored: dict[str, str]) -> None:
    with _lock:
        if stored == _applied.stored:
            return
        made, used = _remade({name: stored[name] for name in stored.keys() & editable()})
        wanted, voice = _places(used), settings.VOICE
        for place in wanted | _applied.replaced.keys():
            if place in wanted:
                _applied.replaced.setdefault(place, _at(voice, place))
                _put(voice, place, _at(made, place))
            else:
                _put(voice, place, _applied.replaced.pop(place))
        _applied.stored, _applied.used = stored, used
        _applied.generation += 1


def _remade(values: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Returns VOICE with these values, without those that do not fit, which are logged by name."""
    remade = settings.STORED_SETTINGS.remade
    try:
        return remade(values), values
    except ImproperlyConfigured:
        fitting: dict[str, str] = {}
        for name, value in values.items():
            try:
                remade({**fitting, name: value})
            except ImproperlyConfigured:
                logger.error("%s of the admin does not fit the other settings: left out", name)
            else:
                fitting[name] = value
        return remade(fitting), fitting


def _places(names: Any) -> set[Place]:
    return {place for name in names for place in BY_NAME[name].places}


def _before(place: Place) -> Any:
    """Returns what stands in VOICE where nothing stored was applied."""
    return _applied.replaced.get(place, _at(settings.VOICE, place))


def _at(voice: Mapping[str, Any], place: Place) -> Any:
    key, inner = place
    return voice[key].get(inner, _NOTHING) if inner else voice[key]


def _put(voice: dict[str, Any], place: Place, value: Any) -> None:
    """Puts a value in place; sections are replaced, never changed, as others may read them now."""
    key, inner = place
    if not inner:
        voice[key] = value
    elif value is _NOTHING:
        voice[key] = {name: entry for name, entry in voice[key].items() if name != inner}
    else:
        voice[key] = {**voice[key], inner: value}
