"""Numbers of all calls at a glance, for staff: of a period, of one agent or of all.

Each number is queried when it is first read, so that a table alone costs only its own query. All of
them are sums that the database makes; nothing reads every segment, since `confidences` looks at
SAMPLED_CALLS calls alone. They show nothing of any single call, so the access log has no entry for
them.

All of them take 13 queries, however many calls there are, and one more where a recording's size is
unknown. Each reads the calls of the period from the index `call_numbers` alone, which has all that
is counted of a call: rows of calls are long. What belongs to a call is found by its key.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import Avg, Count, F, Min, Model, Q, QuerySet, Sum

from sessions_app.engine.core.events import Speaker
from sessions_app.engine.core.states import CallState
from sessions_app.i18n import of_agent
from sessions_app.models import (
    Agent,
    AudioCopy,
    Call,
    Extraction,
    Recording,
    Segment,
    Summary,
    Turn,
    Version,
)
from sessions_app.models.segment import SegmentSource
from sessions_app.models.work import WorkState
from sessions_app.services import usage
from sessions_app.services.days import day_in
from sessions_app.services.latencies import Spread, spread_of
from sessions_app.services.periods import Period, Stretch
from sessions_app.services.usage import UsageLine

Key = TypeVar("Key")

logger = logging.getLogger(__name__)

SAMPLED_CALLS = 500
"""How many calls of a period `confidences` looks at, spread evenly over it."""

MEASURED_FILES = 200
"""How many files without a known size are measured in the storage each time the page is opened."""

_OF_CONFIDENCE = ("call__recogniser", "call__language", "calls", "segments", "mean", "lowest")

JOBS: tuple[type[Model], ...] = (Recording, Summary, Extraction, Version, AudioCopy)
"""What is made of a call after its end, and may fail."""


@dataclass(frozen=True, slots=True)
class Named:
    """An agent, as the numbers name it."""

    key: int
    name: str


@dataclass(slots=True)
class Tally:
    """How many calls began, how many of them failed, and how long they lasted together."""

    calls: int = 0
    failed: int = 0
    length_ms: int = 0

    def add(self, row: dict[str, Any]) -> None:
        """Adds a row of `Numbers`: calls of one day, agent, state and end."""
        self.calls += row["calls"]
        self.length_ms += row["length"] or 0
        if row["state"] == CallState.FAILED.value:
            self.failed += row["calls"]

    @property
    def minutes(self) -> float:
        return self.length_ms / 60_000


@dataclass(frozen=True, slots=True)
class Answers:
    """How soon an agent's answers sounded, from the end of the caller's speech."""

    agent: Named
    answers: int
    spread: Spread


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure a recogniser was of what callers said, from 0 to 1, in the sampled calls."""

    recogniser: str
    language: str
    calls: int
    segments: int
    mean: float
    lowest: float


@dataclass(slots=True)
class Stored:
    """Bytes that are kept of an agent's calls; `unknown` recordings could not be measured."""

    agent: Named
    recordings: int = 0
    recording_bytes: int = 0
    copies: int = 0
    copy_bytes: int = 0
    unknown: int = 0

    @property
    def bytes(self) -> int:
        return self.recording_bytes + self.copy_bytes


