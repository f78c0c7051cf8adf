"""The typed WebSocket's wire: `WS /ws/voice`. docs/protocol.md states every message."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from sessions_app.engine.core.commands import (
    AudioEnded,
    AudioIn,
    AudioOut,
    Command,
    HangUp,
    StartStream,
)
from sessions_app.engine.core.events import (
    AppMessageSent,
    CallEvent,
    FloorChanged,
    InterimChanged,
    MediaGap,
    NotesChanged,
    SegmentFinal,
    Speaker,
    StateChanged,
    TokenMade,
    TurnEnded,
)
from sessions_app.engine.core.frames import VoiceChunk
from sessions_app.engine.core.states import TERMINAL
from sessions_app.engine.protocols import control, reading
from sessions_app.engine.protocols.reading import Message, ProtocolError

DOOR = "stream"
MAX_AUDIO_BYTES = 256 * 1024
AGENT, STATUS = control.AGENT, control.STATUS
ACKS, MEDIA = "acks", "media"
MOST_HELD_MS = 60_000
"""So much sound of before a client may send; the grace of a lost call is half a minute."""

OF_MEDIA = ("session_ended", "turn_end")
"""All that a client with the feature MEDIA is told: it has another socket for the words."""

ACK_EVERY = 5
"""A client that asked for ACKS is told after so many messages of audio how many came."""

CODECS = {
    "pcm16": "pcm16", "pcm": "pcm16", "pcm_s16le": "pcm16", "linear16": "pcm16",
    "audio/pcm": "pcm16", "audio/l16": "pcm16", "audio/raw": "pcm16",
    "opus": "opus", "audio/opus": "opus",
    "webm": "webm", "audio/webm": "webm", "video/webm": "webm",
    "mp4": "mp4", "audio/mp4": "mp4", "aac": "mp4", "audio/aac": "mp4", "m4a": "mp4",
    "ogg": "ogg", "audio/ogg": "ogg", "application/ogg": "ogg",
}  # fmt: skip
"""What clients call their audio, and what it is. Parameters such as `;codecs=opus` are ignored."""

_RATE = re.compile(r"\brate\s*=\s*(\d+)")

# -- from the client -------------------------------------------------------------------


def parse(text: str) -> Command | None:
    """Returns the command in a text frame; None for one that asks nothing.

    Raises ProtocolError with the code of docs/protocol.md and a sentence that helps.
    """
    return reading.parse(text, _READERS)


def _start(message: Message) -> StartStream:
    records, notice = reading.consent(message)
    auth = reading.optional(message, "auth", dict, {})
    return StartStream(
        audio=_audio(reading.optional(message, "audio", dict, {})),
        output=_output(message),
        agent=reading.optional(message, "agentId", str, ""),
        features=reading.features(message),
        records=records,
        notice=notice,
        call_id=reading.optional(message, "callId", str, ""),
        language=reading.optional(message, "locale", str, ""),
        voice=reading.optional(message, "voice", str, ""),
        token=reading.optional(auth, "token", str, ""),
        last_seq=reading.whole(message, "lastSeq", 0),
        continues=message.get("continues") is True,
        held_ms=min(reading.whole(message, "heldMs", 0), MOST_HELD_MS),
    )


def _audio(given: Mapping[str, Any]) -> AudioIn:
    name = reading.optional(given, "codec", str, "pcm16")
    plain = name.partition(";")[0].strip().lower()
    codec = CODECS.get(plain)
    if codec is None:
        known = ", ".join(sorted({*CODECS.values()}))
        raise ProtocolError(
            f"There is no codec {name[:40]!r} here; there are: {known}.", code="unknown_codec"
        )
    told = _RATE.search(name)
    rate = reading.whole(given, "sampleRate", int(told[1]) if told else 16_000)
    rate = reading.whole(given, "sample_rate", rate)
    return AudioIn(codec, rate, reading.whole(given, "channels", 1))


def _output(message: Message) -> AudioOut | None:
    if "output" in message and message["output"] is None:
        return None
    given = reading.optional(message, "output", dict, {})
    name = reading.optional(given, "codec", str, "pcm16").partition(";")[0].strip().lower()
    rate = reading.whole(given, "sampleRate", reading.whole(given, "sample_rate", 24_000))
    return None if name == "none" else AudioOut(CODECS.get(name, name), rate)


def _chunk(_message: Message) -> None:
    """Metadata of the binary message that follows: nothing of it is needed."""


_READERS: dict[str, Callable[[Message], Command | None]] = {
    "session_start": _start,
    "audio_chunk": _chunk,
    "audio_end": lambda _: AudioEnded(),
    **reading.asked_of_a_call(),
    "session_end": lambda _: HangUp(),
}

# -- to the client ---------------------------------------------------------------------


def started(call_id: str, *, resumed: bool, received: int, backlog_ms: float = 0.0) -> Message:
    """Returns the `session_started` message.

    `received` messages of audio came so far; `backlog_ms` of what the client kept are to come.
    """
    message: Message = {"type": "session_started", "callId": call_id, "resumed": resumed}
    return message | {"received": received, "backlogMs": round(backlog_ms)}


def ended(call_id: str, event: StateChanged) -> Message:
    """Returns the `session_ended` message, the last of a call."""
    return control.bye(call_id, event.reason, event.length_ms) | {"type": "session_ended"}


def transcript(event: InterimChanged | SegmentFinal) -> Message:
    """Returns `transcript_partial` or `transcript_final`."""
    message = control.transcript(event, details=True)
    return message | {"type": f"transcript_{'final' if message.pop('final') else 'partial'}"}


def chunk_header(chunk: VoiceChunk) -> Message:
    """Returns `tts_audio_chunk`, which announces the binary message that follows it."""
    message: Message = {
        "type": "tts_audio_chunk",
        "seq": chunk.seq,
        "codec": chunk.codec,
        "sampleRate": chunk.sample_rate,
        "channels": 1,
        "durationMs": round(chunk.duration_ms),
        "bytes": len(chunk.body),
    }
    return message | {"sizes": list(chunk.sizes)} if chunk.sizes else message


def turn_end(event: TurnEnded) -> Message:
    """Returns `turn_end`: the agent's answer is over, or was cut off; drop what still waits."""
    return {"type": "turn_end", "turn": event.index, "interrupted": event.interrupted}


