"""The names of currencies in each language, and amounts of them."""

import re
from typing import NamedTuple

_PESOS = re.compile(r"es-(?:ar|cl|co|cu|do|mx|uy)\b")
"""Where "$" is a peso."""


class Currency(NamedTuple):
    """What a currency and its hundredth are called, one and several."""

    one: str
    many: str
    cent: str = ""
    cents: str = ""
    feminine: bool = False

    @property
    def as_singular(self) -> "Currency":
        """The same where English counts several as one: "a five-dollar coupon"."""
        cents = self.cents if self.cent == "penny" else self.cent  # "a fifty pence coin"
        return self._replace(many=self.one, cents=cents)


def _named(text: str) -> dict[str, Currency]:
    """Returns a table written as "$ dollar/dollars/cent/cents; …"; "!" marks a feminine."""
    table = {}
    for entry in text.split(";"):
        signs, _, names = entry.strip().partition(" ")
        one, many, *cents = names.lstrip("!").split("/")
        cent, few = cents or ("", "")
        made = Currency(one, many, cent, few, feminine=names.startswith("!"))
        table.update(dict.fromkeys(signs.split(","), made))
    return table


_OF = {
    "en": _named(
        "$,US$,USD dollar/dollars/cent/cents; €,EUR euro/euros/cent/cents;"
        "£,GBP pound/pounds/penny/pence; ¥,JPY yen/yen; R$,BRL real/reais/centavo/centavos;"
        "CHF Swiss franc/Swiss francs/centime/centimes; ₹,INR,Rs,Rs. rupee/rupees/paisa/paise;"
        "C$,CA$,CAD Canadian dollar/Canadian dollars/cent/cents;"
        "A$,AU$,AUD Australian dollar/Australian dollars/cent/cents;"
        "MX$,MXN Mexican peso/Mexican pesos/centavo/centavos"
    ),
    "de": _named(
        "$,US$,USD Dollar/Dollar/Cent/Cent; €,EUR Euro/Euro/Cent/Cent;"
        "£,GBP Pfund/Pfund/Penny/Pence; ¥,JPY Yen/Yen; R$,BRL Real/Real/Centavo/Centavos;"
        "CHF Franken/Franken/Rappen/Rappen; ₹,INR,Rs,Rs. !Rupie/Rupien/Paisa/Paise;"
        "C$,CA$,CAD kanadischer Dollar/kanadische Dollar/Cent/Cent;"
        "A$,AU$,AUD australischer Dollar/australische Dollar/Cent/Cent;"
        "MX$,MXN mexikanischer Peso/mexikanische Pesos/Centavo/Centavos"
    ),
    "fr": _named(
        "$,US$,USD dollar/dollars/cent/cents; €,EUR euro/euros/centime/centimes;"
        "£,GBP !livre/livres/penny/pence; ¥,JPY yen/yens; R$,BRL réal/réaux/centavo/centavos;"
        "CHF franc suisse/francs suisses/centime/centimes;"
        "₹,INR,Rs,Rs. !roupie/roupies/paisa/paisas;"
        "C$,CA$,CAD dollar canadien/dollars canadiens/cent/cents;"
        "A$,AU$,AUD dollar australien/dollars australiens/cent/cents;"
        "MX$,MXN peso mexicain/pesos mexicains/centavo/centavos"
    ),
    "es": _named(
        "$,US$,USD dólar/dólares/centavo/centavos; €,EUR euro/euros/céntimo/céntimos;"
        "£,GBP !libra/libras/penique/peniques; ¥,JPY yen/yenes;"
        "R$,BRL real/reales/centavo/centavos; MX$ peso/pesos/centavo/centavos;"
        "MXN peso mexicano/pesos mexicanos/centavo/centavos;"
        "C$,CA$,CAD dólar canadiense/dólares canadienses/centavo/centavos;"
        "A$,AU$,AUD dólar australiano/dólares australianos/centavo/centavos;"
        "CHF franco suizo/francos suizos/céntimo/céntimos; ₹,INR,Rs,Rs. !rupia/rupias/paisa/paisas"
    ),
    "it": _named(
        "$,US$,USD dollaro/dollari/centesimo/centesimi; €,EUR euro/euro/centesimo/centesimi;"
        "£,GBP !sterlina/sterline/penny/penny; ¥,JPY yen/yen; R$,BRL real/real/centavo/centavos;"
        "CHF franco svizzero/franchi svizzeri/centesimo/centesimi;"
        "₹,INR,Rs,Rs. !rupia/rupie/paisa/paisa;"
        "C$,CA$,CAD dollaro canadese/dollari canadesi/centesimo/centesimi;"
        "A$,AU$,AUD dollaro australiano/dollari australiani/centesimo/centesimi;"
        "MX$,MXN peso messicano/pesos messicani/centavo/centavos"
    ),
    "nl": _named(
        "$,US$,USD dollar/dollar/cent/cent; €,EUR euro/euro/cent/cent;"
        "£,GBP pond/pond/penny/penny; ¥,JPY yen/yen; R$,BRL real/real/centavo/centavos;"
        "CHF Zwitserse frank/Zwitserse frank/rappen/rappen; ₹,INR,Rs,Rs. roepie/roepie/paisa/paisa;"
        "C$,CA$,CAD Canadese dollar/Canadese dollar/cent/cent;"
        "A$,AU$,AUD Australische dollar/Australische dollar/cent/cent;"
        "MX$,MXN Mexicaanse peso/Mexicaanse peso/centavo/centavo"
    ),
    "pt": _named(
        "$,US$,USD dólar/dólares/cêntimo/cêntimos; €,EUR euro/euros/cêntimo/cêntimos;"
        "£,GBP !libra/libras/péni/pence; ¥,JPY iene/ienes; R$,BRL real/reais/centavo/centavos;"
        "CHF franco suíço/francos suíços/cêntimo/cêntimos; ₹,INR,Rs,Rs. !rupia/rupias/paisa/paisas;"
        "MX$,MXN peso mexicano/pesos mexicanos/centavo/centavos"
    ),
}
SIGNS = sorted({sign for table in _OF.values() for sign in table}, key=len, reverse=True)
"""All signs and codes, the longest first."""

