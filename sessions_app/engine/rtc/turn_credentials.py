"""Time-limited TURN credentials (draft-uberti-behave-turn-rest-00), as coturn checks them."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class IceServer:
    """One STUN or TURN server, as W3C `RTCIceServer`; TURN needs user name and credential."""

    urls: tuple[str, ...]
    username: str = ""
    credential: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class TurnServers:
    """The operator's TURN servers, and the secret that voicesite shares with them."""

    urls: tuple[str, ...]
    secret: str = field(repr=False)
    ttl_s: int = 3600


def minted(turn: TurnServers, name: str, now_s: float) -> IceServer:
    """Returns credentials for `name`, valid for `turn.ttl_s` from `now_s` (Unix time) or longer.

    At most twice as long: they end at a multiple of `ttl_s`, so that a name has one user name at
    the relay for that time, however often it asks, as relays limit users by that. With a `ttl_s` of
    0 or less they have expired.
    """
    username = f"{_end(turn.ttl_s, now_s)}:{name}"
    digest = hmac.new(turn.secret.encode(), username.encode(), hashlib.sha1).digest()
    return IceServer(turn.urls, username, base64.b64encode(digest).decode())


def _end(ttl_s: int, now_s: float) -> int:
    if ttl_s <= 0:
        return int(now_s) + ttl_s
    return (int(now_s // ttl_s) + 2) * ttl_s


def ice_server(given: Any) -> IceServer:
    """Returns a server from a URL or an object like W3C `RTCIceServer`.

    Raises ValueError, which says what to give, for anything else.
    """
    if isinstance(given, IceServer):
        return given
    if isinstance(given, str):
        return IceServer((given,))
    if isinstance(given, Mapping) and given.get("urls"):
        urls = given["urls"]
        listed = (urls,) if isinstance(urls, str) else tuple(urls)
        return IceServer(listed, str(given.get("username", "")), str(given.get("credential", "")))
    raise ValueError(
        f"{given!r} is no ICE server: give an address such as 'stun:stun.example.com:3478', "
        "or {'urls': …, 'username': …, 'credential': …}."
    )