def ack(received: int) -> Message:
    """Returns `audio_ack`."""
    return {"type": "audio_ack", "received": received}


class StreamOutlet:
    """Tells one socket of a call, in this dialect. Fulfils `core.ports.EventSink`."""

    def __init__(
        self, call_id: str, features: frozenset[str], push: Callable[[Message], None]
    ) -> None:
        self._call_id = call_id
        self._features = features
        self._push = push
        self._all = MEDIA not in features

    def emit(self, event: CallEvent) -> None:
        message = self._message(event)
        if message is not None and (self._all or message["type"] in OF_MEDIA):
            self._push(message)

    def _message(self, event: CallEvent) -> Message | None:
        if isinstance(event, StateChanged):
            return self._state(event)
        if isinstance(event, SegmentFinal | InterimChanged):
            return transcript(event)
        if isinstance(event, TokenMade):
            return {"type": "llm_token", "turn": event.turn, "text": event.text}
        if isinstance(event, TurnEnded) and event.speaker is Speaker.AGENT:
            return turn_end(event)
        if isinstance(event, AppMessageSent):
            return control.app_message(event)
        return control.failure(event) or self._of_agent(event)

    def _state(self, event: StateChanged) -> Message | None:
        if event.state in TERMINAL:
            return ended(self._call_id, event)
        return control.status(event) if STATUS in self._features else None

    def _of_agent(self, event: CallEvent) -> Message | None:
        known = isinstance(event, FloorChanged | NotesChanged | MediaGap)
        return control.of_agent(event) if known and AGENT in self._features else None
