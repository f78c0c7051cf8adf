"""How one language reads what a rule's pattern matched.

Readings are in words; None leaves the written text to the voice.
"""

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
"""Regions that write a decimal point although their language has a decimal comma."""

_HOURS_OF = {
    "de": {1: "ein"},
    "es": {1: "una", 21: "veintiuna"},
    "fr": {1: "une", 21: "vingt et une"},
    "it": {1: "una"},
    "pt": {1: "uma", 2: "duas", 21: "vinte e uma", 22: "vinte e duas"},
}
"""Hours that agree in gender with the word for hour, which num2words does not know."""

_ONE_HOUR = re.compile(r"^(une heure|uma hora)s")
_MOMENT = re.compile(r"\d[:h]\d|\d[./-]\d+[./-]\d\d")
_CLOCK = re.compile(r"\W*\d{1,2}[:h]\d\d")
_LAST_FIGURE, _FIRST_FIGURE = re.compile(r"\d[\d.,]*$"), re.compile(r"\d[\d.,]*")
_EQUALS = re.compile(r"[\d.,]+\s*=")
_TITLES = frozenset({("de", "Fr."), ("fr", "M.")})
"""A title only before a name: "Fr." is also Friday, and "M." a million."""

_CLOSERS = CLOSERS.replace("\\", "") + " \n"
_CONTEXT_CHARS = 40
"""Characters of the text that are looked at before and after a dash."""

