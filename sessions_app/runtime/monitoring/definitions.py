"""Every metric: its name, kind, labels and meaning. docs/metrics.md says what to do with each.

No label holds what a user wrote, said or is called: values are words of the code, or names that
the operator gave to recognisers.
"""

from dataclasses import dataclass
from enum import StrEnum

PREFIX = "voicesite_"
COUNTED = "total"
"""What the names of counters end in."""

PROCESS = "process"
"""The label that every series has besides its own: which process counted."""


class MetricKind(StrEnum):
    """What Prometheus calls the type. Names leave out the `_total` in which counters end."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class MetricDefinition:
    """One metric; `name` without PREFIX, `help` in one sentence."""

    name: str
    kind: MetricKind
    help: str
    labels: tuple[str, ...] = ()

    @property
    def exposed(self) -> str:
        """The name in queries, as docs/metrics.md lists it."""
        ending = (COUNTED,) if self.kind is MetricKind.COUNTER else ()
        return PREFIX + "_".join((self.name, *ending))


def _counter(name: str, says: str, *labels: str) -> MetricDefinition:
    return MetricDefinition(name, MetricKind.COUNTER, says, labels)


def _gauge(name: str, says: str, *labels: str) -> MetricDefinition:
    return MetricDefinition(name, MetricKind.GAUGE, says, labels)


def _histogram(name: str, says: str, *labels: str) -> MetricDefinition:
    return MetricDefinition(name, MetricKind.HISTOGRAM, says, labels)


CALLS = (
    _gauge("calls", "Calls that are live now.", "door", "state"),
    _gauge("calls_room", "Further calls that the process would take now."),
    _counter("calls_started", "Calls that were placed.", "door"),
    _counter("calls_ended", "Calls that ended, by why.", "reason"),
    _counter("calls_reconnecting", "Times a call lost its connection.", "door"),
    _counter("errors", "Errors that a client was told, or that a call's agent had.", "code"),
    _gauge("fault", "1 if a part does not work, as /readyz says, else 0.", "part"),
    _gauge("store_waiting_writes", "Writes of live calls that wait for the database."),
)

MEDIA = (
    _histogram("loop_lag_seconds", "How late the event loop wakes, ten times a second."),
    _gauge("loop_overloaded", "1 while the loop is so late that calls are refused."),
    _histogram("send_lateness_seconds", "How late the agents' packets leave, each 20 ms."),
    _counter("rtp_audio_seconds", "Received audio, by how it was had.", "how"),
    _counter("rtp_packets", "Received packets, by what became of them.", "outcome"),
    _counter("rtp_nack_packets", "Lost packets that were requested again.", "outcome"),
    _counter("rtp_sent_packets", "Packets of the agents' voices.", "outcome"),
    _histogram("rtp_jitter_seconds", "Jitter of what callers send, once a second and call."),
    _histogram("rtp_loss_ratio", "Lost share of a second or report (0..1).", "direction"),
)

SPEECH = (
    _gauge("recogniser_load", "Busy share (0..1) of its processes in the last 2 s.", "recogniser"),
    _gauge("recogniser_waiting", "Utterances that are over and have no final.", "recogniser"),
    _counter("recogniser_busy_seconds", "Seconds that its processes worked.", "recogniser"),
    _counter("recogniser_audio_seconds", "Seconds of audio that they were given.", "recogniser"),
    _gauge("recogniser_out", "1 while another one writes in its place.", "recogniser"),
    _histogram("final_delay_seconds", "From the end of what was said to its final text."),
    _histogram("answer_seconds", "From the end of what was said to the answer's first sound."),
    _histogram("answer_stage_seconds", "What each stage of an answer took.", "stage"),
    _counter("answers", "Answers of agents that were spoken.", "outcome"),
    _counter("recognised_seconds", "Audio that live calls gave to recognisers."),
    _counter("model_requests", "Requests to language models in live calls."),
    _counter("tokens", "Tokens of language models in live calls.", "direction"),
    _counter("spoken_characters", "Characters that voices were given to read in live calls."),
)

BACKGROUND = (
    _gauge("jobs", "Jobs after calls that are not done.", "kind", "state"),
    _gauge("job_age_seconds", "How long the oldest of them has been due.", "kind", "state"),
    _counter("job_attempts", "Attempts at jobs, by how they ended.", "kind", "outcome"),
    _gauge("heartbeat_age_seconds", "Since the last sign of life.", "part"),
    _gauge("storage_bytes", "What is kept, by what it is.", "what"),
    _gauge("disk_free_bytes", "What the disk has left.", "part"),
    _gauge("database_up", "1 if the database answered the last count."),
)

PROCESSES = (
    _gauge("process_up", "1 for each process that answered, 0 for one that did not.", "role"),
)

METRICS = {one.name: one for one in (*CALLS, *MEDIA, *SPEECH, *BACKGROUND, *PROCESSES)}
"""By their names without PREFIX."""
