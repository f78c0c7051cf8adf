#!/usr/bin/env bash
# aiortc never connects to a peer whose certificate has an RSA key.
#
# One would guess: DTLS takes what the peer brings; RSA is a key type that
#   browsers offer by RTCPeerConnection.generateCertificate().
# What happens: offer and answer are fine, ICE completes, then DTLS fails: with
#   ECDSA "connected", with RSA "failed" on both sides, and no exception.
# Why it matters for live voice: gateways, media servers and hardware with an RSA
#   certificate of their own fail after all signalling succeeded, which looks
#   like a network fault.
# Versions: aiortc 1.16.0; the peer is libwebrtc M152 (wrtc 0.1.0).
# Cause: aiortc/rtcdtlstransport.py, RTCCertificate: the cipher list holds only
#   ECDHE-ECDSA suites, so no suite fits a peer that authenticates by RSA.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'aiortc==1.16.0' 'wrtc==0.1.0'
"$dir/venv/bin/python" - <<'PY'
import asyncio
import sys
from importlib.metadata import version

import aiortc
import webrtc

print("aiortc", version("aiortc"), "wrtc", version("wrtc"))
RSA = webrtc.RsaHashedKeyGenParams(
    "RSASSA-PKCS1-v1_5", modulus_length=2048, public_exponent=bytes([1, 0, 1]), hash="SHA-256"
)
EC = webrtc.EcKeyGenParams("ECDSA", named_curve="P-256")


async def call(keys):
    certificate = await webrtc.RTCPeerConnection.generate_certificate(keys)
    peer = webrtc.RTCPeerConnection(webrtc.RTCConfiguration(certificates=[certificate]))
    ours = aiortc.RTCPeerConnection(aiortc.RTCConfiguration(iceServers=[]))
    peer.create_data_channel("words")
    await peer.set_local_description(await peer.create_offer())
    while peer.ice_gathering_state != "complete":
        await asyncio.sleep(0.05)
    await ours.setRemoteDescription(
        aiortc.RTCSessionDescription(peer.local_description.sdp, "offer")
    )
    await ours.setLocalDescription(await ours.createAnswer())
    await peer.set_remote_description(
        webrtc.RTCSessionDescriptionInit(type="answer", sdp=ours.localDescription.sdp)
    )
    for _ in range(200):
        states = str(ours.connectionState), str(peer.connection_state.value)
        if states in {("connected", "connected"), ("failed", "failed")}:
            break
        await asyncio.sleep(0.1)
    await ours.close()
    peer.close()
    return states


async def main():
    ec, rsa = await call(EC), await call(RSA)
    print("ECDSA: aiortc", ec[0], "peer", ec[1])
    print("RSA:   aiortc", rsa[0], "peer", rsa[1])
    return ec == ("connected",) * 2 and rsa == ("failed",) * 2


sys.exit(0 if asyncio.run(main()) else "the behaviour changed")
PY
