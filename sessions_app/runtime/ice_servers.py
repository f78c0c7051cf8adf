"""The ICE servers of this installation, for both sides of a call."""

import secrets
import time
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from sessions_app.engine.rtc.turn_credentials import (
    IceServer,
    TurnServers,
    ice_server,
    mint_credentials,
)

SERVER = "voicesite"
"""The prefix of the names under which this server itself uses relays, a new one for each call."""


def plain() -> list[IceServer]:
    """Returns VOICE["ICE_SERVERS"]: addresses, or objects as W3C `RTCIceServer`.

    Raises ImproperlyConfigured for anything else.
    """
    try:
        return [ice_server(given) for given in settings.VOICE["ICE_SERVERS"]]
    except ValueError as error:
        raise ImproperlyConfigured(f"VOICE['ICE_SERVERS']: {error}") from error


def turn(voice: Mapping[str, Any] | None = None) -> TurnServers | None:
    """Returns VOICE["TURN"], or None where there is none; raises ImproperlyConfigured.

    `voice` is tried in place of the settings.
    """
    given: Mapping[str, Any] = (voice or settings.VOICE).get("TURN") or {}
    urls = tuple(given.get("URLS") or ())
    if not urls:
        return None
    if not given.get("SECRET"):
        raise ImproperlyConfigured(
            "VOICE['TURN'] has URLS and no SECRET. Set VOICE_TURN_SECRET to coturn's "
            "static-auth-secret."
        )
    return TurnServers(urls, str(given["SECRET"]), int(given.get("TTL_S", 3600)))


def all_for(name: str) -> list[IceServer]:
    """Returns all servers, with TURN credentials for `name` that are valid from now.

    A relay limits what each name may use. SERVER gets a new name each time, as all its calls
    together would soon exceed one user's limit.
    """
    relay = turn()
    if relay is None:
        return plain()
    whose = f"{SERVER}-{secrets.token_hex(6)}" if name == SERVER else name
    return [*plain(), mint_credentials(relay, whose, time.time())]


def for_client(name: str) -> list[dict[str, Any]]:
    """Returns the `iceServers` for a browser's RTCPeerConnection.

    `name`, a party's key, is what the relay applies its limits to; its operator can read it.
    """
    return [_as_json(server) for server in all_for(name)]


def _as_json(server: IceServer) -> dict[str, Any]:
    found: dict[str, Any] = {"urls": list(server.urls)}
    if server.username:
        found |= {"username": server.username, "credential": server.credential}
    return found
