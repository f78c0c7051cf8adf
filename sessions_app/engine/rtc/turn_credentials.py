"""Time-limited TURN credentials (draft-uberti-behave-turn-rest-00), as coturn checks them."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class IceServer:
    """One STUN or TURN server, like W3C `RTCIceServer`; TURN needs user name and credential."""

    urls: tuple[str, ...]
    username: str = ""
    credential: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class TurnServers:
    """The operator's TURN servers, the secret shared with them, and how long credentials last."""

    urls: tuple[str, ...]
    secret: str = field(repr=False)
    ttl_s: int = 3600


def mint_credentials(turn: TurnServers, name: str, now_s: float) -> IceServer:
    """Returns credentials for `name` that are valid from `now_s` (Unix time) for `turn.ttl_s`.

    They may last up to twice as long, as they end at a multiple of `ttl_s`: so a name has the same
    user name at the relay however often it asks, and relays can limit each user. With a `ttl_s` of
    0 or less they have already expired.
    """
    username = f"{_end(turn.ttl_s, now_s)}:{name}"
    digest = hmac.new(turn.secret.encode(), username.encode(), hashlib.sha1).digest()
    return IceServer(turn.urls, username, base64.b64encode(digest).decode())


def _end(ttl_s: int, now_s: float) -> int:
    if ttl_s <= 0:
        return int(now_s) + ttl_s
    return (int(now_s // ttl_s) + 2) * ttl_s


def ice_server(value: Any) -> IceServer:
    """Returns a server from a URL or an object like W3C `RTCIceServer`.

    Raises ValueError for anything else, with a message that says what is expected.
    """
    if isinstance(value, IceServer):
        return value
    if isinstance(value, str):
        return IceServer((value,))
    if isinstance(value, Mapping) and value.get("urls"):
        urls = value["urls"]
        listed = (urls,) if isinstance(urls, str) else tuple(urls)
        return IceServer(listed, str(value.get("username", "")), str(value.get("credential", "")))
    raise ValueError(
        f"{value!r} is no ICE server: give an address such as 'stun:stun.example.com:3478', "
        "or {'urls': …, 'username': …, 'credential': …}."
    )
