"""The messages of the doors as JSON Schema (2020-12), served at /api/v1/protocol/.

vosk-server's door has none, as its messages are vosk's; nor has the window on a live call, which
only tells what `signaling` tells. docs/protocol.md says the same in words; a test holds both
and the code together.
"""

from typing import Any

from sessions_app.engine.core.states import BYE_REASONS, CallState, Floor

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
MS: Schema = {"type": "integer", "minimum": 0, "description": "ms on the call clock"}
MAYBE_MS: Schema = {"type": ["integer", "null"], "minimum": 0}
SHARE: Schema = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
ROLE: Schema = {"enum": ["user", "agent"]}
NUMBERS: Schema = {"type": "array", "items": COUNT}
TEXTS: Schema = {"type": "array", "items": TEXT}
CONSENT: Schema = {
    "type": "object",
    "properties": {"recording": FLAG, "notice": {"type": "string", "maxLength": 50}},
}
CANDIDATE: Schema = {
    "type": ["object", "null"],
    "properties": {
        "candidate": TEXT,
        "sdpMid": {"type": ["string", "null"]},
        "sdpMLineIndex": {"type": ["integer", "null"]},
    },
}
WORDS: Schema = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "text": TEXT,
            "startMs": MS,
            "endMs": MS,
            "confidence": SHARE,
            "speaker": TEXT,
        },
        "required": ["text", "startMs", "endMs", "confidence"],
    },
}
NOTES: Schema = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "number": COUNT,
            "kind": {"enum": ["note", "action"]},
            "text": TEXT,
            "atMs": MS,
        },
        "required": ["number", "kind", "text", "atMs"],
    },
}


def _object(required: Schema, optional: Schema | None = None) -> Schema:
    return {
        "type": "object",
        "properties": required | (optional or {}),
        "required": list(required),
    }


def _message(kind: str, required: Schema | None = None, optional: Schema | None = None) -> Schema:
    return _object({"type": {"const": kind}} | (required or {}), optional)


def _door(title: str, client: list[Schema], server: list[Schema]) -> Schema:
    sides = {"client": {"anyOf": client}, "server": {"anyOf": server}}
    return {"$schema": DRAFT, "title": title} | sides


_SPAN: Schema = {"seq": COUNT, "startMs": MS, "endMs": MS}
_FINAL: Schema = {
    "confidence": SHARE,
    "words": WORDS,
    "turn": COUNT,
    "interrupted": FLAG,
    "fullText": TEXT,
}
_CALL_ID: Schema = {"callId": TEXT}
_ENDED: Schema = {
    "callId": TEXT,
    "reason": {"enum": sorted(reason.value for reason in BYE_REASONS)},
    "durationMs": MS,
}
_ERROR = _message(
    "error", {"code": TEXT, "message": TEXT, "recoverable": FLAG}, {"retryAfterS": COUNT} | _CALL_ID
)
_TYPED = [
    _message("text", {"text": {"type": "string", "minLength": 1, "maxLength": 2000}}),
    _message("keys", {"keys": {"type": "string", "minLength": 1, "maxLength": 64}}),
    _message("interrupt"),
    _message("agent", {"paused": FLAG}),
    _message("say", {"text": {"type": "string", "minLength": 1, "maxLength": 2000}}),
    _message("mute", {"muted": FLAG}),
    _message("app-message", {"data": {}}),
    _message("hang-up"),
]
_OF_AGENT = [
    _message("app-message", {"data": {}}, _CALL_ID),
    _message("floor", {"floor": {"enum": [f.value for f in Floor]}, "atMs": MS}, _CALL_ID),
    _message("notes", {"notes": NOTES}, {"removed": NUMBERS, "whole": FLAG} | _CALL_ID),
    _message("gap", {"startMs": MS, "endMs": MS}, _CALL_ID),
    _message("status", {"status": TEXT, "state": {"enum": [s.value for s in CallState]}}, _CALL_ID),
]

SIGNALING = _door(
    "WS /signaling",
    [
        _message(
            "offer",
            {"sdp": TEXT},
            {"agentId": TEXT, "features": TEXTS, "consent": CONSENT} | _CALL_ID,
        ),
        _message("ice-candidate", {"candidate": CANDIDATE}, _CALL_ID),
        _message("resume", _CALL_ID, {"lastSeq": COUNT, "features": TEXTS}),
        *_TYPED,
        _message("ping"),
        _message("away"),
        _message("bye"),
    ],
    [
        _message("answer", {"sdp": TEXT}, {"resumeToken": TEXT} | _CALL_ID),
        _message("ice-candidate", {"candidate": CANDIDATE}),
        _message(
            "transcript",
            {"role": ROLE, "text": TEXT, "final": FLAG},
            _SPAN | _FINAL | _CALL_ID,
        ),
        *_OF_AGENT,
        _message(
            "metrics",
            {
                "turn": COUNT,
                "speechEndMs": MAYBE_MS,
                "endpointMs": MAYBE_MS,
                "finalMs": MAYBE_MS,
                "firstTokenMs": MAYBE_MS,
                "firstAudioMs": MAYBE_MS,
            },
            _CALL_ID,
        ),
        _message("resumed", _CALL_ID | {"state": TEXT}),
        _message("pong"),
        _message("bye", _ENDED),
        _ERROR,
    ],
)

