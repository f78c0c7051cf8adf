"""The doors for WebRTC clients: each one's data channel and dialect, and its calls' deadlines."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from sessions_app.engine.core.commands import Command, Offer, ToCall
from sessions_app.engine.core.errors import VoiceError
from sessions_app.engine.core.ports import EventSink
from sessions_app.engine.protocols import control, offer, results, rtvi, vosk
from sessions_app.engine.protocols.limits import ChannelGate
from sessions_app.engine.protocols.reading import ProtocolError
from sessions_app.engine.session.call_session import CallSession
from sessions_app.engine.session.supervisor import Limits


class Dialect(EventSink, Protocol):
    """Speaks one wire protocol with one client over its data channel."""

    def receive(self, message: str | bytes) -> None:
        """Handles a message of the channel; raises TooManyError (retryable) before it does."""
        ...

    def tell(self, problem: VoiceError) -> None:
        """Sends the client an error about its message, if the protocol has errors."""
        ...


OpenDialect = Callable[[Offer, CallSession], Dialect]
"""Creates the dialect for the client of a new call."""


@dataclass(frozen=True, slots=True)
class DoorPlan:
    """One door: the label of its data channel, its dialect, and its deadlines.

    With `input_s` its calls end after that long without audio, and have no grace period.
    """

    channel: str
    dialect: OpenDialect
    input_s: float | None = None

    def limits(self, usual: Limits) -> Limits:
        """Returns the deadlines of this door's calls; `usual` are those of all others."""
        if self.input_s is None:
            return usual
        return replace(usual, input_s=self.input_s, grace_s=0.0)


def _command_handler(session: CallSession) -> Callable[[Command], None]:
    """Returns the handler of commands from the data channel; it raises VoiceError."""

    def execute(command: Command) -> None:
        if not isinstance(command, ToCall):
            raise ProtocolError("Send this on the socket, not on the data channel.")
        session.execute(command)

    return execute


def _control(offer: Offer, session: CallSession) -> Dialect:
    return control.ControlChannelPeer(offer.features, session.send, _command_handler(session))


def _vosk(_offer: Offer, session: CallSession) -> Dialect:
    return vosk.VoskChannelPeer(session.send, session.close_channel)


def _rtvi(_offer: Offer, session: CallSession) -> Dialect:
    return rtvi.RtviPeer(session.call_id, session.send, _command_handler(session), session.count)


def _results(offer: Offer, session: CallSession) -> Dialect:
    interims = results.INTERIMS in offer.features
    return results.ResultsOutlet(session.send, session.close_channel, interims=interims)


def limited(dialect: Dialect, session: CallSession) -> Callable[[str | bytes], None]:
    """Returns the handler of messages from the data channel; it refuses those over the limit."""
    gate = ChannelGate(session.messages, dialect.receive, dialect.tell, session.close_channel)
    return gate.receive


def plan_of(door: str, results_input_s: float) -> DoorPlan:
    """Returns the plan of a door; `results_input_s` is VOICE["RESULTS_INPUT_S"]."""
    if door == results.DOOR:
        return DoorPlan(results.CHANNEL, _results, results_input_s)
    if door == vosk.DOOR:
        return DoorPlan(vosk.CHANNEL, _vosk, results_input_s)
    if door == rtvi.DOOR:
        return DoorPlan(rtvi.CHANNEL, _rtvi)
    assert door in (control.DOOR, offer.DOOR)  # noqa: S101 - dialects make no other
    return DoorPlan(control.CHANNEL, _control)
