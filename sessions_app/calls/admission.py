"""Who may start another call now: limits per user and per address. Pure: time is an argument."""

from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from sessions_app.core.errors import BusyError
from sessions_app.core.rates import Allowance

MOST_KEPT = 10_000
"""Names of users and addresses that are remembered; the oldest make room."""


@dataclass(frozen=True, slots=True)
class AdmissionLimits:
    """Limits of this process; 0 means none. Offers and candidates count within a minute."""

    calls_per_user: int = 10
    calls_per_address: int = 50
    offers_per_user: int = 60
    offers_per_address: int = 120
    candidates_per_user: int = 1200
    candidates_per_address: int = 2400


class Admission:
    """Counts what users and addresses send; each count refills evenly over a minute."""

    def __init__(self, limits: AdmissionLimits) -> None:
        self._limits = limits
        self._used: OrderedDict[str, Allowance] = OrderedDict()

    def offer(self, party: str, address: str, now_s: float) -> None:
        """Counts an offer; raises BusyError (retryable) for one too many."""
        limits = self._limits
        self._take("offers", f"user {party}", limits.offers_per_user, now_s)
        if address:
            self._take("offers", f"at {address}", limits.offers_per_address, now_s)

    def candidate(self, party: str, address: str, now_s: float) -> None:
        """Counts an ICE candidate; raises BusyError (retryable) for one too many."""
        limits = self._limits
        self._take("candidates", f"user {party}", limits.candidates_per_user, now_s)
        if address:
            self._take("candidates", f"at {address}", limits.candidates_per_address, now_s)

    def call(self, party: str, address: str, open_calls: Iterable[tuple[str, str]]) -> None:
        """Raises BusyError (retryable) for a call too many; `open_calls` are (party, address)."""
        limits = self._limits
        listed = list(open_calls)
        own = Counter(name for name, _ in listed)[party]
        near = Counter(at for _, at in listed)[address] if address else 0
        if limits.calls_per_user and own >= limits.calls_per_user:
            raise BusyError(
                f"You have {own} calls open, as many as are allowed. End one first.",
                code="too_many_calls",
            )
        if limits.calls_per_address and near >= limits.calls_per_address:
            raise BusyError(
                f"Your address has {near} calls open, as many as are allowed.",
                code="too_many_calls",
            )

    def _take(self, what: str, who: str, limit: int, now_s: float) -> None:
        if not limit:
            return
        name = f"{what} {who}"
        allowance = self._used.setdefault(name, Allowance(limit))
        wait = allowance.take(now_s)
        if wait:
            wait_s = max(1, round(wait))
            sender = "You send" if who.startswith("user") else "Your address sends"
            raise BusyError(
                f"{sender} more than {limit} {what} a minute. Try again in {wait_s} s.",
                code=f"too_many_{what}",
                retry_after_s=wait_s,
            )
        self._used.move_to_end(name)
        while len(self._used) > MOST_KEPT:
            self._used.popitem(last=False)
