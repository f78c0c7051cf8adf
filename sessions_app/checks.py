"""System checks: what is wrong with the settings, before a caller finds out."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

from sessions_app.engine.audio.opus import libopus_path
from sessions_app.engine.core.errors import MediaError
from sessions_app.runtime.recognisers import Recognisers
from sessions_app.runtime.settings import backend_names, load_backend
from sessions_app.server.descriptors import Descriptors, most_allowed
from sessions_app.services import mail
from sessions_app.services.backups import work_folder
from sessions_app.services.review_rights import PARTS
from voicesite.private import open_below

NEED_DEFAULT = ("RECOGNISERS", "VADS", "SYNTHESISERS", "ENDPOINTERS", "BARGE_INS", "SUMMARISERS")
PRELOAD_S = 31_536_000
"""What browsers' lists ask for at least (hstspreload.org)."""

KINDS = (*NEED_DEFAULT, "RESPONDERS")


@register(Tags.compatibility)
def backends(**_: Any) -> Sequence[CheckMessage]:
    """Names each backend of VOICE that cannot be loaded: key, path and cause."""
    found: list[CheckMessage] = []
    for kind in KINDS:
        names = backend_names(kind)
        if kind in NEED_DEFAULT and "default" not in names:
            hint = "Add an entry 'default'; it is used where nothing else is named."
            found.append(Error(f"VOICE[{kind!r}] has no 'default'.", hint=hint, id="voice.E001"))
        hint = "docs/settings.md lists what ships with voicesite."
        found += [Error(why, hint=hint, id="voice.E002") for why in _broken(kind, names)]
    return found


def _broken(kind: str, names: Sequence[str]) -> list[str]:
    """Returns why entries of a kind cannot be made."""
    if kind == "RECOGNISERS":
        recognisers = Recognisers()
        recognisers.load()
        return list(recognisers.broken.values())
    why = []
    for name in names:
        try:
            load_backend(kind, name)
        except ImproperlyConfigured as error:
            why.append(str(error))
    return why


@register(Tags.compatibility)
def second_pass(**_: Any) -> Sequence[CheckMessage]:
    """Words that a crash loses are found by entries that must be there."""
    known = backend_names("RECOGNISERS")
    hint = f"Set VOICE_SECOND_PASS to some of: {', '.join(known)}; or to nothing."
    return [
        Error(
            f"VOICE['SECOND_PASS'] has {name!r}, which is no recogniser.",
            hint=hint,
            id="voice.E005",
        )
        for name in settings.VOICE["SECOND_PASS"]
        if name not in known
    ]


@register(Tags.files)
def unfinished_restore(**_: Any) -> Sequence[CheckMessage]:
    """An installation that is half a backup must not take calls."""
    if not work_folder.restoring():
        return []
    return [Error("A restore is not finished.", hint=work_folder.UNFINISHED, id="voice.E008")]


@register(Tags.files)
def lanes_folder(**_: Any) -> Sequence[CheckMessage]:
    """Live audio needs a folder that can be written."""
    folder = Path(settings.VOICE["LANES_DIR"])
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if existing.is_dir() and os.access(existing, os.W_OK):
        return []
    hint = "Set VOICE_LANES_DIR to a folder that this user may write."
    return [Error(f"{folder} cannot be written.", hint=hint, id="voice.E003")]


@register(Tags.compatibility)
def libopus(**_: Any) -> Sequence[CheckMessage]:
    """Without libopus nothing is recorded."""
    try:
        libopus_path()
    except MediaError as error:
        return [Error(error.message, id="voice.E004")]
    return []


@register(Tags.compatibility)
def open_files(**_: Any) -> Sequence[CheckMessage]:
    """Each call needs several open files; where there are too few, calls would fail at random."""
    wanted = settings.VOICE["MAX_CALLS"]
    found = Descriptors(most_allowed(), settings.VOICE["ROLE"], wanted)
    if found.role == "web" or found.calls >= wanted:
        return []
    hint = f"Raise it (ulimit -Hn; systemd: LimitNOFILE=), or set VOICE_MAX_CALLS={found.calls}."
    told = f"{found.limit} open files are enough for {found.calls} calls, not for {wanted}."
    return [checks.Warning(told, hint=hint, id="voice.W004")]


