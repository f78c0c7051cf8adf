"""The names of currencies in each language, and amounts of them."""

import re
from typing import NamedTuple

_PESOS = re.compile(r"es-(?:ar|cl|co|cu|do|mx|uy)\b")
"""Regions where "$" is a peso."""


class Currency(NamedTuple):
    """The names of a currency and of its hundredth, singular and plural."""

    one: str
    many: str
    cent: str = ""
    cents: str = ""
    feminine: bool = False

    @property
    def as_singular(self) -> "Currency":
        """The names before an English noun, which are singular: "a five-dollar coupon"."""
        cents = self.cents if self.cent == "penny" else self.cent  # "a fifty pence coin"
        return self._replace(many=self.one, cents=cents)


def _parsed_table(text: str) -> dict[str, Currency]:
    """Parses a table written as "$ dollar/dollars/cent/cents; …"; "!" marks a feminine noun."""
    table = {}
    for entry in text.split(";"):
        signs, _, names = entry.strip().partition(" ")
        one, many, *cents = names.lstrip("!").split("/")
        cent, few = cents or ("", "")
        made = Currency(one, many, cent, few, feminine=names.startswith("!"))
        table.update(dict.fromkeys(signs.split(","), made))
    return table


_TABLES = {
    "en": _parsed_table(
        "$,US$,USD dollar/dollars/cent/cents; €,EUR euro/euros/cent/cents;"
        "£,GBP pound/pounds/penny/pence; ¥,JPY yen/yen; R$,BRL real/reais/centavo/centavos;"
        "CHF Swiss franc/Swiss francs/centime/centimes; ₹,INR,Rs,Rs. rupee/rupees/paisa/paise;"
        "C$,CA$,CAD Canadian dollar/Canadian dollars/cent/cents;"
        "A$,AU$,AUD Australian dollar/Australian dollars/cent/cents;"
        "MX$,MXN Mexican peso/Mexican pesos/centavo/centavos"
    ),
    "de": _parsed_table(
        "$,US$,USD Dollar/Dollar/Cent/Cent; €,EUR Euro/Euro/Cent/Cent;"
        "£,GBP Pfund/Pfund/Penny/Pence; ¥,JPY Yen/Yen; R$,BRL Real/Real/Centavo/Centavos;"
        "CHF Franken/Franken/Rappen/Rappen; ₹,INR,Rs,Rs. !Rupie/Rupien/Paisa/Paise;"
        "C$,CA$,CAD kanadischer Dollar/kanadische Dollar/Cent/Cent;"
        "A$,AU$,AUD australischer Dollar/australische Dollar/Cent/Cent;"
        "MX$,MXN mexikanischer Peso/mexikanische Pesos/Centavo/Centavos"
    ),
    "fr": _parsed_table(
        "$,US$,USD dollar/dollars/cent/cents; €,EUR euro/euros/centime/centimes;"
        "£,GBP !livre/livres/penny/pence; ¥,JPY yen/yens; R$,BRL réal/réaux/centavo/centavos;"
        "CHF franc suisse/francs suisses/centime/centimes;"
        "₹,INR,Rs,Rs. !roupie/roupies/paisa/paisas;"
        "C$,CA$,CAD dollar canadien/dollars canadiens/cent/cents;"
        "A$,AU$,AUD dollar australien/dollars australiens/cent/cents;"
        "MX$,MXN peso mexicain/pesos mexicains/centavo/centavos"
    ),
    "es": _parsed_table(
        "$,US$,USD dólar/dólares/centavo/centavos; €,EUR euro/euros/céntimo/céntimos;"
        "£,GBP !libra/libras/penique/peniques; ¥,JPY yen/yenes;"
        "R$,BRL real/reales/centavo/centavos; MX$ peso/pesos/centavo/centavos;"
        "MXN peso mexicano/pesos mexicanos/centavo/centavos;"
        "C$,CA$,CAD dólar canadiense/dólares canadienses/centavo/centavos;"
        "A$,AU$,AUD dólar australiano/dólares australianos/centavo/centavos;"
        "CHF franco suizo/francos suizos/céntimo/céntimos; ₹,INR,Rs,Rs. !rupia/rupias/paisa/paisas"
    ),
    "it": _parsed_table(
        "$,US$,USD dollaro/dollari/centesimo/centesimi; €,EUR euro/euro/centesimo/centesimi;"
        "£,GBP !sterlina/sterline/penny/penny; ¥,JPY yen/yen; R$,BRL real/real/centavo/centavos;"
        "CHF franco svizzero/franchi svizzeri/centesimo/centesimi;"
        "₹,INR,Rs,Rs. !rupia/rupie/paisa/paisa;"
        "C$,CA$,CAD dollaro canadese/dollari canadesi/centesimo/centesimi;"
        "A$,AU$,AUD dollaro australiano/dollari australiani/centesimo/centesimi;"
        "MX$,MXN peso messicano/pesos messicani/centavo/centavos"
    ),
    "nl": _parsed_table(
        "$,US$,USD dollar/dollar/cent/cent; €,EUR euro/euro/cent/cent;"
        "£,GBP pond/pond/penny/penny; ¥,JPY yen/yen; R$,BRL real/real/centavo/centavos;"
        "CHF Zwitserse frank/Zwitserse frank/rappen/rappen; ₹,INR,Rs,Rs. roepie/roepie/paisa/paisa;"
        "C$,CA$,CAD Canadese dollar/Canadese dollar/cent/cent;"
        "A$,AU$,AUD Australische dollar/Australische dollar/cent/cent;"
        "MX$,MXN Mexicaanse peso/Mexicaanse peso/centavo/centavo"
    ),
    "pt": _parsed_table(
        "$,US$,USD dólar/dólares/cêntimo/cêntimos; €,EUR euro/euros/cêntimo/cêntimos;"
        "£,GBP !libra/libras/péni/pence; ¥,JPY iene/ienes; R$,BRL real/reais/centavo/centavos;"
        "CHF franco suíço/francos suíços/cêntimo/cêntimos; ₹,INR,Rs,Rs. !rupia/rupias/paisa/paisas;"
        "MX$,MXN peso mexicano/pesos mexicanos/centavo/centavos"
    ),
}
SIGNS = sorted({sign for table in _TABLES.values() for sign in table}, key=len, reverse=True)
"""All signs and codes, the longest first."""

