"""Sentences of three languages: what people say with and without numbers that are to be hidden."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from bench.redaction import numbers

LANGUAGES = {"en": "en-US", "de": "de-DE", "es": "es-ES"}


@dataclass(frozen=True, slots=True)
class Case:
    """What one speaker says, in one line or two; `secret` is in it, `kind` what it is.

    A harmless one has no secret.
    """

    language: str
    kind: str
    manner: str
    lines: tuple[str, ...]
    secret: str = ""


SAYS = {
    "en": {
        "card": [
            "my card is {}",
            "you can charge {}",
            "yes it's {} okay",
            "the number is {} thanks",
            "I'm 34 and the card is {}",
        ],
        "iban": ["my IBAN is {}", "please pay it to {}", "the account is {} with my bank"],
        "identity": ["my social security number is {}", "my social is {} if you need it"],
        "email": ["my email is {}", "please write to {} today", "send it to {}"],
        "phone": ["you can call me at {}", "my phone number is {}", "my mobile is {} thanks"],
    },
    "de": {
        "card": ["meine Karte ist {}", "bitte buchen Sie von {} ab", "ja das ist {} genau"],
        "iban": ["meine IBAN lautet {}", "überweisen Sie es auf {} bitte"],
        "identity": ["meine Steuernummer ist {}", "die Steuer ID lautet {} glaube ich"],
        "email": ["meine E-Mail ist {}", "schreiben Sie bitte an {} heute"],
        "phone": [
            "rufen Sie mich unter {} an",
            "meine Nummer ist {}",
            "mein Handy {} bitte",
            "für 2 Personen, Telefon {}",
        ],
    },
    "es": {
        "card": ["mi tarjeta es {}", "puede cobrar a {} por favor", "sí es {} gracias"],
        "iban": ["mi IBAN es {}", "haga el pago a {} por favor"],
        "identity": ["mi DNI es {}", "mi documento es {} gracias"],
        "email": ["mi correo es {}", "escriba a {} hoy"],
        "phone": ["mi teléfono es {}", "llámeme al {} por la tarde", "mi móvil es {}"],
    },
}

HARMLESS = {
    "en": [
        "my order number is {order}", "order number {order} has not arrived",
        "the tracking number is {tracking}", "we met on {date} at {time}",
        "it was {price} dollars", "I moved here in {year}", "I am in room {room}",
        "the flight is LH {room} at {time}", "between {year} and {year} we sold {many} of them",
        "that's version {room} point {small}", "visit us at example dot com",
        "the zip code is {post}", "call me at {small} on Monday",
        "I have {small} kids and {small} dogs", "the invoice {order} says ${price}",
        "let's meet at {small} thirty", "my ticket is {order}", "it takes {small} to {small} days",
        "one hundred and {small} people", "take number {small} twice a day",
        "the code is {order}", "the batch is {tracking}",
    ],
    "de": [
        "meine Bestellnummer ist {order}", "die Rechnung {order} ist da",
        "die Sendungsnummer ist {tracking}", "wir treffen uns am {date} um {time} Uhr",
        "das kostet {price} Euro", "ich wohne hier seit {year}", "ich bin in Zimmer {room}",
        "der Zug ICE {room} fährt um {time}", "zwischen {year} und {year} waren es {many} Stück",
        "das ist Version {room} Punkt {small}", "meine Kundennummer ist {order}",
        "die Postleitzahl ist {post}", "rufen Sie mich um {small} an",
        "ich habe {small} Kinder und {small} Hunde", "es dauert {small} bis {small} Tage",
        "um halb {small} geht es los", "Vorgang {order} bitte", "Gleis {small} Abschnitt {small}",
        "hundert und {small} Leute", "nehmen Sie zweimal täglich {small}",
        "der Code ist {order}", "die Charge ist {tracking}",
    ],
    "es": [
        "mi número de pedido es {order}", "la factura {order} ya llegó",
        "el número de seguimiento es {tracking}", "quedamos el {date} a las {time}",
        "cuesta {price} euros", "vivo aquí desde {year}", "estoy en la habitación {room}",
        "el vuelo IB {room} sale a las {time}", "entre {year} y {year} vendimos {many}",
        "es la versión {room} punto {small}", "mi reserva es {order}",
        "el código postal es {post}", "llámeme a las {small}",
        "tengo {small} hijos y {small} perros", "tarda de {small} a {small} días",
        "a las {small} y media", "expediente {order} por favor", "andén {small} coche {small}",
        "unas cien personas y {small} más", "tome {small} dos veces al día",
        "el código es {order}", "el lote es {tracking}",
    ],
}  # fmt: skip


def secret_cases(seed: int, count: int) -> Iterator[Case]:
    """Yields `count` sentences of each language with something to hide."""
    dice = random.Random(seed)
    for language in LANGUAGES:
        kinds = sorted(SAYS[language])
        for number in range(count):
            yield _secret(dice, language, kinds[number % len(kinds)])


def harmless_cases(seed: int, count: int) -> Iterator[Case]:
    """Yields `count` sentences of each language with nothing to hide."""
    dice = random.Random(seed)
    for language in LANGUAGES:
        for number in range(count):
            form = HARMLESS[language][number % len(HARMLESS[language])]
            yield Case(language, "harmless", "", (_filled(dice, language, form),))


def _secret(dice: random.Random, language: str, kind: str) -> Case:
    manner, secret = _said(dice, language, kind)
    if manner == "digit by digit" and dice.random() < 0.3:
        manner, secret = "with a filler", _with_filler(dice, language, secret)
    sentence = dice.choice(SAYS[language][kind]).format(secret)
    parts = secret.split(" ")
    if manner != "written" and len(parts) > 3 and dice.random() < 0.25:
        middle = " ".join(parts[: len(parts) // 2])
        cut = sentence.index(middle) + len(middle)
        lines = (sentence[:cut], sentence[cut + 1 :])
        return Case(language, kind, f"{manner}, in two lines", lines, secret)
    return Case(language, kind, manner, (sentence,), secret)


FILLERS = {"en": "uh", "de": "äh", "es": "eh"}


def _with_filler(dice: random.Random, language: str, secret: str) -> str:
    parts = secret.split(" ")
    parts.insert(dice.randrange(2, len(parts) - 1), FILLERS[language])
    return " ".join(parts)


def _said(dice: random.Random, language: str, kind: str) -> tuple[str, str]:
    """Returns how it is said, and what is said."""
    if kind == "email":
        spoken = dice.random() < 0.6
        manner = "spoken" if spoken else "written"
        return manner, numbers.mailbox(dice, language, spoken=spoken)
    if kind == "phone":
        return _phone(dice, language)
    if kind == "card":
        return _card(dice, language)
    if kind == "iban":
        made = numbers.account(dice, language)
        written = dice.choice([made, numbers.grouped(made, " ")])
    else:
        written = made = numbers.identity(dice, language)
    if dice.random() < 0.5:
        return "written", written
    return "digit by digit", numbers.spelt(made.replace("-", ""), language)


def _phone(dice: random.Random, language: str) -> tuple[str, str]:
    number, country = numbers.phone(dice, language)
    if dice.random() < 0.4:
        return "written", numbers.written_phone(number, country, abroad=dice.random() < 0.5)
    return _spoken(dice, language, number)


def _card(dice: random.Random, language: str) -> tuple[str, str]:
    made = numbers.card(dice)
    if dice.random() < 0.4:
        sign = dice.choice(["", " ", "-", ", "])
        return ("grouped" if sign else "written"), numbers.grouped(made, sign)
    return _spoken(dice, language, made)


def _spoken(dice: random.Random, language: str, number: str) -> tuple[str, str]:
    manner = dice.choice(["digit by digit", "doubled", "in pairs"])
    if manner == "in pairs":
        return manner, numbers.in_pairs(number, language)
    return manner, numbers.spelt(number, language, repeats=manner == "doubled")


def _filled(dice: random.Random, language: str, form: str) -> str:
    day, month, year = dice.randint(1, 28), dice.randint(1, 12), dice.randint(1950, 2029)
    date = f"{month}/{day}/{year}" if language == "en" else f"{day:02}.{month:02}.{year}"
    whole, part = dice.randint(1, 4000), dice.randint(0, 99)
    said = dice.random() < 0.5
    small = dice.randint(1, 12)
    order = numbers.digits(dice, dice.choice([6, 7, 8, 9, 10, 11]))
    filled = {
        "order": numbers.spelt(order, language) if said else order,
        "tracking": numbers.digits(dice, dice.choice([12, 14, 16, 18])),
        "date": date,
        "time": f"{dice.randint(0, 23)}:{dice.randint(0, 59):02}",
        "price": f"{whole}.{part:02}" if language == "en" else f"{whole},{part:02}",
        "room": str(dice.randint(100, 999)),
        "post": numbers.digits(dice, 5),
        "many": str(dice.randint(100, 99_999)),
        "small": numbers.DIGITS[language][small % 10] if said else str(small),
    }
    while "{year}" in form:
        form = form.replace("{year}", str(dice.randint(1950, 2029)), 1)
    return form.format(**filled)
