"""The ways in over WebRTC: what each door's data channel is, and when its calls end."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sessions_app.calls.session import CallSession
from sessions_app.calls.supervising import Limits
from sessions_app.core.commands import Offer
from sessions_app.core.ports import EventSink
from sessions_app.dialects import control, offer, results

Outlet = Callable[[Offer, CallSession], EventSink]


@dataclass(frozen=True, slots=True)
class DoorPlan:
    """One door: the label of its data channel, what is told there, and its own deadlines.

    With `input_s` its calls are over when no audio came for so long; they have no grace then.
    """

    channel: str
    outlet: Outlet
    input_s: float | None = None

    def limits(self, usual: Limits) -> Limits:
        """Returns the deadlines of this door's calls."""
        if self.input_s is None:
            return usual
        return replace(usual, input_s=self.input_s, grace_s=0.0)


def _control(wish: Offer, session: CallSession) -> EventSink:
    return control.ChannelOutlet(wish.features, session.send)


def _results(wish: Offer, session: CallSession) -> EventSink:
    interims = results.INTERIMS in wish.features
    return results.ResultsOutlet(session.send, session.close_channel, interims=interims)


def plan_of(door: str, results_input_s: float) -> DoorPlan:
    """Returns the plan of a door; `results_input_s` is VOICE["RESULTS_INPUT_S"]."""
    if door == results.DOOR:
        return DoorPlan(results.CHANNEL, _results, results_input_s)
    assert door in (control.DOOR, offer.DOOR)  # noqa: S101 - dialects make no other
    return DoorPlan(control.CHANNEL, _control)
