"""Writes metrics as Prometheus reads them, and puts those of several processes together."""

from collections.abc import Iterable, Iterator
from itertools import count as counting

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

from sessions_app.engine.core.histograms import Histogram
from sessions_app.runtime.monitoring.definitions import (
    METRICS,
    PREFIX,
    PROCESS,
    MetricDefinition,
    MetricKind,
)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Exposition:
    """Collects the values of one process; each metric is one of METRICS."""

    def __init__(self) -> None:
        self._families: dict[str, Metric] = {}

    def put(self, name: str, value: float, *labels: str) -> None:
        """Adds the value of a counter or gauge; raises KeyError for an unknown name."""
        metric = METRICS[name]
        if metric.kind is MetricKind.HISTOGRAM:
            raise KeyError(f"{name} is a histogram")
        self._family(metric).add_sample(metric.exposed, _labels(metric, labels), value)

    def put_histogram(self, name: str, values: Histogram, *labels: str) -> None:
        """Adds a histogram; raises KeyError for an unknown name."""
        metric, total = METRICS[name], 0
        if metric.kind is not MetricKind.HISTOGRAM:
            raise KeyError(f"{name} is no histogram")
        family, given = self._family(metric), _labels(metric, labels)
        bounds = (*map(str, values.bounds), "+Inf")
        for bound, number in zip(bounds, list(values.counts), strict=True):
            total += number
            family.add_sample(f"{metric.exposed}_bucket", {**given, "le": bound}, total)
        family.add_sample(f"{metric.exposed}_count", given, total)
        family.add_sample(f"{metric.exposed}_sum", given, values.total)

    def families(self) -> list[Metric]:
        """Returns what was added."""
        return list(self._families.values())

    def _family(self, metric: MetricDefinition) -> Metric:
        if metric.name not in self._families:
            made = Metric(PREFIX + metric.name, metric.help, metric.kind)
            self._families[metric.name] = made
        return self._families[metric.name]


def _labels(metric: MetricDefinition, values: tuple[str, ...]) -> dict[str, str]:
    """Returns the labels by name; raises ValueError for another number of them."""
    return dict(zip(metric.labels, values, strict=True))


def of_this_process(process: str, families: Iterable[Metric]) -> list[Metric]:
    """Returns families with the label of the process, and its CPU, memory and open files."""
    own = ProcessCollector(registry=None).collect()
    return labelled([*families, *own], process)


def labelled(families: Iterable[Metric], process: str) -> list[Metric]:
    """Returns families whose series have the label of that process."""
    made = []
    for family in families:
        copy = Metric(family.name, family.documentation, family.type)
        copy.samples = [
            Sample(one.name, {**one.labels, PROCESS: process}, one.value) for one in family.samples
        ]
        made.append(copy)
    return made


def process_of(families: Iterable[Metric]) -> str:
    """Returns the label of the process that counted; empty where there are no series."""
    return next((one.labels.get(PROCESS, "") for family in families for one in family.samples), "")


def distinct(groups: Iterable[list[Metric]]) -> list[list[Metric]]:
    """Returns the groups with labels of their own: Prometheus refuses a series that comes twice."""
    seen: set[str] = set()
    made = []
    for families in groups:
        name = process_of(families)
        numbers = (f"{name}-{number}" for number in counting(2))
        unique = name if name not in seen else next(one for one in numbers if one not in seen)
        seen.add(unique)
        made.append(families if unique == name else labelled(families, unique))
    return made


def read(text: str) -> list[Metric]:
    """Returns the families of another process's text; raises ValueError where it is none."""
    return list(text_string_to_metric_families(text))


def merged(groups: Iterable[Iterable[Metric]]) -> list[Metric]:
    """Returns the families of several processes, each name once."""
    found: dict[str, Metric] = {}
    for family in (one for group in groups for one in group):
        kept = found.get(family.name)
        if kept is None:
            kept = found[family.name] = Metric(family.name, family.documentation, family.type)
        kept.samples += family.samples
    return list(found.values())


def text_of(families: Iterable[Metric]) -> bytes:
    """Returns the text that Prometheus reads (CONTENT_TYPE)."""
    registry = CollectorRegistry()
    registry.register(_Families(list(families)))
    return generate_latest(registry)


class _Families(Collector):
    """Gives families that are there already."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        yield from self._families
