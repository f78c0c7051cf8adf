"""GStreamer's webrtcbin, as Debian ships it, by Debian's own Python. Obeys as `driver.mjs` does."""

import asyncio
import base64
import itertools
import json
import sys
import threading
import time
from array import array
from pathlib import Path
from typing import Any

import gi
from obeying import obey  # type: ignore[import-not-found]  # it runs in this folder

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import Gst, GstSdp, GstWebRTC  # noqa: E402 - the versions come first

RATE, PIECE, LIMIT_S = 48_000, 960, 15.0
PIPELINE = (
    "webrtcbin name=rtc bundle-policy=max-bundle "
    "appsrc name=mic format=time is-live=true "
    f"caps=audio/x-raw,format=S16LE,rate={RATE},channels=1,layout=interleaved "
    "! opusenc ! rtpopuspay pt=97 "
    "! application/x-rtp,media=audio,encoding-name=OPUS,payload=97 ! rtc."
)


class Caller:
    """One call; the methods are what the test may ask."""

    def __init__(self, given: Path) -> None:
        Gst.init(None)
        self._speech = array("h", base64.b64decode(json.loads(given.read_text())["pcm"]))
        self._pipeline = Gst.parse_launch(PIPELINE)
        self._rtc = self._pipeline.get_by_name("rtc")
        self._mic = self._pipeline.get_by_name("mic")
        self._rtc.connect("pad-added", self._pad_added)
        self._kept: list[Any] = []
        self._heard = 0
        self._muted = False
        self._waiting = array("h")
        self._pipeline.set_state(Gst.State.PLAYING)
        self._pipeline.get_state(5 * Gst.SECOND)
        self._channel = self._rtc.emit("create-data-channel", "control", None)
        threading.Thread(target=self._talk, daemon=True).start()

    def _talk(self) -> None:
        began = time.monotonic()
        # the line's own time, or every late wake-up would be a gap
        at = self._pipeline.get_clock().get_time() - self._pipeline.get_base_time()
        for count in itertools.count(1):
            piece, self._waiting = self._waiting[:PIECE], self._waiting[PIECE:]
            piece.extend([0] * (PIECE - len(piece)))
            if not self._muted:
                buffer = Gst.Buffer.new_wrapped(piece.tobytes())
                buffer.pts = at + count * PIECE * Gst.SECOND // RATE
                buffer.duration = PIECE * Gst.SECOND // RATE
                self._mic.emit("push-buffer", buffer)
            time.sleep(max(0.0, began + count * PIECE / RATE - time.monotonic()))

    def _pad_added(self, _element: Any, pad: Any) -> None:
        if pad.get_direction() is not Gst.PadDirection.SRC:
            return
        sink = Gst.ElementFactory.make("fakesink")
        sink.set_property("signal-handoffs", True)
        sink.set_property("sync", False)
        sink.connect("handoff", self._handed)
        self._pipeline.add(sink)
        sink.sync_state_with_parent()
        pad.link(sink.get_static_pad("sink"))

    def _handed(self, *_given: Any) -> None:
        self._heard += 1

    def _asked(self, what: str, *given: Any, gives: str = "") -> Any:
        promise = Gst.Promise.new()
        self._rtc.emit(what, *given, promise)
        promise.wait()
        reply = promise.get_reply()
        self._kept.append((promise, reply))  # what a reply gives goes with it
        return reply.get_value(gives) if gives else None

    def _until(self, name: str, wanted: Any) -> None:
        deadline = time.monotonic() + LIMIT_S
        while self._rtc.get_property(name) != wanted:
            assert time.monotonic() < deadline, f"{name} is {self._rtc.get_property(name)}"
            time.sleep(0.02)

    def offer(self, direction: str) -> dict[str, Any]:
        line = self._rtc.emit("get-transceiver", 0)
        ways = GstWebRTC.WebRTCRTPTransceiverDirection
        line.set_property("direction", getattr(ways, direction.upper()))
        made = self._asked("create-offer", None, gives="offer")
        self._asked("set-local-description", made)
        self._until("ice-gathering-state", GstWebRTC.WebRTCICEGatheringState.COMPLETE)
        return {"sdp": self._rtc.get_property("local-description").sdp.as_text()}

    def answer(self, sdp: str) -> dict[str, Any]:
        _, message = GstSdp.SDPMessage.new_from_text(sdp)
        kind = GstWebRTC.WebRTCSDPType.ANSWER
        given = GstWebRTC.WebRTCSessionDescription.new(kind, message)
        self._asked("set-remote-description", given)
        self._until("connection-state", GstWebRTC.WebRTCPeerConnectionState.CONNECTED)
        return {"connected": True}

    def speak(self) -> dict[str, Any]:
        self._waiting = self._speech[:]
        while self._waiting:
            time.sleep(0.02)
        return {"spoken": True}

    def heard(self) -> dict[str, Any]:
        return {"heard": self._heard}

    def mute(self, on: bool) -> dict[str, Any]:
        self._muted = on
        return {"muted": on}

    def close(self) -> dict[str, Any]:
        self._pipeline.set_state(Gst.State.NULL)
        return {"closed": True}


if __name__ == "__main__":
    asyncio.run(obey(Caller(Path(sys.argv[1]))))
