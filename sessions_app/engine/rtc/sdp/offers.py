"""Validates a client's offer and prepares it for aiortc; errors say what to offer instead."""

import re

from aiortc.sdp import MediaDescription, SessionDescription

from sessions_app.engine.core.errors import BadOfferError
from sessions_app.engine.rtc import ice
from sessions_app.engine.rtc.sdp import codecs
from sessions_app.engine.rtc.sdp.lines import END, REJECTED, sections, with_shared_attributes

MAX_SDP_CHARS = 60_000
"""Longer offers are refused. Higher lets one offer hold up the event loop while it is parsed."""

SETUP = re.compile(r"(?m)^a=setup:([^\r\n]*)")
SETUPS = ("actpass", "active", "passive")
"""The DTLS roles that can be offered: `active` is answered with `passive`, others with `active`."""

HASHES = ("sha-256", "sha-384", "sha-512")
"""The accepted hash functions of fingerprints; RFC 8122, section 5, forbids weaker ones."""


def read_offer(sdp: str, *, first: bool = True) -> str:
    """Returns the offer in a form that aiortc can read.

    A connection's `first` offer must send audio; a later one may put it on hold. Raises
    BadOfferError (not retryable), which says what is wrong.
    """
    if len(sdp) > MAX_SDP_CHARS:
        raise BadOfferError(f"The offer's SDP is over {MAX_SDP_CHARS} characters.")
    if ice.identity(sdp) is None:
        raise BadOfferError(
            "The offer's SDP holds no DTLS fingerprint or ICE user fragment. "
            "Send `sdp` as RTCPeerConnection.createOffer() gives it."
        )
    cleaned = _with_setups(codecs.with_static(with_shared_attributes(ice.clean_offer(sdp))))
    try:
        media = SessionDescription.parse(cleaned).media
    except Exception as error:
        raise BadOfferError("The offer's SDP cannot be read.") from error
    for section in media:
        _check_transport(section)
    if any(_lacks_mux(section) for section in media):
        raise BadOfferError(
            "A line of the offer lacks `a=rtcp-mux`: RTP and RTCP come over one port here. Let the "
            "client offer it: rtcpMuxPolicy `require` of a browser, `rtcp_mux` of a SIP bridge."
        )
    if first and not any(_sends_audio(section) for section in media):
        raise BadOfferError(
            "The offer holds no audio to receive: add the microphone's track before createOffer()."
        )
    return cleaned


def _with_setups(sdp: str) -> str:
    """Adds `a=setup` to lines that lack it; raises BadOfferError for an unsupported one.

    A line without it is `active` (RFC 4145, section 4).
    """
    head, *media = sections(sdp)
    used = [one for one in media if not REJECTED.match(one)]
    for role in SETUP.findall("".join([head, *used])):
        _check_setup(role)
    default = "" if SETUP.search(head) else f"a=setup:active{END}"
    return "".join([head, *(_with_setup(one, default) for one in media)])


def _with_setup(line: str, default: str) -> str:
    if REJECTED.match(line):
        return re.sub(rf"{SETUP.pattern}{END}", "", line)  # aiortc would read it nevertheless
    return line if SETUP.search(line) else line + default


def _check_setup(value: str) -> None:
    if value == "holdconn":
        raise BadOfferError(
            "The offer says `a=setup:holdconn`: to open no connection for now. A call needs its "
            "DTLS connection at once (RFC 8842). Offer `a=setup:actpass`, and hold a line by its "
            "direction."
        )
    if value not in SETUPS:
        raise BadOfferError(
            f"The offer says `a=setup:{value[:20]}`. Offer `a=setup:actpass`, as browsers do."
        )


def _check_transport(section: MediaDescription) -> None:
    """Raises BadOfferError for a line without fingerprint or ICE credentials."""
    if section.port == 0:
        return
    fingerprints = section.dtls.fingerprints if section.dtls is not None else []
    if not fingerprints:
        raise BadOfferError(
            "A line of the offer has no DTLS fingerprint: sound is taken over DTLS-SRTP alone."
        )
    if not any(one.algorithm.lower() in HASHES for one in fingerprints):
        raise BadOfferError(
            f"A line's DTLS fingerprint is of {fingerprints[0].algorithm[:20]!r}; known here are: "
            f"{', '.join(HASHES)}."
        )
    if section.ice is None or not (section.ice.usernameFragment and section.ice.password):
        raise BadOfferError(
            "A line of the offer lacks its ICE user fragment or password "
            "(`a=ice-ufrag`, `a=ice-pwd`)."
        )


def _lacks_mux(section: MediaDescription) -> bool:
    return section.port != 0 and section.kind in ("audio", "video") and not section.rtcp_mux


def _sends_audio(section: MediaDescription) -> bool:
    return (
        section.kind == "audio"
        and section.port != 0
        and section.direction in ("sendrecv", "sendonly", None)
    )