_OF_MILLIONS = re.compile(
    r"(?:[mb]ill[oó]n(?:es)?|[mbtr]+illions?|[mb]illiards?|[mb]ilion[ei]|[mb]iliard[oi]"
    r"|[mbtr]+il(?:h|i)(?:ão|ões))$"
)
_JOINT = {"fr": "de ", "es": "de ", "it": "di ", "pt": "de "}
"""Between a round number of millions and its currency: "un millón de euros"."""

_ONE_FORMS = {"es": ("uno", "un", "una"), "fr": ("un", "un", "une"), "it": ("uno", "un", "una")}
_HUNDREDS = re.compile(r"entos\b")
_VEINTIUN = re.compile(r"veintiun$")


def currency(sign: str, base: str, tag: str) -> Currency | None:
    """Returns a sign's currency in a language (`base`) and region (`tag`); None for no name."""
    if sign == "$" and _PESOS.match(tag):
        sign = "MX$"
    names = _TABLES[base].get(sign)
    if names and tag == "pt-br":
        names = names._replace(
            cent=names.cent.replace("cêntimo", "centavo"),
            cents=names.cents.replace("cêntimo", "centavo"),
        )
    return names


def agreeing(number_words: str, number: int, base: str, *, feminine: bool) -> str:
    """Returns `number_words` (the number spelt out) inflected before a noun: "veintiún", "une"."""
    if base == "de" and number_words.endswith("eins"):
        return f"{number_words[:-1]}e" if feminine and number == 1 else number_words[:-1]
    if feminine and base in ("es", "pt") and not _OF_MILLIONS.search(number_words):
        number_words = _HUNDREDS.sub("entas", number_words)
    if base == "pt" and feminine:
        return re.sub(r"\bum$", "uma", re.sub(r"\bdois$", "duas", number_words))
    if base in _ONE_FORMS and (base != "it" or number == 1):
        bare, masculine, female = _ONE_FORMS[base]
        if number_words.endswith(bare):
            number_words = number_words.removesuffix(bare) + (female if feminine else masculine)
            return _VEINTIUN.sub("veintiún", number_words)
    return number_words


def counted(
    number_words: str, number: int, one: str, many: str, base: str, *, feminine: bool
) -> str:
    """Returns `number_words` with the noun they count, `one` or `many`: "un million d'euros"."""
    number_words = agreeing(number_words, number, base, feminine=feminine)
    joint = _JOINT.get(base, "") if _OF_MILLIONS.search(number_words) else ""
    if base == "fr" and joint and one[0] in "aeiouy":
        joint = "d'"
    return f"{number_words} {joint}{one if number == 1 else many}"
