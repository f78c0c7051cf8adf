"""English words for days, months and numbers in dates and times."""

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
UNITS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
NUMBERS = {word: number for number, word in enumerate(UNITS.split(), start=1)}
NUMBERS |= {"sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19}
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90}
NUMBERS |= _TENS
NUMBERS |= {
    f"{ten} {word}": tens + number
    for ten, tens in _TENS.items()
    for number, word in enumerate(UNITS.split()[:9], start=1)
}
NUMBERS |= {"a": 1, "an": 1, "a couple of": 2}
FIRSTS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
    *("tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth"),
    *("seventeenth", "eighteenth", "nineteenth", "twentieth"),
)
ORDINALS = {word: number for number, word in enumerate(FIRSTS, start=1)}
ORDINALS |= {f"twenty {word}": 20 + number for number, word in enumerate(FIRSTS[:9], start=1)}
ORDINALS |= {"thirtieth": 30, "thirty first": 31}

NUMBER = rf"(?:\d{{1,3}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})"
ORDINAL = rf"(?:\d{{1,2}}(?:st|nd|rd|th)|{'|'.join(sorted(ORDINALS, key=len, reverse=True))})"
