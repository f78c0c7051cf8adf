"""The private names of aiortc and aioice that are used, and which of them are missing.

They are looked up in the classes themselves, so a version is judged by what it has and not by its
number. If one is missing, audio goes through aiortc's own tracks, and the function that needs it
falls back as its docstring says.
"""

import inspect
import logging
from collections.abc import Callable
from functools import cache
from typing import Any

import aioice.ice
from aiortc import (
    RTCCertificate,
    RTCDtlsTransport,
    RTCIceGatherer,
    RTCIceTransport,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCRtpSender,
    RTCRtpTransceiver,
)

logger = logging.getLogger(__name__)

TESTED_WITH = {"aiortc": "1.16.0", "aioice": "0.13.0", "pylibsrtp": "1.0.0"}
"""The versions that all of this package was tested with."""

_METHODS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (RTCPeerConnection, ("_RTCPeerConnection__connect",)),
    (RTCCertificate, ("_create_ssl_context",)),
    (RTCRtpReceiver, ("receive", "_handle_rtcp_packet")),
    (RTCRtpSender, ("send",)),
    (RTCRtpTransceiver, ("_set_mline_index", "_setCurrentDirection")),
    (RTCDtlsTransport, ("_handle_rtp_data", "_handle_rtcp_data")),
    (
        aioice.ice.Connection,
        ("build_request", "data_received", "get_component_candidates", "request_received"),
    ),
    (aioice.ice.StunProtocol, ("request",)),
    (aioice.ice, ("asyncio", "get_host_addresses")),
)
"""The attributes that a class or a module must have."""

_ATTRIBUTES: tuple[tuple[Callable[..., Any], tuple[str, ...]], ...] = (
    (RTCPeerConnection.__init__, ("_RTCPeerConnection__certificates",)),
    (RTCIceGatherer.__init__, ("_connection",)),
    (RTCIceTransport.__init__, ("_connection",)),
    (RTCRtpSender.__init__, ("_ssrc",)),
    (RTCRtpTransceiver.__init__, ("_codecs", "_offerDirection")),
    (RTCDtlsTransport.__init__, ("_rx_srtp", "_tx_srtp")),
    (
        aioice.ice.Connection.__init__,
        ("_local_password", "_local_username", "_nominated", "_protocols", "remote_password"),
    ),
    (aioice.ice.StunProtocol.connection_made, ("transport",)),
)
"""The attributes that an object must have once this method of it has run."""


@cache
def available() -> bool:
    """Returns whether audio can be received and sent below aiortc; logs a warning once if not."""
    names = missing()
    if names:
        logger.warning(
            "audio goes through aiortc's own tracks, at several times the cost and without "
            "repair of losses: the installed version lacks %s",
            ", ".join(names),
        )
    return not names


def has(*names: str) -> bool:
    """Returns whether the installed versions have all of these, in the form `missing` uses."""
    return _missing().isdisjoint(names)


def missing() -> list[str]:
    """Returns the names that are used and that the installed aiortc and aioice lack.

    Each has its library, class and attribute, such as `aiortc.RTCDtlsTransport._rx_srtp`.
    """
    lacking = [
        f"{_qualified(owner)}.{name}"
        for owner, names in _METHODS
        for name in names
        if not hasattr(owner, name)
    ]
    for method, names in _ATTRIBUTES:
        used = inspect.unwrap(method).__code__.co_names
        owner = _qualified(method).rpartition(".")[0]
        lacking += [f"{owner}.{name}" for name in names if name not in used]
    return lacking


@cache
def _missing() -> frozenset[str]:
    return frozenset(missing())


def _qualified(owner: Any) -> str:
    """Returns a module's name, or `library.Class` or `library.Class.method`."""
    if inspect.ismodule(owner):
        return owner.__name__
    return f"{owner.__module__.partition('.')[0]}.{owner.__qualname__}"
