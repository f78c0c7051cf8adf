"""Of which session a description is, and which of its versions: its line `o=`.

RFC 8866, section 5.2, and RFC 8829, section 5.2.1: a peer connection keeps its session through all
of its offers, and each has a higher version. So a connection is known that has made new ICE
credentials: libwebrtc does where a new line takes the place of the first one, which was stopped.
Some stacks name every session anew, or all the same; those are known by their credentials alone.
"""

import hashlib
import re
from dataclasses import dataclass

_ORIGIN = re.compile(r"(?m)^o=(\S+ \S+) (\d{1,20}) (\S+ \S+ \S+)\s*$")
_FINGERPRINT = re.compile(r"(?m)^a=fingerprint:(\S+ \S+)")


@dataclass(frozen=True, slots=True)
class Origin:
    """A digest of a description's session and certificate, and its version."""

    session: str
    version: int

    def follows(self, earlier: "Origin | None") -> bool:
        """Returns whether this is a later description of the same connection."""
        return (
            earlier is not None
            and self.session == earlier.session
            and self.version > earlier.version
        )


def origin_of(sdp: str) -> Origin | None:
    """Returns whose description it is; None where it does not say, or names no certificate."""
    origin, certificate = _ORIGIN.search(sdp), _FINGERPRINT.search(sdp)
    if origin is None or certificate is None:
        return None
    user_and_id, version, address = origin.groups()
    whole = f"{certificate[1]} {user_and_id} {address}"
    return Origin(hashlib.sha256(whole.encode()).hexdigest(), int(version))
