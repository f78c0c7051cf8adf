"""Recognises a connection's later offers by the session id and version in their `o=` line.

A peer connection keeps its session id in all its offers, with a higher version in each (RFC 8866,
section 5.2; RFC 8829, section 5.2.1). So it is recognised even after it has changed its ICE
credentials, as libwebrtc does when a new line replaces the stopped first one. Some clients use a
new session id for each offer, or the same for all; they are recognised by their credentials only.
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
    """Returns a description's origin; None without an `o=` line or a fingerprint."""
    origin, certificate = _ORIGIN.search(sdp), _FINGERPRINT.search(sdp)
    if origin is None or certificate is None:
        return None
    user_and_id, version, address = origin.groups()
    whole = f"{certificate[1]} {user_and_id} {address}"
    return Origin(hashlib.sha256(whole.encode()).hexdigest(), int(version))
