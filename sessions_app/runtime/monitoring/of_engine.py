"""Writes the figures of a process that carries calls. Reads plain numbers; never waits."""

from sessions_app.engine.core.histograms import Histogram
from sessions_app.engine.core.states import LIVE
from sessions_app.engine.rtc.loop.media_loop import MediaLoop
from sessions_app.models.call import Door
from sessions_app.runtime.engine import Engine
from sessions_app.runtime.health_checks import PARTS, STORE
from sessions_app.runtime.monitoring.call_figures import CallFigures
from sessions_app.runtime.monitoring.exposition import Exposition
from sessions_app.runtime.recognisers import Recognisers

PACKETS = ("received", "lost", "late", "duplicate", "reordered", "broken", "refused")
AUDIO = ("received", "restored", "fec", "concealed")


def write(engine: Engine, into: Exposition) -> None:
    """Writes everything that the process of this engine counts."""
    _calls(engine.figures, into)
    _speech(engine.figures, into)
    _media(engine.media, into)
    _recognisers(engine.recognisers, into)
    load = engine.load()
    into.put("calls_room", load["room"])
    for part in (*PARTS, STORE):
        into.put("fault", part in load["faults"], part)
    into.put("store_waiting_writes", engine.store.waiting())
    into.put_histogram("loop_lag_seconds", engine.lag.histogram)
    into.put("loop_overloaded", engine.lag.late())


def _calls(figures: CallFigures, into: Exposition) -> None:
    states = figures.states()
    for door in Door.values:
        for state in sorted(LIVE):
            into.put("calls", states[door, state], door, state)
        into.put("calls_started", figures.started[door], door)
        into.put("calls_reconnecting", figures.reconnecting[door], door)
    for reason, count in figures.ended.items():
        into.put("calls_ended", count, reason)
    for code, count in figures.errors.items():
        into.put("errors", count, code)


def _speech(figures: CallFigures, into: Exposition) -> None:
    into.put_histogram("final_delay_seconds", figures.final_delay)
    into.put_histogram("answer_seconds", figures.answer)
    for stage, took in figures.stages.items():
        into.put_histogram("answer_stage_seconds", took, stage)
    for outcome, count in figures.answers.items():
        into.put("answers", count, outcome)
    used = figures.usage()
    into.put("recognised_seconds", used.audio_s)
    into.put("model_requests", used.requests)
    into.put("tokens", used.tokens_in, "in")
    into.put("tokens", used.tokens_out, "out")
    into.put("spoken_characters", used.characters)


def _media(media: MediaLoop, into: Exposition) -> None:
    total = media.rtp.now()
    for how in AUDIO:
        into.put("rtp_audio_seconds", getattr(total, f"{how}_ms") / 1000, how)
    for outcome in PACKETS:
        into.put("rtp_packets", getattr(total, outcome), outcome)
    for outcome in ("requested", "answered"):
        into.put("rtp_nack_packets", getattr(total, outcome), outcome)
    for outcome in ("sent", "retransmitted", "unsent"):
        into.put("rtp_sent_packets", getattr(total, outcome), outcome)
    into.put_histogram("send_lateness_seconds", media.pacer.lateness)
    into.put_histogram("rtp_jitter_seconds", media.rtp.jitter)
    losses: dict[str, Histogram] = {"in": media.rtp.loss, "out": media.rtp.loss_there}
    for direction, values in losses.items():
        into.put_histogram("rtp_loss_ratio", values, direction)


def _recognisers(recognisers: Recognisers, into: Exposition) -> None:
    for name, out in recognisers.out().items():
        into.put("recogniser_out", out, name)
    for name, work in recognisers.work().items():
        into.put("recogniser_load", work.load, name)
        into.put("recogniser_waiting", work.waiting, name)
        into.put("recogniser_busy_seconds", work.busy_s, name)
        into.put("recogniser_audio_seconds", work.audio_s, name)
