"""Clients connect whatever key their certificate has: RSA is what GStreamer makes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtcdtlstransport import RTCCertificate, generate_certificate
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from smallwebrtc.connection import Connection
from smallwebrtc.tracks import SpeechOut

from sessions_app.engine.core.clock import CallClock
from sessions_app.engine.rtc.aiortc_compat import negotiation
from sessions_app.engine.rtc.aiortc_compat.connectivity import offer_loopback
from sessions_app.engine.rtc.transport import WebRTCTransport

NOTHING = RTCConfiguration(iceServers=[])
LIMIT_S = 15.0
KEYS: dict[str, Callable[[], Any]] = {
    "RSA": lambda: rsa.generate_private_key(65_537, 2_048),
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
}


class Certificate(RTCCertificate):
    """A client's, which takes every suite, as browsers and GStreamer take more than aiortc."""

    def _create_ssl_context(self, srtp_profiles: Any) -> Any:
        context = super()._create_ssl_context(srtp_profiles)
        context.set_cipher_list(b"ECDHE+AESGCM:ECDHE+CHACHA20")
        return context


@asynccontextmanager
async def client_with(kind: str) -> AsyncIterator[RTCPeerConnection]:
    offer_loopback()
    pc, microphone = RTCPeerConnection(NOTHING), SpeechOut(48_000)
    key = KEYS[kind]()
    negotiation.use_certificates(pc, [Certificate(key, generate_certificate(key))])
    pc.addTrack(microphone)
    await pc.setLocalDescription(await pc.createOffer())
    try:
        yield pc
    finally:
        microphone.stop()
        await pc.close()


async def connected(pc: RTCPeerConnection, answer: str) -> None:
    await pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    async with asyncio.timeout(LIMIT_S):
        while pc.connectionState != "connected":  # noqa: ASYNC110 - what another peer does
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("setup", ["actpass", "active", "passive"])
async def test_a_call_connects(kind: str, setup: str) -> None:
    async with client_with(kind) as pc:
        transport = WebRTCTransport(NOTHING, CallClock())
        offer = pc.localDescription.sdp.replace("a=setup:actpass", f"a=setup:{setup}")
        try:
            await connected(pc, await transport.answer(offer))
        finally:
            await transport.aclose()


async def test_an_operators_own_connection_connects() -> None:
    async with client_with("RSA") as pc:
        connection = Connection()
        await connection.initialise(pc.localDescription.sdp)
        answer = connection.answer()
        assert answer is not None
        try:
            await connected(pc, answer["sdp"])
        finally:
            await connection.close()
