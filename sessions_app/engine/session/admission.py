"""Limits on calls, offers and ICE candidates, per party and per address. Pure: time is an argument.

All times are monotonic seconds.
"""

from collections import Counter
from dataclasses import dataclass

from sessions_app.engine.core.errors import BusyError
from sessions_app.engine.core.rates import Allowances, whole_seconds
from sessions_app.engine.core.reservations import Reservation

MAX_ALLOWANCES = 10_000
"""Rate limits kept in memory at a time; beyond that, the least recently used are dropped.

A higher value costs memory; a lower one lets a flood of new addresses reset the limits of others.
"""


@dataclass(frozen=True, slots=True)
class AdmissionLimits:
    """The configured limits; 0 means unlimited. Offers and candidates are per minute."""

    calls_per_user: int = 10
    calls_per_address: int = 50
    offers_per_user: int = 60
    offers_per_address: int = 120
    candidates_per_user: int = 1200
    candidates_per_address: int = 2400


class Admission:
    """Counts the open calls, offers and candidates of each party and each address.

    A party is whoever the per-user limits apply to, as an opaque key. The per-minute limits are
    token buckets that refill evenly. Each method checks and counts in one step, without awaiting,
    so concurrent requests cannot exceed a limit.
    """

    def __init__(self, limits: AdmissionLimits) -> None:
        self._limits = limits
        self._open_calls: Counter[str] = Counter()
        self._allowances = Allowances(MAX_ALLOWANCES)

    def reserve(self, party: str, address: str, now_s: float) -> Reservation:
        """Counts an offer and its call. Release the result if the start fails or the call ends.

        Raises BusyError (retryable) if the party or the address is at a limit. The offer still
        counts then, unless the offer itself was over the limit.
        """
        self.offer(party, address, now_s)
        self._check(party, address)
        return self.hold(party, address)

    def full(self, party: str, address: str) -> bool:
        """Returns whether the party or the address has reached its limit of open calls."""
        try:
            self._check(party, address)
        except BusyError:
            return True
        return False

    def hold(self, party: str, address: str) -> Reservation:
        """Counts a call that was admitted elsewhere, without checking the limits."""
        names = _names(party, address)
        self._open_calls.update(names)
        return Reservation(lambda: self._forget(names))

    def offer(self, party: str, address: str, now_s: float) -> None:
        """Counts an offer that adds no call; raises BusyError (retryable) over the limit."""
        limits = self._limits
        limit = limits.offers_per_user, limits.offers_per_address
        self._take("offers", _names(party, address), limit, now_s)

    def forget_offer(self, party: str, address: str) -> None:
        """Undoes the counting of an offer that will be counted a second time."""
        for name in _names(party, address):
            if (allowance := self._allowances.known(f"offers {name}")) is not None:
                allowance.give_back()

    def candidate(self, party: str, address: str, now_s: float) -> None:
        """Counts an ICE candidate; raises BusyError (retryable) over the limit."""
        limits = self._limits
        limit = limits.candidates_per_user, limits.candidates_per_address
        self._take("candidates", _names(party, address), limit, now_s)

    def _check(self, party: str, address: str) -> None:
        own, *at_address = (self._open_calls[name] for name in _names(party, address))
        if 0 < self._limits.calls_per_user <= own:
            raise BusyError(
                f"You already have {own} calls open, the most allowed. End one first.",
                code="too_many_calls",
            )
        if at_address and 0 < self._limits.calls_per_address <= at_address[0]:
            raise BusyError(
                f"Your network address already has {at_address[0]} calls open, the most allowed.",
                code="too_many_calls",
            )

    def _forget(self, names: tuple[str, ...]) -> None:
        self._open_calls.subtract(names)
        for name in names:
            if self._open_calls[name] <= 0:
                del self._open_calls[name]

    def _take(
        self, what: str, names: tuple[str, ...], limits: tuple[int, int], now_s: float
    ) -> None:
        """Counts against both the party and the address, or neither if one is at its limit."""
        allowances = [
            (name, self._allowances.of(f"{what} {name}", limit))
            for name, limit in zip(names, limits, strict=False)
            if limit
        ]
        for name, allowance in allowances:
            if wait_s := allowance.wait_s(now_s):
                raise _too_many(what, name, allowance.limit, wait_s)
        for _, allowance in allowances:
            allowance.take(now_s)


def _names(party: str, address: str) -> tuple[str, ...]:
    return (f"user {party}", f"at {address}") if address else (f"user {party}",)


def _too_many(what: str, name: str, limit: float, wait_s: float) -> BusyError:
    seconds = whole_seconds(wait_s)
    sender = "You send" if name.startswith("user") else "Your address sends"
    return BusyError(
        f"{sender} more than {limit:g} {what} a minute. Try again in {seconds} s.",
        code=f"too_many_{what}",
        retry_after_s=seconds,
    )
