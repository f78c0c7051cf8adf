"""The recognisers that VOICE names, each in its wrappers."""

import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from sessions_app.engine.core.errors import RecogniserError, traced
from sessions_app.engine.core.moved_paths import current_path
from sessions_app.engine.stt.base import Recogniser, RecogniserWork
from sessions_app.runtime.settings import backend_names, load_backend

logger = logging.getLogger(__name__)

KIND = "RECOGNISERS"
RETRYING = "sessions_app.engine.stt.wrappers.retrying.Retrying"
USUAL: tuple[Mapping[str, Any], ...] = ({"BACKEND": RETRYING},)
"""The wrappers of an engine whose entry has no WRAPPERS."""


class Recognisers:
    """The recognisers of this process by name, one object for each entry; one per process."""

    def __init__(self) -> None:
        self._made: dict[str, Recogniser] = {}
        self.broken: dict[str, str] = {}
        """Entries that cannot be created, with the reason."""

    def load(self, *names: str) -> None:
        """Creates these entries, or all; those that cannot be created are `broken`."""
        known = backend_names(KIND)
        for name in (name for name in known if name in names or not names):
            try:
                self._made[name] = self._resolved(name, ())
            except ImproperlyConfigured as error:
                self.broken[name] = str(error)

    async def start(self) -> None:
        """Creates and starts all entries; one that cannot run is logged."""
        self.load()
        for name, why in self.broken.items():
            logger.error("recogniser %r cannot be used: %s", name, why)
        for recogniser, name in reversed(self._entries().items()):
            try:
                await recogniser.start()
            except RecogniserError as error:
                told, where = error.message, traced(error)  # the log leaves an error's message out
                logger.error("recogniser %r cannot run: %s %s", name, told, where)

    def get(self, name: str) -> Recogniser:
        """Returns the recogniser `name`; raises RecogniserError, with the reason, for none."""
        # what "default" is may have changed since the start: all entries are made there
        same = settings.VOICE[KIND].get(name, {}).get("SAME_AS", name)
        found = self._made.get(same)
        if found is None:
            why = self.broken.get(name) or self.broken.get(
                same, "it is not among VOICE['RECOGNISERS']"
            )
            raise RecogniserError(f"The agent's recogniser {name!r} cannot be used: {why}.")
        return found

    def fallbacks_in_use(self) -> dict[str, str]:
        """Returns the engines that are out, each with the one that writes in its place."""
        made = self._made.values()
        return {one.name: one.serving_name for one in made if one.serving_name != one.name}

    def work(self) -> dict[str, RecogniserWork]:
        """Returns what the engines have to do, as far as they measure it, each by its entry."""
        found = ((name, one.work()) for one, name in self._entries().items())
        return {name: work for name, work in found if work is not None}

    def out(self) -> dict[str, bool]:
        """Returns by entry whether its engine is out, and another one writes in its place."""
        entries = self._entries().items()
        return {name: one.serving_name != one.name for one, name in entries}

    def _entries(self) -> dict[Recogniser, str]:
        """Returns each recogniser once, with the name of its own entry: others are SAME_AS."""
        return {one: name for name, one in reversed(self._made.items())}

    @property
    def names(self) -> list[str]:
        """The entries that could be created."""
        return list(self._made)

    @property
    def default(self) -> Recogniser | None:
        """The recogniser of agents that name no other."""
        entry = settings.VOICE[KIND].get("default", {})
        return self._made.get(entry.get("SAME_AS", "default"))

    async def aclose(self) -> None:
        """Frees everything; may be called twice."""
        for recogniser in self._made.values():
            await recogniser.aclose()

    def _resolved(self, name: str, asking: tuple[str, ...]) -> Recogniser:
        """Returns the recogniser of an entry; `asking` is the chain of entries that refer to it."""
        if name in asking:
            circle = " → ".join((*asking, name))
            raise ImproperlyConfigured(f"VOICE['RECOGNISERS'] goes round in a circle: {circle}")
        if name in self._made:
            return self._made[name]
        entry = settings.VOICE[KIND].get(name, {})
        if "SAME_AS" in entry:
            return self._other(str(entry["SAME_AS"]), (*asking, name))
        made: Recogniser = load_backend(KIND, name)
        for wrapper in entry.get("WRAPPERS", USUAL):
            made = self._wrapped(made, wrapper, (*asking, name))
        return made

    def _other(self, name: str, asking: tuple[str, ...]) -> Recogniser:
        if name not in settings.VOICE[KIND]:
            where = f"VOICE['RECOGNISERS'][{asking[-1]!r}]"
            raise ImproperlyConfigured(f"{where} names {name!r}, which is no recogniser")
        self._made[name] = self._resolved(name, asking)
        return self._made[name]

    def _wrapped(
        self, inner: Recogniser, wrapper: Mapping[str, Any], asking: tuple[str, ...]
    ) -> Recogniser:
        options = dict(wrapper.get("OPTIONS", {}))
        if "to" in options:
            options["to"] = self._other(str(options["to"]), asking)
        path = str(wrapper.get("BACKEND", ""))
        try:
            made: Recogniser = import_string(current_path(path))(inner, **options)
        except Exception as error:
            where = f"VOICE['RECOGNISERS'][{asking[-1]!r}]['WRAPPERS']"
            raise ImproperlyConfigured(f"{where}, {path!r}: {error}") from error
        return made