_OF_MILLIONS = re.compile(
    r"(?:[mb]ill[oó]n(?:es)?|[mbtr]+illions?|[mb]illiards?|[mb]ilion[ei]|[mb]iliard[oi]"
    r"|[mbtr]+il(?:h|i)(?:ão|ões))$"
)
_JOINT = {"fr": "de ", "es": "de ", "it": "di ", "pt": "de "}
"""Between a round number of millions and its currency: "un millón de euros"."""

_ONES = {"es": ("uno", "un", "una"), "fr": ("un", "un", "une"), "it": ("uno", "un", "una")}
_HUNDREDS = re.compile(r"entos\b")
_VEINTIUN = re.compile(r"veintiun$")


def currency(sign: str, base: str, tag: str) -> Currency | None:
    """Returns what a sign means in a language (`base`) of a region (`tag`); None for no name."""
    if sign == "$" and _PESOS.match(tag):
        sign = "MX$"
    found = _OF[base].get(sign)
    if found and tag == "pt-br":
        found = found._replace(
            cent=found.cent.replace("cêntimo", "centavo"),
            cents=found.cents.replace("cêntimo", "centavo"),
        )
    return found


def agreeing(said: str, number: int, base: str, *, feminine: bool) -> str:
    """Returns a number, `said` in words, as it stands before a noun: "veintiún", "une"."""
    if base == "de" and said.endswith("eins"):
        return f"{said[:-1]}e" if feminine and number == 1 else said[:-1]
    if feminine and base in ("es", "pt") and not _OF_MILLIONS.search(said):
        said = _HUNDREDS.sub("entas", said)
    if base == "pt" and feminine:
        return re.sub(r"\bum$", "uma", re.sub(r"\bdois$", "duas", said))
    if base in _ONES and (base != "it" or number == 1):
        bare, masculine, female = _ONES[base]
        if said.endswith(bare):
            said = said.removesuffix(bare) + (female if feminine else masculine)
            return _VEINTIUN.sub("veintiún", said)
    return said


def counted(said: str, number: int, one: str, many: str, base: str, *, feminine: bool) -> str:
    """Returns a number, `said` in words, of a currency or of its cents."""
    said = agreeing(said, number, base, feminine=feminine)
    joint = _JOINT.get(base, "") if _OF_MILLIONS.search(said) else ""
    if base == "fr" and joint and one[0] in "aeiouy":
        joint = "d'"
    return f"{said} {joint}{one if number == 1 else many}"
