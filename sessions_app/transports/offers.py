"""Reads what a client offers, and says what is wrong with it in its client's words."""

from aiortc.sdp import MediaDescription, SessionDescription

from sessions_app.core.errors import BadOfferError
from sessions_app.transports import codecs, ice
from sessions_app.transports.lines import spread

MAX_SDP_CHARS = 60_000


def read_offer(sdp: str, *, first: bool = True) -> str:
    """Returns an offer fit for aiortc; raises BadOfferError, naming what is wrong.

    A connection's `first` must have the caller's audio; a later one may hold the line.
    """
    if len(sdp) > MAX_SDP_CHARS:
        raise BadOfferError(f"The offer's SDP is over {MAX_SDP_CHARS} characters.")
    if ice.identity(sdp) is None:
        raise BadOfferError(
            "The offer's SDP holds no DTLS fingerprint or ICE user fragment. "
            "Send `sdp` as RTCPeerConnection.createOffer() gives it."
        )
    cleaned = codecs.with_static(spread(ice.clean_offer(sdp)))
    try:
        media = SessionDescription.parse(cleaned).media
    except Exception as error:
        raise BadOfferError("The offer's SDP cannot be read.") from error
    if not all(_is_secured(section) for section in media):
        raise BadOfferError(
            "A line of the offer has no DTLS fingerprint, or no ICE user fragment and password."
        )
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


def _is_secured(section: MediaDescription) -> bool:
    if section.port == 0:
        return True
    keyed = section.dtls is not None and bool(section.dtls.fingerprints)
    known = section.ice is not None and section.ice.usernameFragment and section.ice.password
    return keyed and bool(known)


def _lacks_mux(section: MediaDescription) -> bool:
    return section.port != 0 and section.kind in ("audio", "video") and not section.rtcp_mux


def _sends_audio(section: MediaDescription) -> bool:
    return (
        section.kind == "audio"
        and section.port != 0
        and section.direction in ("sendrecv", "sendonly", None)
    )