@register(Tags.security, deploy=True)
def proxies(**_: Any) -> Sequence[CheckMessage]:
    """Behind a proxy that is not counted every client has the proxy's address.

    Limits by address then hold for all clients together. Endpoints open to local clients refuse
    proxied requests, so clients behind that proxy cannot use them.
    """
    if not settings.PUBLIC_URL or settings.VOICE["TRUSTED_PROXIES"]:
        return []
    hint = (
        "Set VOICE_TRUSTED_PROXIES to the number of reverse proxies in front of this server, "
        "1 for nginx alone. docs/networks.md has an example."
    )
    why = "VOICE_TRUSTED_PROXIES is 0 on a public server: clients cannot be told apart."
    return [checks.Warning(why, hint=hint, id="voice.W003")]


@register(Tags.security, deploy=True)
def strict_transport(**_: Any) -> Sequence[CheckMessage]:
    """Browsers come by HTTPS alone where they were told to (HSTS, RFC 6797), for as long."""
    seconds: int = settings.SECURE_HSTS_SECONDS
    if seconds < 0:
        hint = "Give the seconds for which browsers are to remember it; 0 for off."
        return [Error(f"HSTS_SECONDS={seconds} is less than 0.", hint=hint, id="voice.E006")]
    preload, subdomains = settings.SECURE_HSTS_PRELOAD, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS
    if preload and (seconds < PRELOAD_S or not subdomains):
        hint = f"Set HSTS_SECONDS={PRELOAD_S} and HSTS_INCLUDE_SUBDOMAINS=1, or leave it out."
        why = "HSTS_PRELOAD is set, but browsers' lists would not take this server."
        return [checks.Warning(why, hint=hint, id="voice.W006")]
    if seconds or not settings.PUBLIC_URL.startswith("https:"):
        return []
    hint = "Set HSTS_SECONDS, to an hour at first. docs/settings.md says what it means."
    why = "HSTS is off: a browser that was here before may still be led to plain HTTP."
    return [checks.Warning(why, hint=hint, id="voice.W005")]


@register(Tags.security, deploy=True)
def links_in_mail(**_: Any) -> Sequence[CheckMessage]:
    """Who gets a link by mail must be able to open it."""
    if not mail.is_set() or settings.PUBLIC_URL:
        return []
    hint = "Set PUBLIC_URL to the address that users open (docs/accounts.md)."
    why = f"Mail is set up without PUBLIC_URL: {mail.LOCAL_LINKS}"
    return [checks.Warning(why, hint=hint, id="voice.W007")]


@register(Tags.security, deploy=True)
def private_files(**_: Any) -> Sequence[CheckMessage]:
    """Who can sign in on this machine must not read transcripts, recordings and keys."""
    hint = "As its owner: chmod -R go= it; or give voicesite a folder of its own by VAR_DIR."
    return [
        checks.Warning(f"Other users may look into {path}.", hint=hint, id="voice.W002")
        for path in open_below(settings.VAR_DIR)
    ]


@register(Tags.security, deploy=True)
def shared_channel_layer(**_: Any) -> Sequence[CheckMessage]:
    """On a public server more than one process is likely, and they must hear each other."""
    backend = settings.CHANNEL_LAYERS["default"]["BACKEND"]
    if settings.PUBLIC_URL and backend.endswith("InMemoryChannelLayer"):
        hint = "Set REDIS_URL; a second process hears nothing of the first one's calls."
        return [checks.Warning("The channel layer is in memory.", hint=hint, id="voice.W001")]
    return []


@register(Tags.compatibility)
def review_for_owner(**_: Any) -> Sequence[CheckMessage]:
    """What owners are shown of reviews has names."""
    hint = f"REVIEW_FOR_OWNER may name: {', '.join(PARTS)}."
    return [
        Error(f"REVIEW_FOR_OWNER has {name!r}, which is nothing.", hint=hint, id="voice.E007")
        for name in settings.VOICE["REVIEW_FOR_OWNER"]
        if name not in PARTS
    ]
