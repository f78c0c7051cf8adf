"""The protocol of `WS /ws/voice`: audio and JSON in one socket.

docs/protocol.md has every message.
"""

import re
from collections.abc import Callable

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
    StaffListens,
    StateChanged,
    TokenMade,
    TurnEnded,
)
from sessions_app.engine.core.frames import VoiceChunk
from sessions_app.engine.core.states import TERMINAL
from sessions_app.engine.protocols import control, event_messages, reading
from sessions_app.engine.protocols.messages import stream
from sessions_app.engine.protocols.reading import Message, ProtocolError, Reader, Told

DOOR = "stream"

MAX_AUDIO_BYTES = 256 * 1024
"""The limit of one message of audio: 8 s of PCM at 16 kHz. More holds up other calls for longer."""

AGENT, STATUS = control.AGENT, control.STATUS
ACKS, MEDIA = "acks", "media"
MOST_HELD_MS = 60_000
"""The most audio from before the connection that a client may send, in ms.

A call waits half a minute for a lost client. Lower loses words after outages; higher is of no use.
"""

OF_MEDIA = ("session_ended", "turn_end")
"""The only text messages for a client with the feature MEDIA, beside acknowledgements and errors:
it gets transcripts over another socket."""

ACK_EVERY = 5
"""With the feature ACKS, an `audio_ack` follows each group of this many audio messages."""

CODECS = {
    "pcm16": "pcm16", "pcm": "pcm16", "pcm_s16le": "pcm16", "linear16": "pcm16",
    "audio/pcm": "pcm16", "audio/l16": "pcm16", "audio/raw": "pcm16",
    "opus": "opus", "audio/opus": "opus",
    "webm": "webm", "audio/webm": "webm", "video/webm": "webm",
    "mp4": "mp4", "audio/mp4": "mp4", "aac": "mp4", "audio/aac": "mp4", "m4a": "mp4",
    "ogg": "ogg", "audio/ogg": "ogg", "application/ogg": "ogg",
}  # fmt: skip
"""The codec for each name that clients use. Parameters such as `;codecs=opus` are ignored."""

_RATE = re.compile(r"\brate\s*=\s*(\d+)")

# -- from the client -------------------------------------------------------------------


def parse(text: str) -> Command | None:
    """Returns the command of a text frame; None for `audio_chunk`, which asks for nothing.

    Raises ProtocolError with a code of docs/protocol.md and a sentence that says how to fix it.
    """
    return reading.parse(text, _READERS)


_USUAL_OUTPUT: stream.Output = {}
_read_start = Reader(stream.SessionStart)


def _start(message: Message) -> StartStream:
    given = _read_start(message)
    records, notice = reading.agreed(given.get("consent"))
    auth = given.get("auth") or {}
    return StartStream(
        audio=_audio(given.get("audio") or {}),
        output=_output(given.get("output", _USUAL_OUTPUT)),
        agent=given.get("agentId") or "",
        features=frozenset(given.get("features") or ()),
        records=records,
        notice=notice,
        call_id=given.get("callId") or "",
        language=given.get("locale") or "",
        voice=given.get("voice") or "",
        token=auth.get("token") or "",
        last_seq=given.get("lastSeq") or 0,
        continues=given.get("continues") is True,
        held_ms=min(given.get("heldMs") or 0, MOST_HELD_MS),
        data=reading.read_call_data(given),
        check=given.get("check") is True,
    )


def _audio(given: stream.Audio) -> AudioIn:
    name = given.get("codec")
    name = "pcm16" if name is None else name
    plain = name.partition(";")[0].strip().lower()
    codec = CODECS.get(plain)
    if codec is None:
        known = ", ".join(sorted({*CODECS.values()}))
        raise ProtocolError(
            f"There is no codec {name[:40]!r} here; there are: {known}.", code="unknown_codec"
        )
    told = _RATE.search(name)
    rates = (given.get("sample_rate"), given.get("sampleRate"), int(told[1]) if told else 16_000)
    channels = given.get("channels")
    return AudioIn(codec, _first(*rates), 1 if channels is None else channels)


def _output(given: stream.Output | None) -> AudioOut | None:
    if given is None:
        return None
    codec = given.get("codec")
    name = ("pcm16" if codec is None else codec).partition(";")[0].strip().lower()
    rate = _first(given.get("sampleRate"), given.get("sample_rate"), 24_000)
    return None if name == "none" else AudioOut(CODECS.get(name, name), rate)


