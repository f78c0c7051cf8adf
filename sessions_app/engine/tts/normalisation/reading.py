"""How one language reads what a rule has found; None where it leaves that to the voice."""

import calendar
import re
from dataclasses import dataclass
from decimal import Decimal

from num2words import num2words

from sessions_app.engine.text.marks import CLOSERS
from sessions_app.engine.tts.normalisation.attributive import before_noun
from sessions_app.engine.tts.normalisation.comparisons import COMPARISONS
from sessions_app.engine.tts.normalisation.currencies import Currency, agreeing, counted, currency
from sessions_app.engine.tts.normalisation.languages import Words

Match = re.Match[str]

_AMOUNT_BEFORE = re.compile(r"(?<![\w:])[/-]?(\d[\d.,]*)$")
_SCALES = {
    **dict.fromkeys(("k", "K", "thousand"), "thousand"),
    **dict.fromkeys(("m", "M", "million", "Million", "millions"), "million"),
    **dict.fromkeys(("bn", "B", "billion", "Billion", "billions"), "billion"),
    **dict.fromkeys(("trillion", "Trillion", "trillions"), "trillion"),
}
_POINTS = re.compile(r"es-(?:cu|do|gt|hn|mx|ni|pa|pe|pr|sv|us)\b|(?:de|fr|it)-(?:ch|li)\b")
"""Where a point, and not a comma, is before the cents."""

_HOURS_OF = {
    "de": {1: "ein"},
    "es": {1: "una", 21: "veintiuna"},
    "fr": {1: "une", 21: "vingt et une"},
    "it": {1: "una"},
    "pt": {1: "uma", 2: "duas", 21: "vinte e uma", 22: "vinte e duas"},
}
"""Hours have a gender, which figures do not show."""

_ONE_HOUR = re.compile(r"^(une heure|uma hora)s")
_MOMENT = re.compile(r"\d[:h]\d|\d[./-]\d+[./-]\d\d")
_CLOCK = re.compile(r"\W*\d{1,2}[:h]\d\d")
_LAST_FIGURE, _FIRST_FIGURE = re.compile(r"\d[\d.,]*$"), re.compile(r"\d[\d.,]*")
_EQUALS = re.compile(r"[\d.,]+\s*=")
_TITLES = frozenset({("de", "Fr."), ("fr", "M.")})
"""What is a title before a name alone: "Fr." is Friday, too, and "M." a million."""

_CLOSERS = CLOSERS.replace("\\", "") + " \n"
_NEAR = 40
"""Characters of the text that are looked at before and after a dash."""

