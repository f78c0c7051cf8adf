"""Peer connections and their media lines: what aiortc has no API for."""

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
"""aiortc's own DTLS cipher suites, and those for RSA certificates."""


# -- the connection --------------------------------------------------------------------------


def log_failed_connect(pc: RTCPeerConnection) -> None:
    """Logs a connection that could not be established in one line, instead of a traceback.

    aiortc connects in a task that it never awaits, in which an unusual offer may raise. The call's
    supervisor notices that nothing connects. If the method is missing, the traceback stays.
    """
    if not guard.has(f"aiortc.RTCPeerConnection.{_CONNECT}"):
        return
    connect = getattr(pc, _CONNECT)

    async def connecting() -> None:
        try:
            await connect()
        except Exception as error:  # noqa: BLE001 - as above
            logger.info("a connection could not be established (%s)", type(error).__name__)

    setattr(pc, _CONNECT, connecting)


def certificates(pc: RTCPeerConnection) -> list[Any]:
    """Returns a connection's DTLS certificates; [] if this version has them elsewhere."""
    known = guard.has(f"aiortc.RTCPeerConnection.{_CERTIFICATES}")
    return list(getattr(pc, _CERTIFICATES)) if known else []


def use_certificates(pc: RTCPeerConnection, certificates: list[Any]) -> None:
    """Sets the certificates of a new connection, before its first description.

    aiortc has no parameter for them and generates its own, which stays if it cannot be replaced.
    """
    if guard.has(f"aiortc.RTCPeerConnection.{_CERTIFICATES}"):
        setattr(pc, _CERTIFICATES, certificates)


def accept_rsa(pc: RTCPeerConnection) -> None:
    """Lets clients with an RSA certificate connect, such as GStreamer and older browsers.

    A DTLS server's cipher suite must fit its certificate (RFC 8422, section 2), and aiortc, which
    is the DTLS client of most calls, offers only suites for ECDSA. If the method is missing, those
    clients cannot connect.
    """
    if guard.has("aiortc.RTCCertificate._create_ssl_context"):
        for certificate in certificates(pc):
            certificate._create_ssl_context = _with_ciphers(certificate._create_ssl_context)


def _with_ciphers(create_context: Callable[..., Any]) -> Callable[..., Any]:
    def create(*args: Any, **kwargs: Any) -> Any:
        context = create_context(*args, **kwargs)
        context.set_cipher_list(CIPHERS)
        return context

    return create


# -- its media lines -------------------------------------------------------------------------


def offered_direction(transceiver: Any) -> str | None:
    """Returns the direction that the newest offer allows this side, such as `recvonly`.

    None before an offer. If the attribute is missing, `sendrecv`: aiortc then narrows the answer.
    """
    known = guard.has("aiortc.RTCRtpTransceiver._offerDirection")
    direction: str | None = transceiver._offerDirection if known else "sendrecv"
    return direction


def set_line_number(transceiver: Any, number: int | None) -> None:
    """Sets the line's index in the offer, from 0; None for a line that the offer lacks.

    aiortc never changes an index, but rejected lines are removed before it reads an offer. If the
    method is missing, aiortc's own index stays.
    """
    if guard.has("aiortc.RTCRtpTransceiver._set_mline_index"):
        transceiver._set_mline_index(number)


def retire(transceiver: Any) -> None:
    """Makes a line inactive that the newest offer lacks, until an offer has it again."""
    transceiver.direction = "inactive"
    transceiver._offerDirection = "inactive"
    if guard.has("aiortc.RTCRtpTransceiver._setCurrentDirection"):
        transceiver._setCurrentDirection("inactive")


def codecs(transceiver: Any) -> list[Any]:
    """Returns the line's negotiated codecs, in order; [] if they cannot be read."""
    known = guard.has("aiortc.RTCRtpTransceiver._codecs")
    return list(transceiver._codecs) if known else []


def set_codecs(transceiver: Any, ordered: Sequence[Any]) -> None:
    """Sets the codecs of the line's answer, in order; aiortc sends with the first.

    aiortc's public `setCodecPreferences` applies only to offers that come later.
    """
    if guard.has("aiortc.RTCRtpTransceiver._codecs"):
        transceiver._codecs = list(ordered)
