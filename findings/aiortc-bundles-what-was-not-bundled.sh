#!/usr/bin/env bash
# aiortc answers an offer without BUNDLE with a BUNDLE group of its own.
#
# One would guess: the answer repeats what the offer proposed; an offer with no
#   "a=group:BUNDLE" gets an answer with none.
# What happens: the answer has "a=group:BUNDLE 0 1", and libwebrtc refuses it:
#   "A BUNDLE group was added in the answer that did not exist in the offer."
#   It does so though aiortc gave each m-line its own port in the same answer.
# Why it matters for live voice: phone gateways and older endpoints send
#   unbundled audio. With any second m-line their call dies at the answer, by the
#   other side's decision; nothing on aiortc's side shows an error.
# Versions: aiortc 1.16.0 against libwebrtc M152 (wrtc 0.1.0).
# Cause: aiortc/rtcpeerconnection.py, createAnswer(): it always appends a BUNDLE
#   group of all m-lines. RFC 9143, section 7.3, lets an answerer keep only
#   m-lines of a group that the offer had.
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


def lines(sdp):
    return [line for line in sdp.splitlines() if line.startswith(("a=group", "m="))]


async def main():
    peer = webrtc.RTCPeerConnection()
    ours = aiortc.RTCPeerConnection(aiortc.RTCConfiguration(iceServers=[]))
    peer.add_transceiver("audio")
    peer.create_data_channel("words")
    offer = await peer.create_offer()
    unbundled = "".join(
        line for line in offer.sdp.splitlines(True) if not line.startswith("a=group")
    )
    await peer.set_local_description(
        webrtc.RTCSessionDescriptionInit(type="offer", sdp=unbundled)
    )
    while peer.ice_gathering_state != "complete":
        await asyncio.sleep(0.05)
    await ours.setRemoteDescription(
        aiortc.RTCSessionDescription(peer.local_description.sdp, "offer")
    )
    await ours.setLocalDescription(await ours.createAnswer())
    print("offer ", lines(peer.local_description.sdp))
    print("answer", lines(ours.localDescription.sdp))
    try:
        await peer.set_remote_description(
            webrtc.RTCSessionDescriptionInit(type="answer", sdp=ours.localDescription.sdp)
        )
        refusal = ""
    except Exception as error:
        refusal = str(error)
    print("libwebrtc says:", refusal or "accepted")
    await ours.close()
    peer.close()
    return "a=group:BUNDLE 0 1" in ours.localDescription.sdp and "BUNDLE group was added" in refusal


sys.exit(0 if asyncio.run(main()) else "the behaviour changed")
PY
