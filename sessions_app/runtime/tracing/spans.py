"""What the trace of a call is made of: spans with their times and attributes, as plain values.

Names and attributes are those of OpenTelemetry's conventions for generative AI where they have
some (`gen_ai.…`), and `voicesite.…` where not. docs/tracing.md lists them. No attribute holds
what was said, or who somebody is: they are words of the code, numbers, the call's id, and names
that operators gave to agents, recognisers, models and voices.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.events import Speaker
from sessions_app.engine.core.states import FAULTS
from sessions_app.engine.core.usage import UsageKind
from sessions_app.models import Call, Turn
from sessions_app.runtime.media_processes import name_of_worker
from sessions_app.services.ended_calls import EndedCall

Value = str | int | float | bool

CALL, CONNECT = "call", "connect"
CHAT_API = "chat"
"""The responder that speaks OpenAI's API, whichever model answers there."""


@dataclass(frozen=True, slots=True)
class PlannedSpan:
    """One span. `place` names it uniquely in its call, `parent` is the place of the one above it.

    Times are ms on the call clock; what came before the clock began is negative. `error` says why
    it counts as failed, in a word; empty where it does not. `is_client` says that it waited for
    something outside of voicesite.
    """

    place: str
    parent: str
    name: str
    start_ms: float
    end_ms: float
    attributes: Mapping[str, Value] = field(default_factory=dict)
    error: str = ""
    is_client: bool = False


@dataclass(frozen=True, slots=True)
class PlannedTrace:
    """The trace of one call; `clock_start` is when its clock began. The first span is the call."""

    call_id: str
    clock_start: datetime
    spans: tuple[PlannedSpan, ...]


@dataclass(frozen=True, slots=True)
class UsedNames:
    """Who heard, answered and spoke in a call; empty where it is not known."""

    recogniser: str
    model: str
    synthesiser: str
    voice: str
    agent: str
    responder: str


def plan(found: EndedCall) -> PlannedTrace:
    """Returns the trace of a call that has ended."""
    call = found.call
    names, start = _names(found), clock_start(call)
    parts = [
        *_connecting(call, start),
        *_gaps(call),
        *_turns(found.turns, names),
        *_spoken(found, names),
    ]
    since_ms = min(0.0, _ms(call.created_at - start))
    until_ms = max([_length_ms(call, start), *(one.end_ms for one in parts)])
    error = call.end_reason if call.end_reason in FAULTS else ""
    whole = PlannedSpan(CALL, "", CALL, since_ms, until_ms, _of_call(found, names), error)
    return PlannedTrace(call.public_id, start, (whole, *parts))


def clock_start(call: Call) -> datetime:
    """Returns when a call's clock began, as exactly as its row tells it.

    Its answer and its end were stamped when they were stored, a little after they happened, so that
    the earlier of both gives the better guess: it is late by as much as a write waited, mostly
    some 0.3 s. Lengths and order within a call are exact.
    """
    known = [] if call.answered_at is None else [call.answered_at]
    if call.ended_at is not None and call.duration_ms:
        known.append(call.ended_at - timedelta(milliseconds=call.duration_ms))
    return max(call.created_at, min(known, default=call.created_at))


def _length_ms(call: Call, start: datetime) -> float:
    if call.duration_ms:
        return float(call.duration_ms)
    return 0.0 if call.ended_at is None else max(0.0, _ms(call.ended_at - start))


def _ms(length: timedelta) -> float:
    return length.total_seconds() * 1000


# -- the call -----------------------------------------------------------------------------


def _names(found: EndedCall) -> UsedNames:
    config = AgentConfig.from_json(found.call.persona)
    models = {one.name for one in found.used if one.kind == UsageKind.ANSWERS}
    speech = next((one for one in found.used if one.kind == UsageKind.SPEECH), None)
    return UsedNames(
        recogniser=found.call.recogniser,
        model=models.pop() if len(models) == 1 else "",
        synthesiser=speech.name if speech else config.synthesiser,
        voice=speech.voice if speech else config.voice,
        agent=config.slug,
        responder=config.responder,
    )


def _of_call(found: EndedCall, names: UsedNames) -> dict[str, Value]:
    call = found.call
    answers = [one for one in found.used if one.kind == UsageKind.ANSWERS]
    told: dict[str, Value | None] = {
        "gen_ai.conversation.id": call.public_id,
        "gen_ai.agent.id": names.agent,
        "gen_ai.agent.version": str(call.agent_version or ""),
        "gen_ai.request.model": names.model,
        "gen_ai.usage.input_tokens": sum(one.tokens_in for one in answers),
        "gen_ai.usage.output_tokens": sum(one.tokens_out for one in answers),
        "voicesite.call.door": call.door,
        "voicesite.call.transport": call.transport,
        "voicesite.call.language": call.language,
        "voicesite.call.end_reason": call.end_reason,
        "voicesite.call.process": name_of_worker(call.worker),
        "voicesite.call.turns": len(found.turns),
        "voicesite.call.length_ms": call.duration_ms,
        "voicesite.call.recognised_ms": sum(one.audio_ms for one in found.used),
        "voicesite.call.spoken_characters": sum(one.characters for one in found.used),
    }
    return _given(told)


