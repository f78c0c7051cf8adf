"""Sends planned traces by OTLP. The only module that imports OpenTelemetry's SDK: it costs memory.

The SDK reads its standard variables (OTEL_…): where traces go, with which headers, for how long it
waits, which share of the traces is sent (OTEL_TRACES_SAMPLER), and how the service is called.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, set_span_in_context

from sessions_app.engine.core.traced_calls import span_id_of, trace_id_of
from sessions_app.runtime.tracing.exporting import NotExportedError
from sessions_app.runtime.tracing.spans import CALL, PlannedSpan, PlannedTrace
from sessions_app.services.release import version

SERVICE, UNNAMED = "voicesite", "unknown_service"

A_REQUEST = 512
"""Spans of one request. More make requests that collectors refuse; fewer more requests."""

REFUSED = frozenset({400, 413})
"""Statuses by which a collector says that it will never take these spans."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class OtlpSender:
    """Sends traces. Blocks, and belongs to one thread."""

    def __init__(self) -> None:
        self._status = 0
        session = requests.Session()
        session.hooks["response"].append(self._note)
        self._exporter = OTLPSpanExporter(session=session)
        self._made: list[ReadableSpan] = []
        self._ids = _GivenIds()
        self._provider = TracerProvider(
            resource=_resource(), id_generator=self._ids, shutdown_on_exit=False
        )
        self._provider.add_span_processor(_Keeps(self._made))
        self._tracer = self._provider.get_tracer(SERVICE, version())

    def send(self, traces: Iterable[PlannedTrace]) -> int:
        """Sends the traces; returns how many spans the collector refused for good.

        Raises NotExportedError where it does not answer, or wants nothing now: some of the traces
        may have arrived, and may be sent again.
        """
        for trace in traces:
            self._make(trace)
        made, refused = list(self._made), 0
        self._made.clear()
        for spans in _parts(made):
            refused += 0 if self._sent(spans) else len(spans)
        return refused

    def close(self) -> None:
        """Gives up what is being sent, from any thread; nothing can be sent afterwards."""
        self._exporter.shutdown()  # type: ignore[no-untyped-call] # it has no types

    def _sent(self, spans: list[ReadableSpan]) -> bool:
        self._status = 0
        if self._exporter.export(spans) is SpanExportResult.SUCCESS:
            return True
        if self._status in REFUSED:
            return False
        raise NotExportedError(f"status {self._status}" if self._status else "no answer")

    def _note(self, response: requests.Response, **_: Any) -> None:
        self._status = response.status_code

    def _make(self, trace: PlannedTrace) -> None:
        """Makes the spans of a trace, those above before those below; ended, they are kept."""
        spans: dict[str, Span] = {}
        for planned in trace.spans:
            spans[planned.place] = self._start(trace, planned, spans.get(planned.parent))
        for planned in reversed(trace.spans):
            span = spans[planned.place]
            if planned.error:
                span.set_attribute("error.type", planned.error)
                span.set_status(Status(StatusCode.ERROR, planned.error))
            span.end(_nanoseconds(trace.clock_start, planned.end_ms))

    def _start(self, trace: PlannedTrace, planned: PlannedSpan, above: Span | None) -> Span:
        self._ids.trace_id = trace_id_of(trace.call_id)
        self._ids.span_id = span_id_of(trace.call_id, planned.place)
        kind = SpanKind.SERVER if planned.place == CALL else SpanKind.INTERNAL
        return self._tracer.start_span(
            planned.name,
            context=None if above is None else set_span_in_context(above),
            kind=SpanKind.CLIENT if planned.is_client else kind,
            attributes=dict(planned.attributes),
            start_time=_nanoseconds(trace.clock_start, planned.start_ms),
        )


class _GivenIds(IdGenerator):
    """Gives the ids that were set, in place of random ones."""

    def __init__(self) -> None:
        self.trace_id = self.span_id = 0

    def generate_trace_id(self) -> int:
        return self.trace_id

    def generate_span_id(self) -> int:
        return self.span_id


class _Keeps(SpanProcessor):
    """Keeps the spans that ended, without those that the sampler left out."""

    def __init__(self, made: list[ReadableSpan]) -> None:
        self._made = made

    def on_end(self, span: ReadableSpan) -> None:
        if span.context is not None and span.context.trace_flags.sampled:
            self._made.append(span)


def _resource() -> Resource:
    """Returns what the environment says of the service; its name is ours where it says none."""
    found = Resource.create({SERVICE_VERSION: version()})
    if str(found.attributes.get(SERVICE_NAME, UNNAMED)).startswith(UNNAMED):
        return found.merge(Resource({SERVICE_NAME: SERVICE}))
    return found


def _parts(spans: list[ReadableSpan]) -> Iterator[list[ReadableSpan]]:
    for at in range(0, len(spans), A_REQUEST):
        yield spans[at : at + A_REQUEST]


def _nanoseconds(start: datetime, after_ms: float) -> int:
    """Returns a time of a call in ns since 1970, as exactly as both are given."""
    return (start - EPOCH) // timedelta(microseconds=1) * 1000 + round(after_ms * 1_000_000)
