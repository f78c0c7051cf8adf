"""The processes of this machine that serve, with what each says of itself."""

from collections import Counter
from dataclasses import dataclass

from django.conf import settings

from sessions_app.runtime import engine, media_processes
from sessions_app.runtime.monitoring.gathering import Gathering
from sessions_app.runtime.monitoring.names import MEDIA, WEB, process_name

ERRORS = "voicesite_errors_total"


@dataclass(frozen=True, slots=True)
class ServingProcess:
    """One process; what it says of calls is None where it carries none, or does not answer."""

    name: str
    role: str
    answers: bool = True
    calls: int | None = None
    room: int | None = None
    faults: tuple[str, ...] = ()


async def listed() -> list[ServingProcess]:
    """Returns this process, and those for media; takes 2 s at most where one does not answer."""
    role = settings.VOICE["ROLE"]
    name = process_name(role)
    if role != WEB:
        load = engine.current().load()
        faults = tuple(load["faults"])
        return [ServingProcess(name, role, True, load["calls"], load["room"], faults)]
    found = [ServingProcess(name, role)]
    for other, said in await media_processes.current().listed():
        if said is None:
            found.append(ServingProcess(other, MEDIA, answers=False))
        else:
            found.append(
                ServingProcess(other, MEDIA, True, said.calls, said.room, tuple(said.faults))
            )
    return found


async def errors() -> Counter[str] | None:
    """Returns how often each error was told since the processes started, by its code.

    None where media processes count them and cannot be asked, as METRICS_TOKEN is not set.
    """
    if settings.VOICE["ROLE"] != WEB:
        return +engine.current().figures.errors
    if not settings.METRICS_TOKEN:
        return None
    found: Counter[str] = Counter()
    for families in await Gathering().of_media(f"Bearer {settings.METRICS_TOKEN}"):
        for sample in (one for family in families for one in family.samples):
            if sample.name == ERRORS and sample.value:
                found[sample.labels.get("code", "")] += int(sample.value)
    return found
