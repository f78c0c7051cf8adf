"""One table a language: the words for what voices misread and num2words does not know."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Words:
    """How one language reads signs, units and abbreviations.

    `units` are (singular, plural). Entries of `before_figure` are read only before a digit.
    `date` and `clock` are format strings.
    """

    decimal: str
    months: tuple[str, ...]
    date: str
    clock: tuple[str, str]
    """For a full hour, and for an hour with minutes."""

    to: str
    minus: str
    times: str
    number: str
    plus: str
    signs: Mapping[str, str]
    """The names of @ . _ - + in an address."""

    joint: str
    """Between an amount and its cents."""

    decade: str
    halves: Mapping[tuple[int, int], str]
    units: Mapping[str, tuple[str, str]]
    abbreviations: Mapping[str, str] = field(default_factory=dict)
    before_figure: Mapping[str, str] = field(default_factory=dict)


def _months(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _units(text: str) -> dict[str, tuple[str, str]]:
    """Returns a table written as "km kilometer kilometers; …"; one word serves for both."""
    table = {}
    for entry in text.split(";"):
        unit, *words = entry.strip().split(" ", 1)[0], entry.strip().split(" ", 1)[1]
        one, _, many = words[0].partition("/")
        table[unit] = (one.strip(), many.strip() or one.strip())
    return table


def _table(text: str) -> dict[str, str]:
    """Returns a table written as "Jan. January; …"."""
    return dict(entry.strip().split(" ", 1) for entry in text.split(";"))


def _signs(text: str) -> dict[str, str]:
    return dict(zip("@._-+", text.split("/"), strict=True))


WORDS: dict[str, Words] = {
    "en": Words(
        decimal=".",
        months=_months(
            "January February March April May June July August September October November December"
        ),
        date="{month} {ordinal}, {year}",
        clock=("{hour} o'clock", "{hour} {minutes}"),
        to="to",
        minus="minus",
        times="times",
        number="number",
        plus="plus",
        signs=_signs("at/dot/underscore/dash/plus"),
        joint=" and ",
        decade="{tens}s",
        halves={
            (1, 2): "one half",
            (1, 3): "one third",
            (2, 3): "two thirds",
            (1, 4): "one quarter",
            (3, 4): "three quarters",
        },
        units=_units(
            "km kilometer/kilometers; m meter/meters; cm centimeter/centimeters;"
            "mm millimeter/millimeters; kg kilogram/kilograms; g gram/grams;"
            "mg milligram/milligrams; l liter/liters; ml milliliter/milliliters;"
            "ft foot/feet; lb pound/pounds; lbs pound/pounds; oz ounce/ounces; mi mile/miles;"
            "mph mile per hour/miles per hour; km/h kilometer per hour/kilometers per hour;"
            "h hour/hours; hr hour/hours; hrs hour/hours; min minute/minutes; mins minute/minutes;"
            "sec second/seconds; ms millisecond/milliseconds; °C degree Celsius/degrees Celsius;"
            "°F degree Fahrenheit/degrees Fahrenheit; GB gigabyte/gigabytes; MB megabyte/megabytes;"
            "TB terabyte/terabytes; kB kilobyte/kilobytes; KB kilobyte/kilobytes; kHz kilohertz;"
            "MHz megahertz; GHz gigahertz; Hz hertz; kW kilowatt/kilowatts;"
            "kWh kilowatt hour/kilowatt hours; sq ft square foot/square feet; "
            "m² square meter/square meters"
        ),
        abbreviations={
            "vs.": "versus",
            "approx.": "approximately",
            "i.e.": "that is",
            "e.g.": "for example",
            "w/o": "without",
            "dept.": "department",
            "Dept.": "Department",
            "Prof.": "Professor",
            "Inc.": "Incorporated",
            "Ltd.": "Limited",
            "Jr.": "Junior",
            "Sr.": "Senior",
            "Ave.": "Avenue",
            "Blvd.": "Boulevard",
            "Rd.": "Road",
            "Apt.": "Apartment",
            "apt.": "apartment",
        },
        before_figure={
            **dict.fromkeys(("No.", "no."), "number"),
            **dict.fromkeys(("Nos.", "nos."), "numbers"),
            "#": "number ",
            **dict.fromkeys(("ext.", "Ext."), "extension"),
            "p.": "page",
            "pp.": "pages",
            "Fig.": "figure",
            "fig.": "figure",
            "Vol.": "volume",
            "vol.": "volume",
            "ch.": "chapter",
            "Ch.": "chapter",
            **_table(
                "Jan. January; Feb. February; Mar. March; Apr. April; Jun. June; Jul. July;"
                "Aug. August; Sep. September; Sept. September; Oct. October; Nov. November;"
                "Dec. December"
            ),
        },
    ),
    "de": Words(
        decimal=",",
        months=_months(
            "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
        ),
        date="{ordinal}r {month} {year}",
        clock=("{hour} Uhr", "{hour} Uhr {minutes}"),
        to="bis",
        minus="minus",
        times="mal",
        number="Nummer",
        plus="plus",
        signs=_signs("ät/Punkt/Unterstrich/Bindestrich/plus"),
        joint=" ",
        decade="{tens}er",
        halves={
            (1, 2): "ein halb",
            (1, 3): "ein Drittel",
            (2, 3): "zwei Drittel",
            (1, 4): "ein Viertel",
            (3, 4): "drei Viertel",
        },
        units=_units(
            "km Kilometer; m Meter; cm Zentimeter; mm Millimeter; kg Kilogramm; g Gramm;"
            "mg Milligramm; l Liter; ml Milliliter; km/h Kilometer pro Stunde; h Stunde/Stunden;"
            "min Minute/Minuten; Min. Minute/Minuten; Std. Stunde/Stunden; °C Grad Celsius;"
            "MB Megabyte; GB Gigabyte; kW Kilowatt; kWh Kilowattstunde/Kilowattstunden;"
            "m² Quadratmeter; Mio. Million/Millionen; Mrd. Milliarde/Milliarden;"
            "ct Cent"
        ),
        abbreviations={
            "z.B.": "zum Beispiel",
            "z. B.": "zum Beispiel",
            "d.h.": "das heißt",
            "d. h.": "das heißt",
            "u.a.": "unter anderem",
            "usw.": "und so weiter",
            "bzw.": "beziehungsweise",
            "ca.": "circa",
            "Dr.": "Doktor",
            "Hr.": "Herr",
            "Fr.": "Frau",
            "evtl.": "eventuell",
            "inkl.": "inklusive",
        },
        before_figure={"Nr.": "Nummer", "S.": "Seite", "Tel.": "Telefon", "#": "Nummer "},
    ),
    "fr": Words(
        decimal=",",
        months=_months(
            "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
        ),
        date="{day} {month} {year}",
        clock=("{hour} heures", "{hour} heures {minutes}"),
        to="à",
        minus="moins",
        times="fois",
        number="numéro",
        plus="plus",
        signs=_signs("arobase/point/tiret bas/tiret/plus"),
        joint=" ",
        decade="",
        halves={
            (1, 2): "un demi",
            (1, 3): "un tiers",
            (2, 3): "deux tiers",
            (1, 4): "un quart",
            (3, 4): "trois quarts",
        },
        units=_units(
            "km kilomètre/kilomètres; m mètre/mètres; cm centimètre/centimètres;"
            "mm millimètre/millimètres; kg kilo/kilos; g gramme/grammes; "
            "mg milligramme/milligrammes;"
            "l litre/litres; ml millilitre/millilitres; "
            "km/h kilomètre à l'heure/kilomètres à l'heure;"
            "min minute/minutes; °C degré Celsius/degrés Celsius; Mo mégaoctet/mégaoctets;"
            "Go gigaoctet/gigaoctets; m² mètre carré/mètres carrés"
        ),
        abbreviations={
            "M.": "monsieur",
            "Mme": "madame",
            "Mlle": "mademoiselle",
            **dict.fromkeys(("p. ex.", "p.ex.", "par ex."), "par exemple"),
            "c.-à-d.": "c'est-à-dire",
            "env.": "environ",
        },
        before_figure={"n°": "numéro", "N°": "numéro", "nº": "numéro", "#": "numéro "},
    ),
    "es": Words(
        decimal=",",
        months=_months(
            "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
            "diciembre"
        ),
        date="{day} de {month} de {year}",
        clock=("{hour} en punto", "{hour} y {minutes}"),
        to="a",
        minus="menos",
        times="por",
        number="número",
        plus="más",
        signs=_signs("arroba/punto/guion bajo/guion/más"),
        joint=" con ",
        decade="",
        halves={
            (1, 2): "un medio",
            (1, 3): "un tercio",
            (2, 3): "dos tercios",
            (1, 4): "un cuarto",
            (3, 4): "tres cuartos",
        },
        units=_units(
            "km kilómetro/kilómetros; m metro/metros; cm centímetro/centímetros;"
            "mm milímetro/milímetros; kg kilo/kilos; g gramo/gramos; l litro/litros;"
            "ml mililitro/mililitros; km/h kilómetro por hora/kilómetros por hora; h hora/horas;"
            "min minuto/minutos; °C grado Celsius/grados Celsius; "
            "m² metro cuadrado/metros cuadrados"
        ),
        abbreviations={
            "Sr.": "señor",
            "Sra.": "señora",
            "Dr.": "doctor",
            "Dra.": "doctora",
            "Ud.": "usted",
            "Uds.": "ustedes",
            **dict.fromkeys(("p. ej.", "p.ej.", "por ej."), "por ejemplo"),
            "aprox.": "aproximadamente",
        },
        before_figure={
            "n.º": "número",
            "N.º": "número",
            "núm.": "número",
            "Nº": "número",
            "nº": "número",
            "#": "número ",
        },
    ),
    "it": Words(
        decimal=",",
        months=_months(
            "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
            "dicembre"
        ),
        date="{day} {month} {year}",
        clock=("{hour} in punto", "{hour} e {minutes}"),
        to="a",
        minus="meno",
        times="per",
        number="numero",
        plus="più",
        signs=_signs("chiocciola/punto/trattino basso/trattino/più"),
        joint=" e ",
        decade="",
        halves={
            (1, 2): "un mezzo",
            (1, 3): "un terzo",
            (2, 3): "due terzi",
            (1, 4): "un quarto",
            (3, 4): "tre quarti",
        },
        units=_units(
            "km chilometro/chilometri; m metro/metri; cm centimetro/centimetri;"
            "mm millimetro/millimetri; kg chilo/chili; g grammo/grammi; l litro/litri;"
            "ml millilitro/millilitri; km/h chilometro all'ora/chilometri all'ora; h ora/ore;"
            "min minuto/minuti; °C grado/gradi; m² metro quadrato/metri quadrati"
        ),
        abbreviations={
            **dict.fromkeys(("Sig.", "sig."), "signor"),
            **dict.fromkeys(("Sig.ra", "sig.ra"), "signora"),
            **dict.fromkeys(("Dott.", "dott."), "dottor"),
            **dict.fromkeys(("Dott.ssa", "dott.ssa"), "dottoressa"),
            "ecc.": "eccetera",
            "ad es.": "ad esempio",
            **dict.fromkeys(("p. es.", "p.es.", "per es."), "per esempio"),
        },
        before_figure={"n.": "numero", "N.": "numero", "n°": "numero", "#": "numero "},
    ),
    "nl": Words(
        decimal=",",
        months=_months(
            "januari februari maart april mei juni juli augustus september oktober november "
            "december"
        ),
        date="{day} {month} {year}",
        clock=("{hour} uur", "{hour} uur {minutes}"),
        to="tot",
        minus="min",
        times="keer",
        number="nummer",
        plus="plus",
        signs=_signs("apenstaartje/punt/laag streepje/streepje/plus"),
        joint=" ",
        decade="",
        halves={
            (1, 2): "een half",
            (1, 3): "een derde",
            (2, 3): "twee derde",
            (1, 4): "een kwart",
            (3, 4): "drie kwart",
        },
        units=_units(
            "km kilometer; m meter; cm centimeter; mm millimeter; kg kilo; g gram; l liter;"
            "ml milliliter; km/u kilometer per uur; km/h kilometer per uur; u uur; "
            "min minuut/minuten;"
            "°C graden Celsius; m² vierkante meter"
        ),
        abbreviations={
            "bijv.": "bijvoorbeeld",
            "d.w.z.": "dat wil zeggen",
            "enz.": "enzovoort",
            "dhr.": "de heer",
            "mevr.": "mevrouw",
            "ca.": "circa",
        },
        before_figure={"nr.": "nummer", "Nr.": "nummer", "#": "nummer "},
    ),
    "pt": Words(
        decimal=",",
        months=_months(
            "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro "
            "dezembro"
        ),
        date="{day} de {month} de {year}",
        clock=("{hour} horas", "{hour} e {minutes}"),
        to="a",
        minus="menos",
        times="vezes",
        number="número",
        plus="mais",
        signs=_signs("arroba/ponto/sublinhado/hífen/mais"),
        joint=" e ",
        decade="",
        halves={
            (1, 2): "um meio",
            (1, 3): "um terço",
            (2, 3): "dois terços",
            (1, 4): "um quarto",
            (3, 4): "três quartos",
        },
        units=_units(
            "km quilómetro/quilómetros; m metro/metros; cm centímetro/centímetros;"
            "mm milímetro/milímetros; kg quilo/quilos; g grama/gramas; l litro/litros;"
            "ml mililitro/mililitros; km/h quilómetro por hora/quilómetros por hora; h hora/horas;"
            "min minuto/minutos; °C grau/graus; m² metro quadrado/metros quadrados"
        ),
        abbreviations={
            "Sr.": "senhor",
            "Sra.": "senhora",
            "Dr.": "doutor",
            "Dra.": "doutora",
            **dict.fromkeys(("p. ex.", "p.ex.", "por ex."), "por exemplo"),
            "aprox.": "aproximadamente",
        },
        before_figure={
            "n.º": "número",
            "N.º": "número",
            "nº": "número",
            "Nº": "número",
            "#": "número ",
        },
    ),
}
