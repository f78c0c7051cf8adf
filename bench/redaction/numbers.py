"""Random numbers that are valid, and how people say and write them."""

import random
import string
from collections.abc import Callable

import phonenumbers
from num2words import num2words
from stdnum import iban, luhn
from stdnum.de import idnr
from stdnum.es import dni

DIGITS = {
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
    "de": ["null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"],
    "es": ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"],
}
REPEATED = {"en": "double", "de": "doppel", "es": "doble"}
DOT, AT = (
    {"en": "dot", "de": "punkt", "es": "punto"},
    {"en": "at", "de": "at", "es": "arroba"},
)

NAMES = ("anna", "peter", "maria", "lukas", "carmen", "sofia", "john", "emily", "pablo", "greta")
FAMILIES = ("smith", "garcia", "weber", "lopez", "fischer", "brown", "novak", "ruiz", "keller")
PLACES = ("example", "acme", "northwind", "mailhaus", "correo", "contoso", "initech")


def digits(dice: random.Random, count: int) -> str:
    """Returns that many random figures."""
    return "".join(dice.choice(string.digits) for _ in range(count))


def card(dice: random.Random) -> str:
    """Returns a card number of one of four issuers."""
    prefix, length = dice.choice([("4", 16), ("5" + dice.choice("12345"), 16), ("37", 15)])
    body = prefix + digits(dice, length - len(prefix) - 1)
    return body + luhn.calc_check_digit(body)


def account(dice: random.Random, language: str) -> str:
    """Returns an IBAN of a country where the language is spoken."""
    body = {
        "en": lambda: (
            "GB00" + "".join(dice.choices(string.ascii_uppercase, k=4)) + digits(dice, 14)
        ),
        "de": lambda: "DE00" + digits(dice, 18),
        "es": lambda: "ES00" + digits(dice, 20),
    }[language]()
    return body[:2] + iban.calc_check_digits(body) + body[4:]


def phone(dice: random.Random, language: str) -> tuple[str, str]:
    """Returns a telephone number as it is dialled in its country, and its country."""
    made: Callable[[], tuple[str, str]] = {
        "en": lambda: dice.choice(
            [
                ("".join(dice.choice("23456789") for _ in range(2)) + digits(dice, 8), "US"),
                ("07" + digits(dice, 9), "GB"),
            ]
        ),
        "de": lambda: dice.choice(
            [("015" + digits(dice, 9), "DE"), ("030" + digits(dice, 8), "DE")]
        ),
        "es": lambda: (dice.choice("67") + digits(dice, 8), "ES"),
    }[language]
    while True:
        number, country = made()
        if phonenumbers.is_valid_number(phonenumbers.parse(number, country)):
            return number, country


def written_phone(number: str, country: str, *, abroad: bool) -> str:
    """Returns it as people of its country write it."""
    form = phonenumbers.PhoneNumberFormat
    parsed = phonenumbers.parse(number, country)
    return phonenumbers.format_number(parsed, form.INTERNATIONAL if abroad else form.NATIONAL)


def identity(dice: random.Random, language: str) -> str:
    """Returns a US Social Security, a German tax or a Spanish identity number."""
    if language == "en":
        area = dice.choice([n for n in range(1, 900) if n != 666])
        return f"{area:03}-{dice.randint(1, 99):02}-{dice.randint(1, 9999):04}"
    if language == "es":
        body = digits(dice, 8)
        return body + dni.calc_check_digit(body)
    return _tax_number(dice)


def _tax_number(dice: random.Random) -> str:
    while True:
        chosen = dice.sample(string.digits, 9)
        body = [*chosen, dice.choice(chosen)]
        dice.shuffle(body)
        for check in string.digits:
            number = "".join(body) + check
            if idnr.is_valid(number):
                return number


def grouped(number: str, sign: str, size: int = 4) -> str:
    """Returns it in groups."""
    return sign.join(number[at : at + size] for at in range(0, len(number), size))


def spelt(number: str, language: str, *, repeats: bool = False) -> str:
    """Returns it read digit by digit, letters by themselves; with `repeats`, "double four"."""
    said: list[str] = []
    at = 0
    while at < len(number):
        sign = number[at]
        if repeats and sign.isdigit() and number[at : at + 2] == sign * 2:
            said.append(f"{REPEATED[language]} {_said(sign, language, repeats=True)}")
            at += 2
            continue
        said.append(_said(sign, language, repeats=repeats))
        at += 1
    return " ".join(said)


def _said(sign: str, language: str, *, repeats: bool) -> str:
    if not sign.isdigit():
        return sign
    if sign == "0" and language == "en" and repeats:
        return "oh"
    return DIGITS[language][int(sign)]


def in_pairs(number: str, language: str) -> str:
    """Returns it read in pairs, as num2words says them: "forty-one eleven", "oh five" as digits."""
    said: list[str] = []
    for at in range(0, len(number), 2):
        pair = number[at : at + 2]
        whole = len(pair) == 2 and pair[0] != "0"
        said.append(
            num2words(int(pair), lang=language).replace("-", " ")
            if whole
            else spelt(pair, language)
        )
    return " ".join(said)


def mailbox(dice: random.Random, language: str, *, spoken: bool) -> str:
    """Returns an e-mail address, as it is written or read aloud."""
    name, family, place = map(dice.choice, (NAMES, FAMILIES, PLACES))
    top = dice.choice(["com", "org", {"en": "net", "de": "de", "es": "es"}[language]])
    if not spoken:
        return f"{name}.{family}{dice.randint(1, 99)}@{place}.{top}"
    dot = DOT[language]
    return f"{name} {dot} {family} {AT[language]} {place} {dot} {top}"
