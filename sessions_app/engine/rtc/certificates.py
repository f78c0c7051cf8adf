"""Which certificates a client may have; leans on aiortc's internals, as `rtp` does."""

from collections.abc import Callable
from typing import Any

CERTIFICATES = "_RTCPeerConnection__certificates"
CIPHERS = b":".join((
    b"ECDHE-ECDSA-AES128-GCM-SHA256",
    b"ECDHE-RSA-AES128-GCM-SHA256",
    b"ECDHE-ECDSA-CHACHA20-POLY1305",
    b"ECDHE-RSA-CHACHA20-POLY1305",
    b"ECDHE-ECDSA-AES128-SHA",
    b"ECDHE-ECDSA-AES256-SHA",
))  # fmt: skip
"""aiortc's, and those of RSA: it is the client's certificate that chooses where we connect."""


def accept_rsa(connection: Any) -> None:
    """Lets clients with an RSA certificate connect, as GStreamer's and older browsers' have.

    A DTLS server's suite must fit its certificate (RFC 8422, section 2), and aiortc, which is the
    DTLS client of most calls, offers those of ECDSA alone.
    """
    for certificate in getattr(connection, CERTIFICATES):
        certificate._create_ssl_context = _with_ciphers(certificate._create_ssl_context)


def _with_ciphers(make: Callable[..., Any]) -> Callable[..., Any]:
    def made(*given: Any, **named: Any) -> Any:
        context = make(*given, **named)
        context.set_cipher_list(CIPHERS)
        return context

    return made
