"""Each kind is found as people write and say it, and harmless numbers are not."""

import pytest

from sessions_app.engine.core.agent_config import RedactionSettings
from sessions_app.engine.redaction.detectors.registry import KINDS
from sessions_app.engine.redaction.finder import Finder
from sessions_app.engine.redaction.spans import replaced

ALL = RedactionSettings(tuple(KINDS))
FINDERS = {tag: Finder(ALL, tag) for tag in ("en-US", "de-DE", "es-ES", "fr-FR")}


def shown(text: str, language: str = "en-US", before: str = "") -> str:
    return replaced(text, FINDERS[language].spans(text, before))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en-US", "my card is 4111 1111 1111 1111, thanks"),
        ("en-US", "my card is 4111-1111-1111-1111, thanks"),
        ("en-US", "my card is 4111, 1111, 1111. 1111, thanks"),
        ("en-US", "my card is 4111111111111111, thanks"),
        ("en-US", "my card is four one one one one one one one one one one one one one one one, "
         "thanks"),
        ("en-US", "my card is four triple one, double one double one, uh, triple one one "
         "triple one one, thanks"),
        ("en-US", "my card is forty-one eleven eleven eleven eleven eleven eleven eleven, thanks"),
        ("en-US", "my card is three seven one four four nine six three five three nine eight four "
         "three one, thanks"),
        ("en-US", "my card is five one oh five one oh five one oh five one oh five one oh oh, "
         "thanks"),
        ("fr-FR", "my card is 4111 1111 1111 1111, thanks"),
    ],
)  # fmt: skip
def test_cards_are_hidden_however_they_are_read(language: str, text: str) -> None:
    assert shown(text, language) == "my card is [card number], thanks"


def test_german_and_spanish_digits() -> None:
    german = "meine karte ist einundvierzig elf elf elf elf elf elf elf danke"
    assert shown(german, "de-DE") == "meine karte ist [card number] danke"
    spanish = "mi tarjeta es cuarenta y uno once once once once once once once gracias"
    assert shown(spanish, "es-ES") == "mi tarjeta es [card number] gracias"


def test_a_digit_that_was_misheard_hides_nothing_unless_a_card_was_announced() -> None:
    wrong = "4111 1111 1111 1112"
    assert shown(f"it is {wrong}") == f"it is {wrong}"
    assert shown(f"my card is {wrong}") == "my card is [card number]"
    assert shown(wrong, before="What is your card number?") == "[card number]"
    assert shown(f"my card came with order {wrong}") == f"my card came with order {wrong}"


def test_security_codes_are_hidden_where_they_are_called_so() -> None:
    assert shown("and the CVC is 123") == "and the CVC is [security code]"
    assert (
        shown("die Prüfnummer ist eins zwei drei", "de-DE") == "die Prüfnummer ist [security code]"
    )
    assert shown("I am in room 123") == "I am in room 123"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de-DE", "es ist DE89 3704 0044 0532 0130 00 genau"),
        ("de-DE", "es ist DE89370400440532013000 genau"),
        ("de-DE", "es ist D E acht neun drei sieben null vier null null vier vier null fünf drei "
         "zwei null eins drei null null null genau"),
        ("de-DE", "es ist de 89 3704 0044 0532 0130 00 genau"),
        ("en-US", "es ist GB29 NWBK 6016 1331 9268 19 genau"),
        ("en-US", "es ist G B two nine N W B K six zero one six one three three one nine two six "
         "eight one nine genau"),
        ("es-ES", "es ist ES91 2100 0418 4502 0005 1332 genau"),
        ("es-ES", "es ist e ese nueve uno dos uno cero cero cero cuatro uno ocho cuatro cinco cero "
         "dos cero cero cero cinco uno tres tres dos genau"),
    ],
)  # fmt: skip
def test_accounts(language: str, text: str) -> None:
    assert shown(text, language) == "es ist [account number] genau"


def test_an_account_with_wrong_check_digits_is_none() -> None:
    assert "account" not in shown("DE88 3704 0044 0532 0130 00", "de-DE")


def test_the_letter_o_of_an_account_is_no_zero() -> None:
    assert shown("G B five zero X N O G zero two five two two eight eight five eight eight two "
                 "seven six eight") == "[account number]"  # fmt: skip


def test_national_numbers() -> None:
    assert shown("it is 219-09-9998") == "it is [social security number]"
    spoken = "my social is two one nine oh nine nine nine nine eight"
    assert shown(spoken) == "my social is [social security number]"
    assert shown("two one nine oh nine nine nine nine eight") == (
        "two one nine oh nine nine nine nine eight"
    )
    assert shown("Steuer-ID 36 574 261 809", "de-DE") == "Steuer-ID [tax number]"
    assert shown("mi DNI es 12345678-Z", "es-ES") == "mi DNI es [identity number]"
    assert shown("uno dos tres cuatro cinco seis siete ocho zeta", "es-ES") == "[identity number]"
    assert shown("X1234567L", "es-ES") == "[identity number]"
    assert shown("12345678-A", "es-ES") == "12345678-A"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en-US", "write to anna.smith+x@example.co.uk today"),
        ("en-US", "write to anna dot smith at example dot com today"),
        ("en-US", "write to a n n a underscore 42 at example dot co dot uk today"),
        ("de-DE", "write to anna punkt weber at beispiel punkt de today"),
        ("es-ES", "write to ana guion bajo ruiz arroba ejemplo punto es today"),
    ],
)
def test_addresses(language: str, text: str) -> None:
    assert shown(text, language).endswith("[e-mail address] today")
    assert "example" not in shown(text, language)


