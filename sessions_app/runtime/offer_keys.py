"""Keys by which an offer is known again, whichever way it comes."""

import hashlib

from sessions_app.engine.rtc import ice


def offer_key(sdp: str) -> str:
    """Returns the key that identifies a repeated offer: a digest of its fingerprint and ufrag."""
    return next(iter(offer_keys(sdp)), "")


def offer_keys(sdp: str) -> list[str]:
    """Returns the keys of all of the offer's ufrags, each of which identifies its connection."""
    return [hashlib.sha256(one.encode()).hexdigest() for one in ice.identities(sdp)]
