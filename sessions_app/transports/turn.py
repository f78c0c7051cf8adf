"""Time-limited TURN credentials (draft-uberti-behave-turn-rest-00), as coturn checks them."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class IceServer:
    """One STUN or TURN server, as W3C `RTCIceServer`; TURN has a name and a credential."""

    urls: tuple[str, ...]
    username: str = ""
    credential: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Turn:
    """The operator's TURN servers and the secret that they share with us."""

    urls: tuple[str, ...]
    secret: str = field(repr=False)
    ttl_s: int = 3600


def minted(turn: Turn, name: str, now_s: float) -> IceServer:
    """Returns credentials for `name` that hold for `turn.ttl_s` from `now_s` (Unix time)."""
    username = f"{round(now_s + turn.ttl_s)}:{name}"
    digest = hmac.new(turn.secret.encode(), username.encode(), hashlib.sha1).digest()
    return IceServer(turn.urls, username, base64.b64encode(digest).decode())


def asks_for_turn(servers: Sequence[IceServer]) -> bool:
    """Returns whether a relay is among `servers`."""
    return any(url.startswith(("turn:", "turns:")) for server in servers for url in server.urls)