_AUDIO: Schema = {
    "type": "object",
    "properties": {
        "codec": TEXT,
        "sample_rate": COUNT,
        "sampleRate": COUNT,
        "channels": {"enum": [1, 2]},
    },
}
STREAM = _door(
    "WS /ws/voice",
    [
        _message(
            "session_start",
            None,
            {
                "audio": _AUDIO,
                "output": {"anyOf": [_AUDIO, {"type": "null"}]},
                "locale": TEXT,
                "voice": TEXT,
                "agentId": TEXT,
                "auth": {"type": "object", "properties": {"token": TEXT}},
                "consent": CONSENT,
                "features": TEXTS,
                "lastSeq": COUNT,
                "continues": FLAG,
                "heldMs": MS,
            }
            | _CALL_ID,
        ),
        _message("audio_chunk"),
        _message("audio_end"),
        *_TYPED,
        _message("session_end"),
    ],
    [
        _message(
            "session_started",
            _CALL_ID | {"resumed": FLAG, "received": COUNT, "backlogMs": MS},
            {"resumeToken": TEXT},
        ),
        _message("transcript_partial", {"role": ROLE, "text": TEXT} | _SPAN),
        _message("transcript_final", {"role": ROLE, "text": TEXT} | _SPAN, _FINAL),
        _message("llm_token", {"turn": COUNT, "text": TEXT}),
        _message(
            "tts_audio_chunk",
            {
                "seq": COUNT,
                "codec": {"enum": ["pcm16", "opus"]},
                "sampleRate": COUNT,
                "channels": {"const": 1},
                "durationMs": COUNT,
                "bytes": COUNT,
            },
            {"sizes": {"type": "array", "items": COUNT}},
        ),
        _message("turn_end", {"turn": COUNT, "interrupted": FLAG}),
        _message("audio_ack", {"received": COUNT}),
        *_OF_AGENT,
        _message("session_ended", _ENDED),
        _ERROR,
    ],
)

_PROBLEM = _object({"code": TEXT, "message": TEXT, "info": TEXT})
_OFFER: Schema = {"sdp": TEXT}
_OWN: Schema = {"agentId": TEXT, "consent": CONSENT}
SESSION = _door(
    "POST /session",
    [_object({"offer": TEXT}, _OWN)],
    [
        _object({"answer": TEXT}),
        _PROBLEM,
        _object({"text": TEXT, "confidence": {"type": "number"}, "final": FLAG}),
    ],
)
OFFER = _door(
    "POST /api/voice/offer",
    [_object(_OFFER, {"type": {"const": "offer"}} | _OWN)],
    [_object({"sdp": TEXT, "type": {"const": "answer"}, "callId": TEXT}), _PROBLEM],
)
PIPECAT = _door(
    "POST /start, POST and PATCH /api/offer",
    [
        _object(
            _OFFER,
            {
                "type": {"const": "offer"},
                "pc_id": {"type": ["string", "null"]},
                "restart_pc": FLAG,
                "requestData": {"type": "object"},
            },
        ),
        _object(
            {
                "pc_id": TEXT,
                "candidates": {
                    "type": "array",
                    "maxItems": 100,
                    "items": _object(
                        {"candidate": TEXT},
                        {
                            "sdp_mid": {"type": ["string", "null"]},
                            "sdp_mline_index": {"type": ["integer", "null"]},
                        },
                    ),
                },
            }
        ),
        {"type": "object"},
    ],
    [
        _object({"sdp": TEXT, "type": {"const": "answer"}, "pc_id": TEXT}),
        _object({"status": {"const": "success"}}),
        _object({"sessionId": TEXT, "iceConfig": {"type": "object"}}),
        _PROBLEM,
    ],
)
_CHANNEL = _object({"label": {"const": "rtvi-ai"}, "type": TEXT}, {"id": TEXT, "data": {}})
_SIGNALLING = _object({"type": {"const": "signalling"}, "message": {"type": "object"}})
RTVI = _door("Data channel chat (RTVI)", [_CHANNEL, _SIGNALLING], [_CHANNEL, _SIGNALLING])

DOORS: dict[str, Schema] = {
    "signaling": SIGNALING,
    "stream": STREAM,
    "session": SESSION,
    "offer": OFFER,
    "pipecat": PIPECAT,
    "rtvi": RTVI,
}
"""Each door by its name in the address."""


def kinds(door: Schema, side: str) -> set[str]:
    """Returns the types of the messages that one side of a door sends."""
    objects = [one["properties"] for one in door[side]["anyOf"] if "properties" in one]
    named = [properties.get("type", {}) for properties in objects]
    return {kind["const"] for kind in named if "const" in kind}
