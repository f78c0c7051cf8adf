"""Peer connections and their media lines: what an answer needs that aiortc has no way to say."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from aiortc import RTCPeerConnection

from sessions_app.engine.rtc.aiortc_compat import guard

logger = logging.getLogger(__name__)

_CONNECT = "_RTCPeerConnection__connect"
_CERTIFICATES = "_RTCPeerConnection__certificates"

CIPHERS = b":".join((
    b"ECDHE-ECDSA-AES128-GCM-SHA256",
    b"ECDHE-RSA-AES128-GCM-SHA256",
    b"ECDHE-ECDSA-CHACHA20-POLY1305",
    b"ECDHE-RSA-CHACHA20-POLY1305",
    b"ECDHE-ECDSA-AES128-SHA",
    b"ECDHE-ECDSA-AES256-SHA",
))  # fmt: skip
"""aiortc's own suites, and those for RSA certificates."""


# -- the connection --------------------------------------------------------------------------


def log_failed_connect(pc: RTCPeerConnection) -> None:
    """Logs a connection that fails to come about in one line, instead of a traceback.

    aiortc connects in a task that it never awaits, where an odd offer raises. The call's supervisor
    notices by itself that nothing connects. Without the method the traceback stays.
    """
    if not guard.has(f"aiortc.RTCPeerConnection.{_CONNECT}"):
        return
    connect = getattr(pc, _CONNECT)

    async def connecting() -> None:
        try:
            await connect()
        except Exception as error:  # noqa: BLE001 - as above
            logger.info("a connection did not come about (%s)", type(error).__name__)

    setattr(pc, _CONNECT, connecting)


def certificates(pc: RTCPeerConnection) -> list[Any]:
    """Returns a connection's DTLS certificates; none where this version keeps them elsewhere."""
    known = guard.has(f"aiortc.RTCPeerConnection.{_CERTIFICATES}")
    return list(getattr(pc, _CERTIFICATES)) if known else []


def use_certificates(pc: RTCPeerConnection, given: list[Any]) -> None:
    """Gives a new connection certificates that its client knows; before its first description.

    aiortc makes a connection's certificate itself, and takes none. Where it cannot be set, that
    one stays.
    """
    if guard.has(f"aiortc.RTCPeerConnection.{_CERTIFICATES}"):
        setattr(pc, _CERTIFICATES, given)


def accept_rsa(pc: RTCPeerConnection) -> None:
    """Lets clients with an RSA certificate connect, as GStreamer and older browsers have.

    A DTLS server's suite must fit its certificate (RFC 8422, section 2), and aiortc, which is the
    DTLS client of most calls, offers only those of ECDSA. Without the hook those clients fail.
    """
    if guard.has("aiortc.RTCCertificate._create_ssl_context"):
        for certificate in certificates(pc):
            certificate._create_ssl_context = _with_ciphers(certificate._create_ssl_context)


def _with_ciphers(make: Callable[..., Any]) -> Callable[..., Any]:
    def made(*given: Any, **named: Any) -> Any:
        context = make(*given, **named)
        context.set_cipher_list(CIPHERS)
        return context

    return made


# -- its media lines -------------------------------------------------------------------------


def offered_direction(transceiver: Any) -> str | None:
    """Returns what the newest offer lets this side do on the line, such as `recvonly`.

    None before an offer. Without the attribute it is `sendrecv`: aiortc then narrows the answer.
    """
    known = guard.has("aiortc.RTCRtpTransceiver._offerDirection")
    direction: str | None = transceiver._offerDirection if known else "sendrecv"
    return direction


def set_line_number(transceiver: Any, number: int | None) -> None:
    """Says at which place of the offer the line is, from 0; None for one that it lacks.

    aiortc numbers lines for good; here rejected ones are taken out before it reads an offer.
    Without the method aiortc's own number stays.
    """
    if guard.has("aiortc.RTCRtpTransceiver._set_mline_index"):
        transceiver._set_mline_index(number)


def retire(transceiver: Any) -> None:
    """Ends the use of a line that the newest offer lacks, until an offer has it again."""
    transceiver.direction = "inactive"
    transceiver._offerDirection = "inactive"
    if guard.has("aiortc.RTCRtpTransceiver._setCurrentDirection"):
        transceiver._setCurrentDirection("inactive")


def codecs(transceiver: Any) -> list[Any]:
    """Returns the line's negotiated codecs, in order; none where they cannot be read."""
    known = guard.has("aiortc.RTCRtpTransceiver._codecs")
    return list(transceiver._codecs) if known else []


def set_codecs(transceiver: Any, ordered: Sequence[Any]) -> None:
    """Answers the line with these of its codecs, in this order.

    aiortc sends with the first. Its public preferences hold only for offers that come later.
    """
    if guard.has("aiortc.RTCRtpTransceiver._codecs"):
        transceiver._codecs = list(ordered)
