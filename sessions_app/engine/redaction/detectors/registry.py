"""The kinds that can be hidden, by priority: the first names a span that several match."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from sessions_app.engine.redaction.detectors import accounts, cards, emails, national, phones
from sessions_app.engine.redaction.reading import NumberReading
from sessions_app.engine.redaction.spans import FoundSpan

Detector = Callable[[NumberReading], Iterable[FoundSpan]]


class Kind(NamedTuple):
    """A kind: what people read of it, and what makes its detector for a language (BCP 47)."""

    name: str
    make: Callable[[str], Detector]


KINDS: dict[str, Kind] = {
    cards.KIND: Kind("Payment cards, with their security codes", lambda _: cards.find),
    accounts.KIND: Kind("Bank accounts (IBAN)", lambda _: accounts.find),
    national.SSN_KIND: Kind("US Social Security numbers", lambda _: national.find_ssn),
    national.IDNR_KIND: Kind("German tax numbers (Steuer-ID)", lambda _: national.find_idnr),
    national.DNI_KIND: Kind("Spanish identity numbers (DNI, NIE)", lambda _: national.find_dni),
    emails.KIND: Kind("E-mail addresses", lambda _: emails.find),
    phones.KIND: Kind("Telephone numbers", lambda language: phones.PhoneDetector(language).find),
}
"""A new kind is a file here, an entry, and sentences in `bench/campaigns/redaction.py`."""
