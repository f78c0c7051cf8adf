"""Who may start another call now: limits per party and per address. Pure: time is an argument."""

from collections import Counter, OrderedDict
from dataclasses import dataclass

from sessions_app.engine.core.errors import BusyError
from sessions_app.engine.core.rates import Allowance, whole_seconds
from sessions_app.engine.core.reservations import Reservation

MOST_KEPT = 10_000
"""Parties and addresses that are counted; of more the oldest are forgotten."""


@dataclass(frozen=True, slots=True)
class AdmissionLimits:
    """Limits of one count; 0 means none. Offers and candidates count within a minute."""

    calls_per_user: int = 10
    calls_per_address: int = 50
    offers_per_user: int = 60
    offers_per_address: int = 120
    candidates_per_user: int = 1200
    candidates_per_address: int = 2400


class Admission:
    """Counts the calls that parties and addresses have, and what they send.

    A party is whoever a limit per user is for, as an opaque text. What is counted within a
    minute refills evenly. Each method checks and counts in one step, without awaiting: what
    many ask for at once is given only as often as it is allowed.
    """

    def __init__(self, limits: AdmissionLimits) -> None:
        self._limits = limits
        self._open: Counter[str] = Counter()
        self._used: OrderedDict[str, Allowance] = OrderedDict()

    def reserve(self, party: str, address: str, now_s: float) -> Reservation:
        """Counts an offer and its call; release it when the start failed, or the call is over.

        Raises BusyError (retryable) where the party or the address has its fill; then the offer
        alone is counted, unless it was one too many itself.
        """
        self.offer(party, address, now_s)
        self._check(party, address)
        return self.hold(party, address)

    def full(self, party: str, address: str) -> bool:
        """Returns whether the party or the address has all the calls that it may have."""
        try:
            self._check(party, address)
        except BusyError:
            return True
        return False

    def hold(self, party: str, address: str) -> Reservation:
        """Counts a call that was admitted before: it is here whatever the limits say."""
        names = _names(party, address)
        self._open.update(names)
        return Reservation(lambda: self._forget(names))

    def offer(self, party: str, address: str, now_s: float) -> None:
        """Counts an offer that adds no call; raises BusyError (retryable) for one too many."""
        limits = self._limits
        limit = limits.offers_per_user, limits.offers_per_address
        self._take("offers", _names(party, address), limit, now_s)

    def forget_offer(self, party: str, address: str) -> None:
        """Counts an offer no more that will be counted again."""
        for name in _names(party, address):
            if (allowance := self._used.get(f"offers {name}")) is not None:
                allowance.give_back()

    def candidate(self, party: str, address: str, now_s: float) -> None:
        """Counts an ICE candidate; raises BusyError (retryable) for one too many."""
        limits = self._limits
        limit = limits.candidates_per_user, limits.candidates_per_address
        self._take("candidates", _names(party, address), limit, now_s)

    def _check(self, party: str, address: str) -> None:
        own, *near = (self._open[name] for name in _names(party, address))
        if 0 < self._limits.calls_per_user <= own:
            raise BusyError(
                f"You already have {own} calls open, the most allowed. End one first.",
                code="too_many_calls",
            )
        if near and 0 < self._limits.calls_per_address <= near[0]:
            raise BusyError(
                f"Your network address already has {near[0]} calls open, the most allowed.",
                code="too_many_calls",
            )

    def _forget(self, names: tuple[str, ...]) -> None:
        self._open.subtract(names)
        for name in names:
            if self._open[name] <= 0:
                del self._open[name]

    def _take(
        self, what: str, names: tuple[str, ...], limits: tuple[int, int], now_s: float
    ) -> None:
        """Counts for the party and the address, or for neither where one has its fill."""
        counted = [
            (name, self._allowance(f"{what} {name}", limit))
            for name, limit in zip(names, limits, strict=False)
            if limit
        ]
        for name, allowance in counted:
            if wait_s := allowance.wait_s(now_s):
                raise _too_many(what, name, allowance.limit, wait_s)
        for _, allowance in counted:
            allowance.take(now_s)

    def _allowance(self, name: str, limit: int) -> Allowance:
        """Returns what counts for a name; who is refused is remembered, too, or would be let in."""
        allowance = self._used.setdefault(name, Allowance(limit))
        self._used.move_to_end(name)
        if len(self._used) > MOST_KEPT:
            self._used.popitem(last=False)
        return allowance


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