_VULGAR = {"½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4)}
_PARTS = frozenset({*range(2, 11), 12, 16, 20, 32, 64, 100})
_AND_A_HALF = {
    "de": "{}einhalb",
    "fr": "{} et demi",
    "es": "{} y medio",
    "it": "{} e mezzo",
    "pt": "{} e meio",
}
_MARKS = (10, 100)
"""Of so many is rather a mark or a day than a part: 8/10, 95/100."""

_DATIVE = re.compile(r"\b(am|vom|zum|beim|dem|den|des|bis|ab|seit)\s+$", re.IGNORECASE)
_ARTICLE = re.compile(r"\bder\s+$", re.IGNORECASE)
_REGIONAL = {"pt-br": ("quilóm", "quilôm")}
_NOON, _HOURS, _MONTHS = 12, 24, 12
_CENTS = 2


_LAKHS = re.compile(r"\d{1,2}(?:,\d\d)+,\d{3}(?:\.\d+)?")
"""How India groups figures: 1,50,000."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One language at its reading; `tag` is its BCP 47 tag in lower case, `base` without region."""

    words: Words
    base: str
    tag: str = ""

    @property
    def month_first(self) -> bool:
        """Whether 11/28/2026 is a date."""
        return self.tag in ("en", "en-us")

    def say(self, number: int | Decimal, **how: str) -> str:
        """Returns a number in words."""
        lang = "pt_BR" if self.tag == "pt-br" else self.base
        return str(num2words(number, lang=lang, **how)).replace(",", "")

    def digits(self, text: str) -> str:
        """Returns a number digit by digit."""
        return " ".join(self.say(int(c)) for c in text if c.isdigit())

    def of_gender(self, number: int, *, feminine: bool) -> str:
        """Returns a number as it stands before a noun."""
        return agreeing(self.say(number), number, self.base, feminine=feminine)

    # -- dates and times ----------------------------------------------------------------------

    def date(self, year: str, month: str, day: str) -> str | None:
        if not 1 <= int(month) <= _MONTHS or not 1 <= int(day) <= _days(int(year), int(month)):
            return None
        return self.words.date.format(
            day=self._day(int(day)),
            ordinal=self.say(int(day), to="ordinal"),
            month=self.words.months[int(month) - 1],
            year=self.say(int(year), to="year"),
        )

    def written_date(self, found: Match) -> str | None:
        first, second = found[1], found[3]
        month_first = self.month_first and found[2] != "."
        if month_first and int(first) > _MONTHS:
            month_first = False
        if not month_first and int(second) > _MONTHS:
            month_first = True
        month, day = (first, second) if month_first else (second, first)
        said = self.date(found[4], month, day)
        if said is None:  # there is none, whatever a voice makes of it: number by number
            return self.each(first, second, found[4])
        return self._declined(said, found) if self.base == "de" else said

    def iso_date(self, found: Match) -> str:
        return self.date(found[1], found[2], found[3]) or self.each(found[2], found[3], found[1])

    def each(self, first: str, second: str, year: str) -> str:
        """Returns the numbers of what is written as a date."""
        return f"{self.say(int(first))}, {self.say(int(second))}, {self.say(int(year), to='year')}"

    @staticmethod
    def _declined(said: str, found: Match) -> str:
        """Returns a German date with its day as the word before it wants it: am …sten, der …ste."""
        day, _, rest = said.partition(" ")
        before = found.string[max(0, found.start() - _NEAR) : found.start()]
        if _DATIVE.search(before):
            day = f"{day.removesuffix('r')}n"
        elif _ARTICLE.search(before):
            day = day.removesuffix("r")
        return f"{day} {rest}"

    def _day(self, day: int) -> str:
        return "premier" if self.base == "fr" and day == 1 else self.say(day)

    def time(self, hour: str, minutes: str, after: str) -> str | None:
        """`after` is the half of the day that follows, if any."""
        number, past = int(hour), int(minutes)
        if number > _HOURS or (number == _HOURS and past):
            return None
        if self.base == "en":
            return self._english_time(number, past, halved=bool(after))
        full, with_minutes = self.words.clock
        hours = _HOURS_OF.get(self.base, {}).get(number) or self.say(number)
        said = (with_minutes if past else full).format(hour=hours, minutes=self.say(past))
        return _ONE_HOUR.sub(r"\1", said)

    def _english_time(self, hour: int, past: int, *, halved: bool) -> str:
        said = self.say(hour)
        if past == 0:
            if halved:
                return said
            return f"{said} o'clock" if 0 < hour <= _NOON else f"{said} hundred hours"
        few = "oh " if past < 10 else ""  # noqa: PLR2004 - of one digit
        return f"{said} {few}{self.say(past)}"

    def year(self, found: Match) -> str:
        return self.say(int(found[0]), to="year")

    def decade(self, found: Match) -> str | None:
        if not self.words.decade or (self.base == "en") is found[0].endswith("er"):
            return None
        tens = int(found[2] or found[3])
        century = int(found[1]) if found[1] else None
        if self.base == "de":
            before = self.say(century) + "hundert" if century else ""
            return self.words.decade.format(tens=before + self.say(tens)) if tens else None
        if tens == 0:
            return "two thousands" if century == 20 else f"{self.say(century or 0)} hundreds"  # noqa: PLR2004
        plural = re.sub("y$", "ie", self.say(tens)) + "s"
        return f"{self.say(century)} {plural}" if century else plural

    # -- amounts ------------------------------------------------------------------------------

    def money(self, sign: str, amount: str, scale: str, *, attributive: bool = False) -> str | None:
        """`attributive` is an English amount before a noun: "a five-dollar coupon"."""
        number, named = self._number(amount), currency(sign, self.base, self.tag)
        if number is None or named is None or (self.base == "en" and " " in amount):
            return None  # "$5 100 times": a blank groups the digits of others
        if attributive:
            named = named.as_singular
        if scale:
            return self._of_scale(number, scale, named)
        whole, part = divmod(number, 1)
        cents = part * 100
        if (part and not named.cent) or cents != cents.to_integral():
            return f"{self.say(number)} {named.many}"
        if not part:
            said = self._currency(int(whole), named)
            return said.replace(" ", "-") if attributive and said.count(" ") == 1 else said
        said = self._counted(int(cents), named.cent, named.cents)
        return f"{self._currency(int(whole), named)}{self.words.joint}{said}" if whole else said

    def cents(self, number: int) -> str | None:
        """Returns hundredths of what "$" is."""
        named = currency("$", self.base, self.tag)
        return self._counted(number, named.cent, named.cents) if named else None

    def goes_up(self, low: str, high: str) -> bool:
        """Returns whether two amounts are the least and the most of a range."""
        least, most = self._number(low), self._number(high)
        return least is not None and most is not None and least < most

    def less_money(self, found: Match) -> str | None:
        """Money below nothing whose minus stands at the figure: "$-5"."""
        said = self.money(found[1], found[2], found[3] or "")
        return f"{self.words.minus} {said}" if said else None

    def _of_scale(self, number: Decimal, scale: str, named: Currency) -> str | None:
        """Only English puts millions between the figure and the currency just so."""
        if self.base != "en" or scale not in _SCALES:
            return None
        return f"{self.say(number)} {_SCALES[scale]} {named.many}"

    def range_of_money(
        self, low: str, sign: str, high: str, scale: str = "", *, attributive: bool = False
    ) -> str | None:
        """Returns two amounts of which the second alone has its currency said."""
        least, most = self._number(low), self.money(sign, high, scale, attributive=attributive)
        if least is None or not most:
            return None
        if attributive:  # "a five to ten dollar ticket": the hyphen would be of one alone
            most = " ".join(most.rsplit("-", 1))
        return f"{self.say(least)} {self.words.to} {most}"

    def _currency(self, number: int, named: Currency) -> str:
        return self._counted(number, named.one, named.many, feminine=named.feminine)

    def _counted(self, number: int, one: str, many: str, *, feminine: bool = False) -> str:
        return counted(self.say(number), number, one, many, self.base, feminine=feminine)

    def _number(self, text: str) -> Decimal | None:
        """Returns a number as the language writes it; None where that is unsure."""
        mark = "." if _POINTS.match(self.tag) else self.words.decimal
        other = "," if mark == "." else "."
        bare = re.sub(r"[' \u00a0\u202f]", "", text)
        if mark == "." and _LAKHS.fullmatch(bare):
            bare = bare.replace(",", "")
        elif re.fullmatch(rf"\d+(?:{re.escape(other)}\d{{3}})+(?:{re.escape(mark)}\d+)?", bare):
            bare = bare.replace(other, "")
        elif other in bare and mark in bare:
            return None
        return Decimal(bare.replace(",", "."))

    def fraction(self, found: Match) -> str | None:
        whole, over, under, before, sign = found.groups()
        if not sign and over.startswith("0"):
            return None
        if found[0] in ("24/7", "50/50"):
            return f"{over} {under}"
        whole = whole or before
        said = self._part(*(_VULGAR[sign] if sign else (int(over), int(under))))
        if said is None:
            return None
        if not whole:
            return said
        if said == self.words.halves[1, 2] and self.base in _AND_A_HALF:
            number = int(whole)
            count = (
                self.of_gender(number, feminine=False) if self.base == "de" else self.say(number)
            )
            return _AND_A_HALF[self.base].format(count)
        if self.base == "en":
            said = re.sub("^one ", "a ", said).replace("a eighth", "an eighth")
        joint = {"en": "and", "fr": "et", "es": "y", "it": "e", "pt": "e"}.get(self.base, "")
        return " ".join(filter(None, [self.say(int(whole)), joint, said]))

    def _part(self, over: int, under: int) -> str | None:
        """Twelve twenty-fifths are rather the 25th of December."""
        if over >= under or under not in _PARTS or (over > 1 and under in _MARKS):
            return None
        if (over, under) in self.words.halves:
            return self.words.halves[over, under]
        if self.base != "en":
            return None
        name = self.say(under, to="ordinal")
        return f"{self.say(over)} {name}{'' if over == 1 else 's'}"

    def unit_name(self, unit: str, *, several: bool) -> str:
        """Returns the name of a unit as it is shortened; nothing for what is none."""
        names = self.words.units.get(unit)
        return names[several] if names else ""

    def unit(self, found: Match) -> str | None:
        before = _AMOUNT_BEFORE.search(found.string, 0, found.start())
        if before is None:
            return None
        one, many = self.words.units[found[1]]
        single = before[1] == "1" or before[0].startswith("/")
        single = single or before_noun(self.base, found.string, before.start(1), found.end())
        said = one if single else many
        general, own = _REGIONAL.get(self.tag, ("", ""))
        return f" {said.replace(general, own) if general else said}"

    def span(self, found: Match) -> str | None:
        """A range goes up; what goes down may be a difference, a score or a number."""
        low, high = self._number_or_none(found[1]), self._number_or_none(found[2])
        if low is None or high is None or low >= high or re.match(r"0\d", found[1]):
            return None
        return f"{found[1]} {self.words.to} {found[2]}"

    def less(self, found: Match) -> str | None:
        """A dash between numbers that go up, times or dates means a range; else it is a minus."""
        if "\u2212" in found[0]:
            return f" {self.words.minus} "
        before = found.string[max(0, found.start() - _NEAR) : found.start()].split()[-1]
        after = found.string[found.end() : found.end() + _NEAR]
        if not found[0].startswith(" ") and not _CLOCK.fullmatch(before):
            return None
        return f" {self.words.to if self._is_range(before, after) else self.words.minus} "

    def _is_range(self, before: str, after: str) -> bool:
        if _MOMENT.search(before) or _MOMENT.search(after.split(maxsplit=1)[0]):
            return True
        ends = _LAST_FIGURE.search(before), _FIRST_FIGURE.match(after)
        low, high = (self._number_or_none(end[0]) if end else None for end in ends)
        return low is not None and high is not None and low < high and not _EQUALS.match(after)

    def _number_or_none(self, text: str) -> Decimal | None:
        bare = text.rstrip(".,")
        return self._number(bare) if re.fullmatch(r"\d+(?:[.,]\d+)*", bare) else None

    # -- abbreviations ----------------------------------------------------------------------

    def abbreviation(self, found: Match) -> str | None:
        said, after = self.words.abbreviations[found[1]], found.string[found.end() :]
        named = after[:1].isspace() and after.lstrip()[:1].isupper()
        if (self.base, found[1]) in _TITLES and not named:
            return None
        # a full stop that also ends the sentence is still one
        ends = found[1].endswith(".") and not after.strip(_CLOSERS)
        return f"{said}." if ends else said

    def comparison(self, found: Match) -> str:
        return f"{COMPARISONS[self.base][found[1]]} "

    def before_figure(self, found: Match) -> str | None:
        if found[1] in ("No.", "no.") and self.base == "en" and not _is_number_sign(found):
            return None
        said = self.words.before_figure[found[1]]
        return said if said.endswith(" ") else f"{said} "


def _days(year: int, month: int) -> int:
    """Returns how many days a month has."""
    return calendar.monthrange(year, month)[1] if year else 0


def _is_number_sign(found: Match) -> bool:
    """Returns whether "No. 5" is a number; it may be an answer, and five of something."""
    before, after = found.string[: found.start()].rstrip(), found.string[found.end() :]
    if before and found[1] == "No." and before[-1].isalnum():
        return True
    if found[1] == "no." and before:
        return bool(_NUMBERED.search(before))
    return bool(_NO_MORE.match(after))


_NUMBERED = re.compile(
    r"\b(room|gate|bus|line|track|platform|house|order|invoice|item|question|player|model|part)$",
    re.IGNORECASE,
)
_NO_MORE = re.compile(
    r"\d+(?:[,.;:!?)]|$| (?:is|was|are|has|in|on|of|at|and|or|to|will|can|goes)\b)"
)