_VULGAR = {"½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4)}
_DENOMINATORS = frozenset({*range(2, 11), 12, 16, 20, 32, 64, 100})
_AND_A_HALF = {
    "de": "{}einhalb",
    "fr": "{} et demi",
    "es": "{} y medio",
    "it": "{} e mezzo",
    "pt": "{} e meio",
}
_SCORE_TOTALS = (10, 100)
"""A fraction of these is more likely a score: 8/10, 95/100."""

_DATIVE = re.compile(r"\b(am|vom|zum|beim|dem|den|des|bis|ab|seit)\s+$", re.IGNORECASE)
_ARTICLE = re.compile(r"\bder\s+$", re.IGNORECASE)
_REGIONAL = {"pt-br": ("quilóm", "quilôm")}

_NOON, _HOURS, _MONTHS = 12, 24, 12
"""Hours to noon, hours of a day, months of a year."""

_LAKHS = re.compile(r"\d{1,2}(?:,\d\d)+,\d{3}(?:\.\d+)?")
"""Indian digit grouping: 1,50,000."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One language's readings; `tag` is its BCP 47 tag in lower case, `base` the language alone."""

    words: Words
    base: str
    tag: str = ""

    @property
    def month_first(self) -> bool:
        """Whether 11/28/2026 is a date: the month comes before the day."""
        return self.tag in ("en", "en-us")

    def say(self, number: int | Decimal, **how: str) -> str:
        """Returns a number in words; `how` goes to num2words, such as `to="ordinal"`."""
        lang = "pt_BR" if self.tag == "pt-br" else self.base
        return str(num2words(number, lang=lang, **how)).replace(",", "")

    def digits(self, text: str) -> str:
        """Returns a number digit by digit."""
        return " ".join(self.say(int(c)) for c in text if c.isdigit())

    def of_gender(self, number: int, *, feminine: bool) -> str:
        """Returns a number in words, in the gender of the noun after it."""
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

    def written_date(self, match: Match) -> str | None:
        first, second = match[1], match[3]
        month_first = self.month_first and match[2] != "."
        if month_first and int(first) > _MONTHS:
            month_first = False
        if not month_first and int(second) > _MONTHS:
            month_first = True
        month, day = (first, second) if month_first else (second, first)
        spoken = self.date(match[4], month, day)
        if spoken is None:  # no such date
            return self.date_parts(first, second, match[4])
        return self._declined(spoken, match) if self.base == "de" else spoken

    def iso_date(self, match: Match) -> str:
        return self.date(match[1], match[2], match[3]) or self.date_parts(
            match[2], match[3], match[1]
        )

    def date_parts(self, first: str, second: str, year: str) -> str:
        """Returns the three numbers of an impossible date one by one."""
        return f"{self.say(int(first))}, {self.say(int(second))}, {self.say(int(year), to='year')}"

    @staticmethod
    def _declined(spoken: str, match: Match) -> str:
        """Returns a German date in the case that the word before it takes: am …sten, der …ste."""
        day, _, rest = spoken.partition(" ")
        before = match.string[max(0, match.start() - _CONTEXT_CHARS) : match.start()]
        if _DATIVE.search(before):
            day = f"{day.removesuffix('r')}n"
        elif _ARTICLE.search(before):
            day = day.removesuffix("r")
        return f"{day} {rest}"

    def _day(self, day: int) -> str:
        return "premier" if self.base == "fr" and day == 1 else self.say(day)

    def time(self, hour: str, minutes: str, after: str) -> str | None:
        """Returns a time of day; `after` is the "am" or "pm" that follows it, or empty."""
        number, past = int(hour), int(minutes)
        if number > _HOURS or (number == _HOURS and past):
            return None
        if self.base == "en":
            return self._english_time(number, past, halved=bool(after))
        full, with_minutes = self.words.clock
        hours = _HOURS_OF.get(self.base, {}).get(number) or self.say(number)
        spoken = (with_minutes if past else full).format(hour=hours, minutes=self.say(past))
        return _ONE_HOUR.sub(r"\1", spoken)

    def _english_time(self, hour: int, past: int, *, halved: bool) -> str:
        spoken = self.say(hour)
        if past == 0:
            if halved:
                return spoken
            return f"{spoken} o'clock" if 0 < hour <= _NOON else f"{spoken} hundred hours"
        few = "oh " if past < 10 else ""  # noqa: PLR2004 - of one digit
        return f"{spoken} {few}{self.say(past)}"

    def year(self, match: Match) -> str:
        return self.say(int(match[0]), to="year")

    def decade(self, match: Match) -> str | None:
        if not self.words.decade or (self.base == "en") is match[0].endswith("er"):
            return None
        tens = int(match[2] or match[3])
        century = int(match[1]) if match[1] else None
        if self.base == "de":
            before = self.say(century) + "hundert" if century else ""
            return self.words.decade.format(tens=before + self.say(tens)) if tens else None
        if tens == 0:
            return "two thousands" if century == 20 else f"{self.say(century or 0)} hundreds"  # noqa: PLR2004
        plural = re.sub("y$", "ie", self.say(tens)) + "s"
        return f"{self.say(century)} {plural}" if century else plural

    # -- amounts ------------------------------------------------------------------------------

    def money(self, sign: str, amount: str, scale: str, *, attributive: bool = False) -> str | None:
        """Returns an amount of money; None where its number or its currency is ambiguous.

        `scale` is such as "million" or "bn"; `attributive` is an English amount before a noun:
        "a five-dollar coupon".
        """
        number, names = self._number(amount), currency(sign, self.base, self.tag)
        if number is None or names is None or (self.base == "en" and " " in amount):
            return None  # "$5 100 times": a blank groups the digits of others
        if attributive:
            names = names.as_singular
        if scale:
            return self._of_scale(number, scale, names)
        whole, part = divmod(number, 1)
        cents = part * 100
        if (part and not names.cent) or cents != cents.to_integral():
            return f"{self.say(number)} {names.many}"
        if not part:
            spoken = self._currency(int(whole), names)
            return spoken.replace(" ", "-") if attributive and spoken.count(" ") == 1 else spoken
        spoken = self._counted(int(cents), names.cent, names.cents)
        return f"{self._currency(int(whole), names)}{self.words.joint}{spoken}" if whole else spoken

    def cents(self, number: int) -> str | None:
        """Returns an amount of cents of the region's dollar or peso."""
        names = currency("$", self.base, self.tag)
        return self._counted(number, names.cent, names.cents) if names else None

    def is_ascending(self, low: str, high: str) -> bool:
        """Returns whether `low` is less than `high`, as the ends of a range are."""
        least, most = self._number(low), self._number(high)
        return least is not None and most is not None and least < most

    def negative_money(self, match: Match) -> str | None:
        """Returns a negative amount whose minus sign comes after the currency: "$-5"."""
        spoken = self.money(match[1], match[2], match[3] or "")
        return f"{self.words.minus} {spoken}" if spoken else None

    def _of_scale(self, number: Decimal, scale: str, names: Currency) -> str | None:
        """Returns "three million dollars"; None outside English, which inflects such amounts."""
        if self.base != "en" or scale not in _SCALES:
            return None
        return f"{self.say(number)} {_SCALES[scale]} {names.many}"

    def range_of_money(
        self, low: str, sign: str, high: str, scale: str = "", *, attributive: bool = False
    ) -> str | None:
        """Returns a range of money, with the currency read after the second amount alone."""
        least, most = self._number(low), self.money(sign, high, scale, attributive=attributive)
        if least is None or not most:
            return None
        if attributive:  # "a five to ten dollar ticket": the hyphen would be of one alone
            most = " ".join(most.rsplit("-", 1))
        return f"{self.say(least)} {self.words.to} {most}"

    def _currency(self, number: int, names: Currency) -> str:
        return self._counted(number, names.one, names.many, feminine=names.feminine)

    def _counted(self, number: int, one: str, many: str, *, feminine: bool = False) -> str:
        return counted(self.say(number), number, one, many, self.base, feminine=feminine)

    def _number(self, text: str) -> Decimal | None:
        """Parses a number with the region's separators; None where they are ambiguous."""
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

    def fraction(self, match: Match) -> str | None:
        whole, over, under, before, sign = match.groups()
        if not sign and over.startswith("0"):
            return None
        if match[0] in ("24/7", "50/50"):
            return f"{over} {under}"
        whole = whole or before
        spoken = self._proper_fraction(*(_VULGAR[sign] if sign else (int(over), int(under))))
        if spoken is None:
            return None
        if not whole:
            return spoken
        if spoken == self.words.halves[1, 2] and self.base in _AND_A_HALF:
            number = int(whole)
            count = (
                self.of_gender(number, feminine=False) if self.base == "de" else self.say(number)
            )
            return _AND_A_HALF[self.base].format(count)
        if self.base == "en":
            spoken = re.sub("^one ", "a ", spoken).replace("a eighth", "an eighth")
        joint = {"en": "and", "fr": "et", "es": "y", "it": "e", "pt": "e"}.get(self.base, "")
        return " ".join(filter(None, [self.say(int(whole)), joint, spoken]))

    def _proper_fraction(self, over: int, under: int) -> str | None:
        """Returns `over`/`under` in words; None where it may be a date or a score (12/25, 8/10)."""
        if over >= under or under not in _DENOMINATORS or (over > 1 and under in _SCORE_TOTALS):
            return None
        if (over, under) in self.words.halves:
            return self.words.halves[over, under]
        if self.base != "en":
            return None
        name = self.say(under, to="ordinal")
        return f"{self.say(over)} {name}{'' if over == 1 else 's'}"

    def unit_name(self, unit: str, *, several: bool) -> str:
        """Returns the name of a unit's symbol, such as "km"; empty for no unit."""
        names = self.words.units.get(unit)
        return names[several] if names else ""

    def unit(self, match: Match) -> str | None:
        before = _AMOUNT_BEFORE.search(match.string, 0, match.start())
        if before is None:
            return None
        one, many = self.words.units[match[1]]
        single = before[1] == "1" or before[0].startswith("/")
        single = single or before_noun(self.base, match.string, before.start(1), match.end())
        spoken = one if single else many
        general, own = _REGIONAL.get(self.tag, ("", ""))
        return f" {spoken.replace(general, own) if general else spoken}"

    def number_range(self, match: Match) -> str | None:
        """Returns a range of numbers; None unless it ascends (else: a difference or a score)."""
        low, high = self._number_or_none(match[1]), self._number_or_none(match[2])
        if low is None or high is None or low >= high or re.match(r"0\d", match[1]):
            return None
        return f"{match[1]} {self.words.to} {match[2]}"

    def dash(self, match: Match) -> str | None:
        """Returns "to" for a dash between times, dates or ascending numbers; else "minus"."""
        if "\u2212" in match[0]:
            return f" {self.words.minus} "
        before = match.string[max(0, match.start() - _CONTEXT_CHARS) : match.start()].split()[-1]
        after = match.string[match.end() : match.end() + _CONTEXT_CHARS]
        if not match[0].startswith(" ") and not _CLOCK.fullmatch(before):
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

    def abbreviation(self, match: Match) -> str | None:
        spoken, after = self.words.abbreviations[match[1]], match.string[match.end() :]
        before_name = after[:1].isspace() and after.lstrip()[:1].isupper()
        if (self.base, match[1]) in _TITLES and not before_name:
            return None
        # a full stop that also ends the sentence is still one
        ends = match[1].endswith(".") and not after.strip(_CLOSERS)
        return f"{spoken}." if ends else spoken

    def comparison(self, match: Match) -> str:
        return f"{COMPARISONS[self.base][match[1]]} "

    def before_figure(self, match: Match) -> str | None:
        if match[1] in ("No.", "no.") and self.base == "en" and not _is_number_sign(match):
            return None
        spoken = self.words.before_figure[match[1]]
        return spoken if spoken.endswith(" ") else f"{spoken} "


def _days(year: int, month: int) -> int:
    """Returns how many days a month has."""
    return calendar.monthrange(year, month)[1] if year else 0


def _is_number_sign(match: Match) -> bool:
    """Returns whether "No. 5" is a number; it may be an answer, and five of something."""
    before, after = match.string[: match.start()].rstrip(), match.string[match.end() :]
    if before and match[1] == "No." and before[-1].isalnum():
        return True
    if match[1] == "no." and before:
        return bool(_NUMBERED.search(before))
    return bool(_NO_MORE.match(after))


_NUMBERED = re.compile(
    r"\b(room|gate|bus|line|track|platform|house|order|invoice|item|question|player|model|part)$",
    re.IGNORECASE,
)
_NO_MORE = re.compile(
    r"\d+(?:[,.;:!?)]|$| (?:is|was|are|has|in|on|of|at|and|or|to|will|can|goes)\b)"
)
