"""What an operator's own responders, tools, recognisers, voices and rules import.

    from sessions_app.extending import Conversation, Responder

The names here stay where they are while modules of the engine move; each says in its own docstring
what it must do. docs/extending.md has an example of each kind.
"""

from sessions_app.engine.agent.responders.base import (
    Anew,
    CallHost,
    CallVideo,
    Conversation,
    EarlierCall,
    Message,
    NoteRefusedError,
    Responder,
)
from sessions_app.engine.agent.responders.chat.responder import ChatResponder
from sessions_app.engine.agent.responders.scribe.responder import ScribeResponder
from sessions_app.engine.audio.vad.base import Vad, VadStream
from sessions_app.engine.core.agent_config import AgentConfig, TurnSettings
from sessions_app.engine.core.errors import (
    RecogniserError,
    RecogniserUnavailableError,
    ResponderError,
    ResponderUnavailableError,
    SynthesiserError,
    SynthesiserUnavailableError,
)
from sessions_app.engine.core.events import Hypothesis, Word
from sessions_app.engine.core.frames import AudioFrame, SpokenWord, VoiceChunk
from sessions_app.engine.stt.base import Capabilities, Recogniser, RecogniserStream
from sessions_app.engine.stt.engines.pooled import Pooled
from sessions_app.engine.stt.worker.blocking.base import (
    BlockingEngine,
    Session,
    TimedWord,
    UtteranceResult,
)
from sessions_app.engine.summaries.base import CallBrief, CallSummary, Summariser, SummaryPoint
from sessions_app.engine.tts.base import SpeechChunk, Synthesiser, Voice
from sessions_app.engine.turns.endpointing.base import Endpointer, TurnSoFar
from sessions_app.engine.turns.interruption.base import BargeIn, OverlapWords, Verdict

__all__ = [
    "AgentConfig",
    "Anew",
    "AudioFrame",
    "BargeIn",
    "BlockingEngine",
    "CallBrief",
    "CallHost",
    "CallSummary",
    "CallVideo",
    "Capabilities",
    "ChatResponder",
    "Conversation",
    "EarlierCall",
    "Endpointer",
    "Hypothesis",
    "Message",
    "NoteRefusedError",
    "OverlapWords",
    "Pooled",
    "Recogniser",
    "RecogniserError",
    "RecogniserStream",
    "RecogniserUnavailableError",
    "Responder",
    "ResponderError",
    "ResponderUnavailableError",
    "ScribeResponder",
    "Session",
    "SpeechChunk",
    "SpokenWord",
    "Summariser",
    "SummaryPoint",
    "Synthesiser",
    "SynthesiserError",
    "SynthesiserUnavailableError",
    "TimedWord",
    "TurnSettings",
    "TurnSoFar",
    "UtteranceResult",
    "Vad",
    "VadStream",
    "Verdict",
    "Voice",
    "VoiceChunk",
    "Word",
]