def _first(*given: int | None) -> int:
    """Returns the first number that is not None; the last must be one."""
    return next(number for number in given if number is not None)


def _chunk(_message: Message) -> None:
    """Ignores metadata of the binary message that follows: nothing of it is needed."""


_READERS: dict[str, Callable[[Message], Command | None]] = {
    "session_start": _start,
    "audio_chunk": _chunk,
    "audio_end": lambda _: AudioEnded(),
    **reading.ASKED_OF_A_CALL,
    "session_end": lambda _: HangUp(),
}

# -- to the client ---------------------------------------------------------------------


def started(
    call_id: str, *, resumed: bool, received: int, backlog_ms: float = 0.0
) -> stream.SessionStarted:
    """Returns the `session_started` message.

    `received` is how many audio messages came so far, `backlog_ms` how much of the audio that
    the client kept the server wants first.
    """
    return {
        "type": "session_started",
        "callId": call_id,
        "resumed": resumed,
        "received": received,
        "backlogMs": round(backlog_ms),
    }


def ended(call_id: str, event: StateChanged) -> stream.SessionEnded:
    """Returns the `session_ended` message, the last of a call."""
    return {
        "type": "session_ended",
        **event_messages.ending(call_id, event.reason, event.length_ms),
    }


def transcript(
    event: InterimChanged | SegmentFinal,
) -> stream.TranscriptPartial | stream.TranscriptFinal:
    """Returns `transcript_partial` or `transcript_final`."""
    if isinstance(event, InterimChanged):
        return {
            "type": "transcript_partial",
            **event_messages.heard(event),
            **event_messages.span(event),
        }
    return {
        "type": "transcript_final",
        **event_messages.heard(event),
        **event_messages.span(event),
        **event_messages.final_details(event),
    }


def chunk_header(chunk: VoiceChunk) -> stream.VoiceChunkMessage:
    """Returns `tts_audio_chunk`, which announces the binary message that follows it."""
    message: stream.VoiceChunkMessage = {
        "type": "tts_audio_chunk",
        "seq": chunk.seq,
        "codec": chunk.codec,
        "sampleRate": chunk.sample_rate,
        "channels": 1,
        "durationMs": round(chunk.duration_ms),
        "bytes": len(chunk.body),
    }
    if chunk.sizes:
        message["sizes"] = list(chunk.sizes)
    return message


def token(event: TokenMade) -> stream.TokenMessage:
    """Returns `llm_token`, the next piece of the agent's answer."""
    return {"type": "llm_token", "turn": event.turn, "text": event.text}


def turn_end(event: TurnEnded) -> stream.TurnEnd:
    """Returns `turn_end`: the agent's answer is over, or was interrupted."""
    return {"type": "turn_end", "turn": event.index, "interrupted": event.interrupted}


def ack(received: int) -> stream.AudioAck:
    """Returns `audio_ack`."""
    return {"type": "audio_ack", "received": received}


class StreamOutlet:
    """Sends a call's events to one socket of this protocol. Implements `core.ports.EventSink`.

    `push` queues one message; `features` are those that the client asked for.
    """

    def __init__(
        self, call_id: str, features: frozenset[str], push: Callable[[Told], None]
    ) -> None:
        self._call_id = call_id
        self._features = features
        self._push = push
        self._all = MEDIA not in features

    def emit(self, event: CallEvent) -> None:
        message = self._message(event)
        if message is not None and (self._all or message["type"] in OF_MEDIA):
            self._push(message)

    def _message(self, event: CallEvent) -> Told | None:
        if isinstance(event, StateChanged):
            return self._state(event)
        if isinstance(event, SegmentFinal | InterimChanged):
            return transcript(event)
        if isinstance(event, TokenMade):
            return token(event)
        if isinstance(event, TurnEnded) and event.speaker is Speaker.AGENT:
            return turn_end(event)
        if isinstance(event, AppMessageSent):
            return event_messages.app_message(event)
        return control.failure(event) or self._of_agent(event)

    def _state(self, event: StateChanged) -> Told | None:
        if event.state in TERMINAL:
            return ended(self._call_id, event)
        return event_messages.status(event) if STATUS in self._features else None

    def _of_agent(self, event: CallEvent) -> Told | None:
        known = isinstance(event, FloorChanged | NotesChanged | MediaGap | StaffListens)
        return event_messages.of_agent(event) if known and AGENT in self._features else None