def _given(told: Mapping[str, Value | None]) -> dict[str, Value]:
    """Returns the attributes that have a value."""
    return {name: value for name, value in told.items() if value not in (None, "")}


def _connecting(call: Call, start: datetime) -> Iterator[PlannedSpan]:
    waited_ms = _ms(start - call.created_at)
    if call.answered_at is not None and waited_ms > 0:
        yield PlannedSpan(CONNECT, CALL, CONNECT, -waited_ms, 0.0)


def _gaps(call: Call) -> Iterator[PlannedSpan]:
    for number, (start_ms, end_ms) in enumerate(call.gaps, start=1):
        yield PlannedSpan(f"gap {number}", CALL, "reconnect", start_ms, max(start_ms, end_ms))


# -- turns and their stages -----------------------------------------------------------------


def _turns(turns: list[Turn], names: UsedNames) -> Iterator[PlannedSpan]:
    for turn, answer in zip(turns, [*turns[1:], None], strict=False):
        if turn.speaker == Speaker.AGENT.value:
            yield from _answer(turn, names)
        else:
            yield from _asked(turn, answer, names)


def _asked(turn: Turn, answer: Turn | None, names: UsedNames) -> Iterator[PlannedSpan]:
    """Yields a caller's turn, and its recognition: until the final words of it came."""
    place = f"turn {turn.index}"
    yield PlannedSpan(place, CALL, "caller turn", turn.start_ms, turn.end_ms, _of_turn(turn))
    if answer is None or answer.speech_end_ms is None or answer.final_ms is None:
        return  # it was typed, or nothing answered it
    until_ms = max(turn.end_ms, answer.final_ms)
    yield _recognition(f"{place} words", place, turn.start_ms, until_ms, names)


def _recognition(
    place: str, parent: str, start_ms: float, end_ms: float, names: UsedNames
) -> PlannedSpan:
    about = {"gen_ai.operation.name": "speech_to_text", "gen_ai.request.model": names.recogniser}
    name = f"speech_to_text {names.recogniser}".strip()
    return PlannedSpan(place, parent, name, start_ms, end_ms, _given(about))


def _of_turn(turn: Turn) -> dict[str, Value]:
    return {"voicesite.turn.index": turn.index, "voicesite.turn.speaker": turn.speaker}


def _answer(turn: Turn, names: UsedNames) -> Iterator[PlannedSpan]:
    """Yields an agent's turn, from the end of what it answers, and the stages that it reached."""
    place, agent = f"turn {turn.index}", names.agent
    asked = turn.endpoint_ms if turn.speech_end_ms is None else turn.speech_end_ms
    start_ms = turn.start_ms if asked is None else min(asked, turn.start_ms)
    about = _of_turn(turn) | {
        "gen_ai.operation.name": "invoke_agent",
        "voicesite.turn.interrupted": turn.interrupted,
        "voicesite.turn.unprompted": asked is None,
    }
    about |= _given({"gen_ai.agent.id": agent, "voicesite.answer.response_ms": turn.response_ms})
    name = f"invoke_agent {agent}".strip()
    yield PlannedSpan(place, CALL, name, start_ms, max(start_ms, turn.end_ms), about)
    yield from _stages(turn, place, names)


def _stages(turn: Turn, place: str, names: UsedNames) -> Iterator[PlannedSpan]:
    spoken, over, token = turn.speech_end_ms, turn.endpoint_ms, turn.first_token_ms
    if spoken is not None and over is not None:
        yield PlannedSpan(f"{place} end", place, "endpointing", spoken, max(spoken, over))
    if token is not None:
        yield _generation(turn, token, place, names)
    sound = turn.first_audio_ms
    if token is not None and sound is not None:
        about = {
            "gen_ai.operation.name": "text_to_speech",
            "gen_ai.request.model": names.synthesiser,
            "voicesite.voice": names.voice,
        }
        name = f"text_to_speech {names.synthesiser}".strip()
        yield PlannedSpan(f"{place} voice", place, name, min(token, sound), sound, _given(about))
    if sound is not None:
        yield PlannedSpan(f"{place} sound", place, "speaking", sound, max(sound, turn.end_ms))


def _generation(turn: Turn, token_ms: int, place: str, names: UsedNames) -> PlannedSpan:
    """Returns the wait for an answer's first words.

    It was asked for once the turn was over and its words were known; one that was prepared before
    that, when its words were.
    """
    before = [at for at in (turn.endpoint_ms, turn.final_ms) if at is not None and at <= token_ms]
    times = max(before, default=token_ms), token_ms
    about: dict[str, Value] = {"voicesite.responder": names.responder}
    if not names.model:
        return PlannedSpan(f"{place} text", place, "answer", *times, _given(about))
    about |= {"gen_ai.operation.name": "chat", "gen_ai.request.model": names.model}
    if names.responder == CHAT_API:
        about["gen_ai.provider.name"] = "openai"
    name = f"chat {names.model}"
    return PlannedSpan(f"{place} text", place, name, *times, _given(about), is_client=True)


def _spoken(found: EndedCall, names: UsedNames) -> Iterator[PlannedSpan]:
    """Yields what a call without an agent has: where its caller spoke and was written down."""
    for number, (start_ms, end_ms) in enumerate(found.spoken, start=1):
        yield _recognition(f"words {number}", CALL, start_ms, end_ms, names)
