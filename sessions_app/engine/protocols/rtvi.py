"""RTVI over the data channel `chat`, as Pipecat's client SDK speaks it (RTVI 2.x and 1.x).

Messages and their order: docs.pipecat.ai, "The RTVI Standard". docs/protocol.md lists those
that are supported.
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal

from sessions_app.engine.core.commands import (
    AppMessage,
    Command,
    HangUp,
    Interrupt,
    Mute,
    PauseAgent,
    Press,
    Say,
    Speak,
)
from sessions_app.engine.core.errors import VoiceError
from sessions_app.engine.core.events import (
    AgentFailed,
    AppMessageSent,
    CallEvent,
    FloorChanged,
    InterimChanged,
    NotesChanged,
    RecognitionFailed,
    SegmentFinal,
    Speaker,
    SpeechEnded,
    SpeechStarted,
    StateChanged,
    TokenMade,
    TurnEnded,
)
from sessions_app.engine.core.rates import MessageKind, TooManyError
from sessions_app.engine.core.states import TERMINAL, Floor
from sessions_app.engine.protocols import event_messages, reading
from sessions_app.engine.protocols.messages import calls
from sessions_app.engine.protocols.messages.rtvi import ServerKind, ServerMessage, Signalling
from sessions_app.engine.protocols.reading import Message, ProtocolError
from sessions_app.engine.text.cleaning import read_json

CHANNEL = "chat"
DOOR = "pipecat"
LABEL: Literal["rtvi-ai"] = "rtvi-ai"
VERSION = "2.1.0"
ABOUT = {"library": "voicesite"}

Execute = Callable[[Command], None]


def envelope(kind: ServerKind, data: Any = None, message_id: str | None = None) -> str:
    """Returns one RTVI message as JSON."""
    message: ServerMessage = {"label": LABEL, "type": kind}
    if message_id is not None:
        message["id"] = message_id
    if data is not None:
        message["data"] = data
    return json.dumps(message, ensure_ascii=False)


def signalling(kind: str) -> str:
    """Returns a message of the SmallWebRTC transport as JSON; those are not RTVI."""
    message: Signalling = {"type": "signalling", "message": {"type": kind}}
    return json.dumps(message)


class RtviPeer:
    """One client on its data channel: sends it the call's events, and runs its commands.

    Implements `core.ports.EventSink`. `send` sends one text message; `execute` runs a command and
    raises VoiceError when it cannot. `count` counts a request that is answered here against the
    call's rate limits; it raises TooManyError.
    """

    def __init__(
        self,
        call_id: str,
        send: Callable[[str], None],
        execute: Execute,
        count: Callable[[MessageKind], None] = lambda _: None,
    ) -> None:
        self._call_id = call_id
        self._send = send
        self._execute = execute
        self._count = count
        self._floor = Floor.LISTENING
        self._answering = False
        self._notes: dict[int, calls.NoteMessage] = {}

    # -- from the client ------------------------------------------------------------------

    def receive(self, message: str | bytes) -> None:
        """Handles one message of the channel; an unknown one is answered with an error.

        Raises TooManyError before it does anything.
        """
        if isinstance(message, bytes) or message.startswith("ping"):
            return
        try:
            given = read_json(message)
        except ValueError:
            self._send_message("error", {"error": "A message must be JSON.", "fatal": False})
            return
        if not isinstance(given, dict) or given.get("type") == "signalling":
            return  # which of its tracks are on: the audio shows that
        message_id = str(given.get("id") or "")
        try:
            self._take(str(given.get("type")), _data(given), message_id)
        except TooManyError:
            raise
        except VoiceError as error:
            self._refuse(message_id, error.message)

    def tell(self, problem: VoiceError) -> None:
        """Sends the `error` message for a mistake."""
        self._refuse("", problem.message)

    def _take(self, kind: str, data: Message, message_id: str) -> None:
        if kind == "client-ready":
            self._ready(data, message_id)
        elif kind == "send-text":
            self._typed(data)
        elif kind == "client-message":
            self._asked(str(data.get("t")), data.get("d"), message_id)
        elif kind == "disconnect-bot":
            self._execute(HangUp())
        elif kind == "dtmf":
            self._execute(Press(_pressed(data)))
        elif kind == "llm-function-call-result":
            return  # tools run on the server
        else:
            raise ProtocolError(f"There is no message {kind[:60]!r} here.", code="unknown_type")

    def _ready(self, data: Message, message_id: str) -> None:
        theirs = str(data.get("version") or VERSION)
        ours = VERSION if theirs.partition(".")[0] == VERSION.partition(".")[0] else theirs
        self._send_message("bot-ready", {"version": ours, "about": ABOUT}, message_id)

    def _typed(self, data: Message) -> None:
        options = data.get("options")
        if isinstance(options, dict) and options.get("run_immediately") and self._answering:
            self._execute(Interrupt())
        self._execute(Say(reading.typed({"text": data.get("content")})))

    def _asked(self, name: str, detail: Any, message_id: str) -> None:
        if name == "interrupt":
            self._execute(Interrupt())
        elif name == "pause":
            self._execute(PauseAgent(detail is not False))
        elif name == "mute":
            self._execute(Mute(detail is not False))
        elif name == "say":
            self._execute(Speak(reading.typed({"text": detail})))
        elif name == "app-message":
            self._execute(AppMessage(detail))
        elif name not in ("notes", "call"):
            raise ProtocolError(
                f"There is nothing called {name[:60]!r} to ask for; there are: app-message, call, "
                "interrupt, mute, notes, pause, say.",
                code="unknown_type",
            )
        answers: dict[str, Callable[[], Any]] = {"notes": self._all_notes, "call": self._about_call}
        answer = answers.get(name, lambda: None)()
        self._send_message("server-response", {"t": name, "d": answer}, message_id)

    def _all_notes(self) -> list[calls.NoteMessage]:
        self._count(MessageKind.REQUESTS)
        return list(self._notes.values())

    def _about_call(self) -> Message:
        return {"callId": self._call_id}

    def _refuse(self, message_id: str, why: str) -> None:
        if message_id:
            self._send_message("error-response", {"error": why}, message_id)
        else:
            self._send_message("error", {"error": why, "message": why, "fatal": False})

    # -- to the client ----------------------------------------------------------------------

    def emit(self, event: CallEvent) -> None:
        teller = _TELLERS.get(type(event))
        if teller is not None:
            teller(self, event)

    def _send_message(
        self, kind: ServerKind, data: Any = None, message_id: str | None = None
    ) -> None:
        self._send(envelope(kind, data, message_id))

    def _state(self, event: StateChanged) -> None:
        if event.state in TERMINAL:
            bye = event_messages.bye(self._call_id, event.reason, event.length_ms)
            self._send_message("server-message", bye)
            self._send(signalling("peerLeft"))

    def _started(self, event: SpeechStarted) -> None:
        if event.speaker is Speaker.CALLER:
            self._send_message("user-started-speaking")

    def _stopped(self, event: SpeechEnded) -> None:
        if event.speaker is Speaker.CALLER:
            self._send_message("user-stopped-speaking")

    def _interim(self, event: InterimChanged) -> None:
        if event.speaker is Speaker.CALLER and event.text:
            self._transcription(event.text, final=False)

    def _final(self, event: SegmentFinal) -> None:
        if event.speaker is Speaker.CALLER:
            self._transcription(event.text, final=True)
            if not event.key:  # one key is no turn: several make one, or none
                self._send_message("user-llm-text", {"text": event.text})
        elif event.spoken_text:
            self._send_message("bot-tts-text", {"text": event.spoken_text})
            self._send_message("bot-transcription", {"text": event.spoken_text})
            self._send_message("bot-output", _output(event))

    def _transcription(self, text: str, *, final: bool) -> None:
        stamp = datetime.fromtimestamp(time.time(), UTC).isoformat()
        self._send_message(
            "user-transcription", {"text": text, "user_id": "", "timestamp": stamp, "final": final}
        )

    def _token(self, event: TokenMade) -> None:
        if not self._answering:
            self._answering = True
            self._send_message("bot-llm-started")
            self._send_message("bot-tts-started")
        self._send_message("bot-llm-text", {"text": event.text})

    def _floor_changed(self, event: FloorChanged) -> None:
        before, self._floor = self._floor, event.floor
        if event.floor is Floor.AGENT_SPEAKING:
            self._send_message("bot-started-speaking")
        elif before is Floor.AGENT_SPEAKING:
            self._send_message("bot-stopped-speaking")

    def _turn(self, event: TurnEnded) -> None:
        if event.speaker is not Speaker.AGENT:
            return
        if event.interrupted:
            self._send_message("bot-interrupted")
        if self._answering:
            self._answering = False
            self._send_message("bot-llm-stopped")
            self._send_message("bot-tts-stopped")
        found = _ttfb(event)
        if found:
            self._send_message("metrics", {"ttfb": found})

    def _failed(self, event: AgentFailed | RecognitionFailed) -> None:
        self._send_message(
            "error", {"error": event.detail, "message": event.detail, "fatal": False}
        )

    def _noted(self, event: NotesChanged) -> None:
        message = event_messages.notes(event)
        if event.whole:
            self._notes.clear()
        for number in event.removed:
            self._notes.pop(number, None)
        self._notes |= {note["number"]: note for note in message["notes"]}
        self._send_message("server-message", message)

    def _sent(self, event: AppMessageSent) -> None:
        self._send_message("server-message", event.data)


def _data(given: Message) -> Message:
    data = given.get("data")
    return data if isinstance(data, dict) else {}


def _pressed(data: Message) -> tuple[str, ...]:
    buttons = data.get("buttons", data.get("button"))
    listed = buttons if isinstance(buttons, list) else [buttons]
    return reading.read_keys("".join(str(b) for b in listed if isinstance(b, str | int)), "buttons")


def _output(event: SegmentFinal) -> Message:
    return {
        "text": event.spoken_text,
        "aggregated_by": "sentence",
        "segment_id": event.seq,
        "will_be_spoken": True,
        "spoken": True,
        "spoken_status": "interrupted" if event.interrupted else "completed",
        "spoken_progress": len(event.spoken_text) / max(1, len(event.text)),
    }


def _ttfb(event: TurnEnded) -> list[Message]:
    """Returns the time to first byte of the LLM and of the TTS engine, in seconds."""
    at = event.latency
    if at is None or at.first_token_ms is None or at.endpoint_ms is None:
        return []
    found = [{"processor": "responder", "value": (at.first_token_ms - at.endpoint_ms) / 1000}]
    if at.first_audio_ms is not None:
        value = (at.first_audio_ms - at.first_token_ms) / 1000
        found.append({"processor": "synthesiser", "value": value})
    return found


_TELLERS: dict[type, Callable[[RtviPeer, Any], None]] = {
    StateChanged: RtviPeer._state,
    SpeechStarted: RtviPeer._started,
    SpeechEnded: RtviPeer._stopped,
    InterimChanged: RtviPeer._interim,
    SegmentFinal: RtviPeer._final,
    TokenMade: RtviPeer._token,
    FloorChanged: RtviPeer._floor_changed,
    TurnEnded: RtviPeer._turn,
    AgentFailed: RtviPeer._failed,
    RecognitionFailed: RtviPeer._failed,
    NotesChanged: RtviPeer._noted,
    AppMessageSent: RtviPeer._sent,
}
