"""Results of connection checks: what may be kept of them, under which code, and for how long."""

import re
import secrets
import time
from datetime import datetime, timedelta
from threading import Lock
from typing import Annotated, Any, Literal, NotRequired

from django.db import IntegrityError, transaction
from django.utils import timezone
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from sessions_app.engine.core.errors import VoiceError
from sessions_app.engine.core.rates import Allowances
from sessions_app.models import ConnectionCheck

KEPT = timedelta(days=7)
"""How long results are kept. Shorter than support answers makes the code useless."""

MOST_A_MINUTE = 4
"""Results that a user may keep in a minute, in each web process. A whole check takes longer."""

MOST_KNOWN = 1_000
"""Users whose rate is known at a time; more costs memory, fewer forgets floods."""

ALPHABET, LENGTH, TRIES = "23456789ABCDEFGHJKMNPQRSTUVWXYZ", 8, 5
"""No character looks like another. 31^8 codes: who guesses a million a day needs 2 000 years."""

MOST_STEPS, MOST_MS = 8, 120_000.0
"""Steps of a check, and the longest that one can take; results with more are refused."""

Step = Literal[
    "microphone", "loudspeaker", "udp", "relay-udp", "relay-tcp", "relay-tls", "socket", "words"
]
Outcome = Literal["pass", "fail", "skipped"]
Reason = Literal[
    "ok", "cancelled", "other", "fair", "poor",
    "permission", "no-microphone", "microphone-busy", "insecure", "unsupported", "silent",
    "heard", "echo", "not-heard", "measured", "not-asked",
    "no-way", "relay-silent", "relay-refused", "relay-settings", "not-configured",
    "refused", "server-gone", "signed-out", "lost",
    "no-path", "nothing-said", "recogniser",
]  # fmt: skip
Milliseconds = Annotated[float, Field(ge=0, le=MOST_MS, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


@with_config(ConfigDict(extra="forbid"))
class Figures(TypedDict):
    """What a step measured: times in ms, losses as shares, levels as 0 to 1, echo in dB."""

    connectMs: NotRequired[Milliseconds]
    roundTripMs: NotRequired[Milliseconds]
    jitterMs: NotRequired[Milliseconds]
    lossUp: NotRequired[Share]
    lossDown: NotRequired[Share]
    level: NotRequired[Share]
    echoDb: NotRequired[Annotated[float, Field(ge=-120, le=120, allow_inf_nan=False)]]


@with_config(ConfigDict(extra="forbid"))
class Result(TypedDict):
    """One step: what came of it, why, what was measured, and how long it took."""

    step: Step
    result: Outcome
    reason: Reason
    figures: Figures
    tookMs: Milliseconds


_results: TypeAdapter[list[Result]] = TypeAdapter(
    Annotated[list[Result], Field(min_length=1, max_length=MOST_STEPS)]
)


class BadResultsError(VoiceError):
    """These are no results of a check (not retryable)."""

    code = "bad_results"


class TooManyChecksError(VoiceError):
    """The user kept results too often; may be tried again in a minute."""

    code = "too_many_checks"
    retryable = True


def read(given: Any) -> list[Result]:
    """Returns the results in a page's report; raises BadResultsError.

    Only known words and numbers pass, so that nothing personal can be kept.
    """
    try:
        read_results = _results.validate_python(given, strict=True)
    except ValidationError:
        # not chained: pydantic's error quotes what was sent
        raise BadResultsError("These are no results of a connection check.") from None
    steps = [result["step"] for result in read_results]
    if len(set(steps)) < len(steps):
        raise BadResultsError("Each step of a connection check has one result.")
    return read_results


class _Rates:
    """Counts each user's results; one a process, for all its threads."""

    def __init__(self) -> None:
        self._known = Allowances(MOST_KNOWN)
        self._lock = Lock()

    def take(self, user_pk: int) -> bool:
        with self._lock:
            return not self._known.of(str(user_pk), MOST_A_MINUTE).take(time.monotonic())


rates = _Rates()


def keep(user: Any, results: list[Result], user_agent: str) -> ConnectionCheck:
    """Returns the kept results with a new code. The user counts for the limit, and is not kept.

    Raises TooManyChecksError.
    """
    if not rates.take(user.pk):
        raise TooManyChecksError("You keep checks too often. Try again in a minute.")
    for tries in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                return ConnectionCheck.objects.create(
                    code=new_code(),
                    passed=all(one["result"] != "fail" for one in results),
                    browser=browser_family(user_agent),
                    results=results,
                    expires_at=timezone.now() + KEPT,
                )
        except IntegrityError:  # the code is taken
            if tries == TRIES:
                raise
    raise AssertionError("unreachable")


def new_code() -> str:
    """Returns a random code, as it is stored; people see it as ABCD-EFGH."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def normalised(typed: str) -> str:
    """Returns a code as it is stored, however it was typed."""
    return re.sub(r"[\s-]", "", typed).upper()


FAMILIES = (
    ("Edge", r"\bEdgA?(iOS)?/"),
    ("Opera", r"\bOPR/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(Firefox|FxiOS)/"),
    ("Chrome", r"\b(Chrome|Chromium|CriOS|HeadlessChrome)/"),
    ("Safari", r"\bSafari/"),
)
"""Families and what their User-Agent has; the first that fits counts, as most name others too."""


def browser_family(user_agent: str) -> str:
    """Returns a browser's family; everything else that it says of itself is left out."""
    found = (name for name, pattern in FAMILIES if re.search(pattern, user_agent))
    return next(found, "Other")


def forget_expired(now: datetime) -> int:
    """Deletes results whose time is over; returns how many."""
    return ConnectionCheck.objects.filter(expires_at__lt=now).delete()[0]