def test_a_place_on_the_net_is_no_address() -> None:
    for text in ("visit us at example dot com", "meet me at noon", "at example dot com"):
        assert shown(text) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en-US", "it's (415) 555-2671 okay"),
        ("en-US", "it's +44 7911 123456 okay"),
        ("en-US", "it's plus four four seven nine one one one two three four five six okay"),
        ("de-DE", "it's 0151 23456789 okay"),
        ("de-DE", "it's null eins fünf eins zwei drei vier fünf sechs sieben acht neun okay"),
        ("de-DE", "it's 030 1234567 okay"),
        ("es-ES", "it's 612 345 678 okay"),
        ("es-ES", "it's seis doce treinta y cuatro cincuenta y seis setenta y ocho okay"),
    ],
)
def test_telephones(language: str, text: str) -> None:
    assert shown(text, language) == "it's [phone number] okay"


def test_a_bare_number_is_a_telephone_where_it_is_called_so() -> None:
    assert shown("call me at 4155552671") == "call me at [phone number]"
    assert shown("4155552671", before="What is your phone number?") == "[phone number]"
    assert shown("4155552671") == "4155552671"
    assert shown("call me about order 4155552671") == "call me about order 4155552671"


@pytest.mark.parametrize(
    ("language", "text", "hidden"),
    [
        ("ja-JP", "カードは4111111111111111です", "カードは[card number]です"),
        ("ja-JP", "番号は４１１１ １１１１ １１１１ １１１１です", "番号は[card number]です"),
        ("ja", "電話番号は090-1234-5678です", "電話番号は[phone number]です"),
        ("ja", "０９０ー１２３４ー５６７８です", "[phone number]です"),
        ("ja", "メールはanna@example.comです", "メールは[e-mail address]です"),
        ("zh-CN", "我的卡号是4111111111111111。", "我的卡号是[card number]。"),
        ("zh", "我的电话是138 0013 8000吗", "我的电话是[phone number]吗"),
        ("zh", "订单20240101123456，价格4111元", "订单20240101123456，价格4111元"),
        ("ko-KR", "번호는 010-1234-5678이에요", "번호는 [phone number]이에요"),
        ("ar", "رقم بطاقتي ٤١١١ ١١١١ ١١١١ ١١١١", "رقم بطاقتي [card number]"),
        ("hi-IN", "मेरा नंबर ९८७६५ ४३२१० है", "मेरा नंबर [phone number] है"),
        ("ru-RU", "карта4111111111111111", "карта[card number]"),
        ("ru-RU", "8 912 345-67-89", "[phone number]"),
        ("it-IT", "347 1234567", "[phone number]"),
        ("en-US", "visa4111111111111111x", "visa[card number]x"),
        ("en-US", "+1\u200e415\u200e555\u200e2671", "[phone number]"),
        ("en-US", "4111_1111\u22121111\u00ad1111", "[card number]"),
        ("de-DE", "Bestellung Nr. 1711234567", "Bestellung Nr. 1711234567"),
    ],
)
def test_figures_of_every_script_and_beside_letters(language: str, text: str, hidden: str) -> None:
    assert replaced(text, Finder(ALL, language).spans(text)) == hidden


def test_own_patterns_find_figures_of_every_script() -> None:
    own = Finder(RedactionSettings((), ("K-\\d{6}",)), "ar")
    assert replaced("K-١٢٣٤٥٦", own.spans("K-١٢٣٤٥٦")) == "[redacted]"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en-US", "in 2024 we met at 12:30 in room 412 for $1,299.99"),
        ("en-US", "order number 20240611 arrives on 06/11/2024"),
        ("en-US", "one two three testing, twenty twenty vision, a one in a million chance"),
        ("de-DE", "am 01.02.2024 um 14:30 Uhr in Zimmer 204, 1.250,00 Euro"),
        ("es-ES", "el 01/02/2024 a las 14:30 en la habitación 204, 1.250,00 euros"),
        ("es-ES", "de 12 a 14, y de 16 a 18"),
    ],
)
def test_harmless_numbers_stay(language: str, text: str) -> None:
    assert shown(text, language) == text


def test_only_what_the_settings_name_is_looked_for() -> None:
    text = "4111 1111 1111 1111 and anna@example.com"
    cards = Finder(RedactionSettings(("card",)), "en")
    assert replaced(text, cards.spans(text)) == "[card number] and anna@example.com"
    assert Finder(RedactionSettings(), "en").spans(text) == []


def test_the_number_that_an_unfinished_text_ends_with() -> None:
    finder = FINDERS["en-US"]
    for text in ("my card is 4111 11", "my card is four one one one one"):
        begun = finder.begun(text)
        assert begun is not None
        assert text[: begun.start] == "my card is "
    assert finder.begun("back in 2024") is None
    assert finder.begun("4111 1111 is it") is None
    assert Finder(RedactionSettings(("email",)), "en").begun("4111 1111") is None
