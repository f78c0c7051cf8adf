"""Time-limited TURN credentials (draft-uberti-behave-turn-rest-00), as coturn checks them."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class IceServer:
    """One STUN or TURN server, as W3C `RTCIceServer`; TURN has a name and a credential."""

    urls: tuple[str, ...]
    username: str = ""
    credential: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class TurnServers:
    """The operator's TURN servers and the secret that they share with us."""

    urls: tuple[str, ...]
    secret: str = field(repr=False)
    ttl_s: int = 3600


def minted(turn: TurnServers, name: str, now_s: float) -> IceServer:
    """Returns credentials for `name` that hold for `turn.ttl_s` from `now_s` (Unix time).

    At most twice as long: they end at a multiple of it, so that one name has one user name at the
    relay for so long, however often it asks. Relays count what a user takes by that. Whose
    `ttl_s` is 0 or less has expired.
    """
    username = f"{_end(turn.ttl_s, now_s)}:{name}"
    digest = hmac.new(turn.secret.encode(), username.encode(), hashlib.sha1).digest()
    return IceServer(turn.urls, username, base64.b64encode(digest).decode())


def _end(ttl_s: int, now_s: float) -> int:
    if ttl_s <= 0:
        return int(now_s) + ttl_s
    return (int(now_s // ttl_s) + 2) * ttl_s


def ice_server(given: Any) -> IceServer:
    """Returns a server from an address or an object as W3C `RTCIceServer`.

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