class Numbers:
    """The numbers of calls that began in a period; `agent` narrows all of them to its calls."""

    def __init__(self, period: Period, agent: Agent | None = None) -> None:
        self.period = period
        self.agent = agent

    @cached_property
    def total(self) -> Tally:
        return self._tally(lambda _row: "").get("", Tally())

    @cached_property
    def stretches(self) -> list[tuple[Stretch, Tally]]:
        """Each day or week of the period, those without calls among them."""
        found = self._tally(lambda row: self.period.place_of(row["day"]))
        return [
            (stretch, found.get(place, Tally()))
            for place, stretch in enumerate(self.period.stretches())
        ]

    @cached_property
    def agents(self) -> list[tuple[Named, Tally]]:
        """The agents that had calls, those with the most calls first."""
        found = _largest(self._tally(lambda row: row["agent"]))
        return [(self._named(agent), tally) for agent, tally in found]

    @cached_property
    def ends(self) -> list[tuple[str, Tally]]:
        """Why calls ended, most frequent first; "" for calls that are live or have no reason."""
        return _largest(self._tally(lambda row: row["end_reason"]))

    @cached_property
    def failed_jobs(self) -> dict[type[Model], int]:
        """How much of each of JOBS failed for good."""
        of_files = {Recording: self._recordings, AudioCopy: self._copies}
        return {
            model: sum(row["failed"] for row in of_files[model])
            if model in of_files
            else self._failed(model)
            for model in JOBS
        }

    @cached_property
    def answers(self) -> list[Answers]:
        """How soon agents answered what was spoken, the slowest median first."""
        counted = (
            Turn.objects.filter(
                self._of_calls("call__"), speech_end_ms__isnull=False, first_audio_ms__isnull=False
            )
            .order_by()
            .values("call__agent_id", took=F("first_audio_ms") - F("speech_end_ms"))
            .annotate(answers=Count("pk"))
        )
        lengths: dict[int, dict[int, int]] = defaultdict(dict)
        for row in counted:
            lengths[row["call__agent_id"]][row["took"]] = row["answers"]
        found = [
            Answers(self._named(key), sum(counts.values()), spread_of(counts))
            for key, counts in lengths.items()
        ]
        return sorted(found, key=lambda one: (-(one.spread.p50 or 0), one.agent.name))

    @cached_property
    def confidences(self) -> list[Confidence]:
        """How sure recognisers were, by recogniser and language; the least sure first."""
        heard = Segment.objects.filter(
            call__in=self._sample(),
            speaker=Speaker.CALLER.value,
            source=SegmentSource.LIVE,
            confidence__isnull=False,
        )
        rows: Iterable[Any] = (
            heard.order_by()
            .values("call__recogniser", "call__language")
            .annotate(
                calls=Count("call", distinct=True),
                segments=Count("pk"),
                mean=Avg("confidence"),
                lowest=Min("confidence"),
            )
        )
        found = [Confidence(*(row[name] for name in _OF_CONFIDENCE)) for row in rows]
        return sorted(found, key=lambda one: (one.mean, one.recogniser, one.language))

    @cached_property
    def sampled_every(self) -> int:
        """Which of the calls `confidences` looks at: 1 for all, 3 for every third."""
        return -(-self.total.calls // SAMPLED_CALLS) or 1

    @cached_property
    def stored(self) -> list[Stored]:
        """What the storage for recordings keeps, most bytes first."""
        found: dict[int, Stored] = {}
        for row in self._recordings:
            one = found[row["call__agent"]] = Stored(self._named(row["call__agent"]))
            one.recordings, one.unknown = row["files"], row["unknown"]
            one.recording_bytes = row["total"] or 0
        if unknown := sum(one.unknown for one in found.values()):
            for agent, size in _measured(self._rows_of(Recording).exclude(file=""), unknown):
                found[agent].recording_bytes += size
                found[agent].unknown -= 1
        for row in self._copies:
            agent = row["call__agent"]
            one = found.setdefault(agent, Stored(self._named(agent)))
            one.copies, one.copy_bytes = row["files"], row["total"] or 0
        kept = [one for one in found.values() if one.recordings or one.copies]
        return sorted(kept, key=lambda one: (-one.bytes, one.agent.name))

    @cached_property
    def spent(self) -> list[UsageLine]:
        """What calls used and cost, by agent, as the usage page shows it; most expensive first.

        Agents whose calls used nothing are left out.
        """
        lines = usage.summed(self.period.since, self.period.before, agent=self.agent)
        used = [line for line in lines if line.total.costs or line.total.unpriced]
        return sorted(used, key=lambda line: (-sum(line.total.costs.values()), line.agent_name))

    @cached_property
    def _groups(self) -> list[dict[str, Any]]:
        """Returns how many calls began by day, agent, state and end: one query for five tables."""
        rows: Any = (
            Call.objects.filter(self._of_calls())
            .order_by()
            .annotate(day=day_in(self.period))
            .values("day", "agent", "state", "end_reason")
            .annotate(calls=Count("pk"), length=Sum("duration_ms"))
        )
        return list(rows)

    @cached_property
    def _recordings(self) -> list[dict[str, Any]]:
        return _sizes(self._rows_of(Recording), Q(file=""))

    @cached_property
    def _copies(self) -> list[dict[str, Any]]:
        return _sizes(self._rows_of(AudioCopy), Q(file_name=""))

    @cached_property
    def _names(self) -> dict[int, str]:
        return dict(Agent.objects.values_list("pk", "name"))

    def _named(self, agent: int) -> Named:
        return Named(agent, of_agent(self._names.get(agent, "")))

    def _tally(self, key: Callable[[dict[str, Any]], Key]) -> dict[Key, Tally]:
        found: dict[Key, Tally] = defaultdict(Tally)
        for row in self._groups:
            found[key(row)].add(row)
        return dict(found)

    def _of_calls(self, prefix: str = "") -> Q:
        """Returns the filter for the calls or, with `prefix`, for their rows."""
        calls: dict[str, Any] = {
            "created_at__gte": self.period.since,
            "created_at__lt": self.period.before,
            "erasing_at": None,
        }
        if self.agent is not None:
            calls["agent"] = self.agent
        return Q(**{f"{prefix}{name}": value for name, value in calls.items()})

    def _rows_of(self, model: Any) -> Any:
        """Returns what `model` keeps of the calls."""
        return model.objects.filter(self._of_calls("call__"))

    def _failed(self, model: Any) -> int:
        count: int = self._rows_of(model).filter(state=WorkState.FAILED).count()
        return count

    def _sample(self) -> list[int]:
        """Returns the keys of at most SAMPLED_CALLS calls, spread evenly over the period."""
        # in the order of the index, so that no row is read
        keys = Call.objects.filter(self._of_calls()).order_by("created_at", "agent_id")
        return list(keys.values_list("pk", flat=True))[:: self.sampled_every]


def _largest(found: dict[Key, Tally]) -> list[tuple[Key, Tally]]:
    return sorted(found.items(), key=lambda one: (-one[1].calls, str(one[0])))


def _sizes(rows: Any, none: Q) -> list[dict[str, Any]]:
    """Returns by agent how many jobs failed, and the files of those that are not `none`."""
    counted = (
        rows.order_by()
        .values("call__agent")
        .annotate(
            failed=Count("pk", filter=Q(state=WorkState.FAILED)),
            files=Count("pk", filter=~none),
            total=Sum("size", filter=~none),
            unknown=Count("pk", filter=~none & Q(size=None)),
        )
    )
    return list(counted)


def _measured(recordings: QuerySet[Recording], there_are: int) -> list[tuple[int, int]]:
    """Returns agent and bytes of recordings whose row has no size, of MEASURED_FILES at most.

    `there_are` is how many such rows there are: the database need not look for more.

    A file that is not there, or a storage that does not answer, leaves the size unknown.
    """
    unknown = recordings.filter(size=None).select_related("call").order_by("-call__created_at")
    found = []
    for one in unknown[: min(MEASURED_FILES, there_are)]:
        try:
            found.append((one.call.agent_id, one.file.size))
        except Exception as error:  # noqa: BLE001 - each storage has errors of its own
            logger.warning("recordings are not measured: %s", type(error).__name__)
            if not isinstance(error, FileNotFoundError):
                break  # the storage does not answer: each of the others would wait as long
    return found
