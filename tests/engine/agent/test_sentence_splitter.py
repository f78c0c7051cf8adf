"""Splitting an answer for the voice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.engine.agent.markup import speakable
from sessions_app.engine.agent.sentence_splitter import SentenceSplitter
from sessions_app.engine.text.characters import width


def pieces(text: str, size: int = 3) -> list[str]:
    splitter = SentenceSplitter()
    out = []
    for at in range(0, len(text), size):
        out += splitter.feed(text[at : at + size])
    return [piece.strip() for piece in [*out, *splitter.finish()]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes. I can do that.", ["Yes.", "I can do that."]),
        ("Of course I can, my friend. Shall I?", ["Of course I can,", "my friend.", "Shall I?"]),
        (
            "I am afraid that there is no train today. Sorry.",
            ["I am afraid that there is", "no train today.", "Sorry."],
        ),
        ("It is 3.14. Or 1,000.", ["It is 3.14.", "Or 1,000."]),
        ("Ask Dr. Smith. He knows.", ["Ask Dr. Smith.", "He knows."]),
        ("Go, e.g. by bus. Now.", ["Go, e.g. by bus.", "Now."]),
        ("At 10:30 a.m. sharp. Fine.", ["At 10:30 a.m. sharp.", "Fine."]),
        ("See www.a.com/b. Then go.", ["See www.a.com/b.", "Then go."]),
        ("Really?! Yes.", ["Really?!", "Yes."]),
        ('He said "no." Then he left.', ['He said "no."', "Then he left."]),
        ("Take bus No. 5 to town. Yes.", ["Take bus No. 5 to town.", "Yes."]),
        ("The walk is about just 5 km to it.", ["The walk is about just 5 km", "to it."]),
        ("The sum of it is 10 - 5 and so on.", ["The sum of it is 10 - 5 and", "so on."]),
        ("Hello there", ["Hello there"]),
        ("  ", []),
        ("", []),
    ],
)
def test_it_splits_where_a_speaker_would(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Il dit «\u202fOui.\u202f» Puis non.", ["Il dit «\u202fOui.\u202f»", "Puis non."]),
        ("«\u00a0Oui ?\u00a0» Bon. Oui.", ["«\u00a0Oui ?\u00a0»", "Bon.", "Oui."]),
        ("Il dit « Vraiment ? » Et non.", ["Il dit « Vraiment ? »", "Et non."]),
        ("Non. «\u202fOui,\u202f» dit-il. Bon.", ["Non.", "«\u202fOui,\u202f» dit-il.", "Bon."]),
        ("Oui. « Non » est dit. Bon.", ["Oui.", "« Non » est dit.", "Bon."]),
        ("„Ja.“ Dann ging er.", ["„Ja.“", "Dann ging er."]),
        (
            "Er ging. »Ja.« Sie kam. »Nein«, so er.",
            ["Er ging.", "»Ja.«", "Sie kam.", "»Nein«, so er."],
        ),
        ("Er rief ‚Nein!‘ Sie kam.", ["Er rief ‚Nein!‘", "Sie kam."]),
        ("Él dijo «Sí.» Se fue.", ["Él dijo «Sí.»", "Se fue."]),
        ("Han sa »Ja.» Sedan kom han.", ["Han sa »Ja.»", "Sedan kom han."]),
        ("He left. “Yes,” she said.", ["He left.", "“Yes,” she said."]),
        ("(It is late.) [So.] Go.", ["(It is late.)", "[So.]", "Go."]),
        ("Ja. Am 3. März im Büro. Gut.", ["Ja.", "Am 3. März im Büro.", "Gut."]),
        ("Ja. Am 1. und 2. Mai d.h. bald. Gut.", ["Ja.", "Am 1. und 2. Mai d.h. bald.", "Gut."]),
        ("Ja. Es waren 1990. Dann kam er.", ["Ja.", "Es waren 1990.", "Dann kam er."]),
        ("Ja. Hier z.B. Hunde, bzw. Katzen.", ["Ja.", "Hier z.B. Hunde, bzw. Katzen."]),
        ("Sí. La Sra. Gómez, p. ej. aquí.", ["Sí.", "La Sra. Gómez, p. ej. aquí."]),
        ("Oui. Un fruit, p. ex. 10 figues. Bon.", ["Oui.", "Un fruit, p. ex. 10 figues.", "Bon."]),
        ("Oui. Lisez l'art. 5, env. 20 pages.", ["Oui.", "Lisez l'art. 5, env. 20 pages."]),
        ("Lisez donc le texte de l'art. 5. Bon.", ["Lisez donc le texte de l'art. 5.", "Bon."]),
        ("Sí. Ver pág. 4, cap. 3, por ej. 5.", ["Sí.", "Ver pág. 4, cap. 3, por ej. 5."]),
        ("Sì. Pane, latte, ecc. Poi via. Bene.", ["Sì.", "Pane, latte, ecc.", "Poi via.", "Bene."]),
        ("Sì. Pane, ecc. 10 in tutto.", ["Sì.", "Pane, ecc. 10 in tutto."]),
        ("Sim. Frutas, p. ex. 5, aprox. 10.", ["Sim.", "Frutas, p. ex. 5, aprox. 10."]),
        ("Sì. Il Sig. Rossi. Bene.", ["Sì.", "Il Sig. Rossi.", "Bene."]),
        ("Ano. Dne 3. května. Dobře.", ["Ano.", "Dne 3. května.", "Dobře."]),
        ("Да. Это т. е. дом. Да.", ["Да.", "Это т. е. дом.", "Да."]),
        ("Yes. Elizabeth II. was queen.", ["Yes.", "Elizabeth II. was queen."]),
        ("sure. i can. what else?", ["sure.", "i can.", "what else?"]),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 100])
def test_no_language_is_split_within_a_sentence(text: str, expected: list[str], size: int) -> None:
    assert pieces(text, size) == expected


def test_numbers_of_a_list_stay_with_their_lines() -> None:
    text = "Two things:\n1. Take the bus.\n2. Call me.\nDone."
    assert pieces(text) == ["Two things:", "1. Take the bus.", "2. Call me.", "Done."]


def test_a_sentence_without_end_is_split_all_the_same() -> None:
    text = "word " * 200
    found = pieces(text)
    assert max(len(piece) for piece in found) <= 200
    assert " ".join(found).split() == text.split()


@given(st.text(alphabet="ab 1.,!?\n*-", max_size=300), st.integers(1, 40))
def test_nothing_is_lost_or_added(text: str, size: int) -> None:
    splitter = SentenceSplitter()
    out = []
    for at in range(0, len(text), size):
        out += splitter.feed(text[at : at + size])
    joined = "".join([*out, *splitter.finish()])
    assert joined.rstrip() == text.rstrip()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("**Yes**, it *is*.", "Yes, it is."),
        ("Use `pip install` now", "Use pip install now"),
        ("# Title\n\n- one\n- two", "Title one two"),
        ("See [the page](https://a.org/x).", "See the page."),
        ("Go to https://www.example.org/a_b?c=1.", "Go to https://www.example.org/a_b?c=1."),
        ("**Great** 🎉👍🏽 news", "Great 🎉👍🏽 news"),
        ("2 * 3 and a_b", "2 * 3 and a_b"),
        ("~~old~~ new", "old new"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a b 1 2"),
        ("__init__ and ***all***", "__init__ and all"),
    ],
)
def test_a_voice_reads_no_markup(text: str, said: str) -> None:
    assert speakable(text) == said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("好的。我可以帮您。", ["好的。", "我可以帮您。"]),
        ("当然可以，我的朋友。要吗？", ["当然可以，", "我的朋友。", "要吗？"]),
        ("我恐怕今天没有去那里的火车了。抱歉。", ["我恐怕今天没有去那里", "的火车了。", "抱歉。"]),
        ("他说「不行。」然后他走了。", ["他说「不行。」", "然后他走了。"]),
        ("从这里走到那里大约有5公里远。", ["从这里走到那里大约有5公里", "远。"]),
        ("はい。そうです！本当？", ["はい。", "そうです！", "本当？"]),
        ("圆周率是3.14。或者1,000。", ["圆周率是3.14。", "或者1,000。"]),
        ("نعم، بالطبع. هل تريد؟ حسنا.", ["نعم، بالطبع.", "هل تريد؟", "حسنا."]),
        ("जी हाँ। मैं कर सकता हूँ।", ["जी हाँ।", "मैं कर सकता हूँ।"]),
        ("Ναι; Μπορώ. Καλά.", ["Ναι;", "Μπορώ.", "Καλά."]),
        ("Այո։ Կարող եմ։", ["Այո։", "Կարող եմ։"]),
        ("បាទ។ ខ្ញុំអាច។", ["បាទ។", "ខ្ញុំអាច។"]),
        ("네. 할 수 있어요. 그럼요!", ["네.", "할 수 있어요.", "그럼요!"]),
    ],
)
@pytest.mark.parametrize("size", [1, 4])
def test_other_scripts_are_split_at_their_own_marks(
    text: str, expected: list[str], size: int
) -> None:
    assert pieces(text, size) == expected


def test_thai_is_split_where_its_blanks_part_phrases() -> None:
    text = (
        "ได้เลยครับ ร้านของเราเปิดทุกวันตั้งแต่เก้าโมงเช้าถึงหกโมงเย็น "
        "วันหยุดสุดสัปดาห์เปิดตั้งแต่สิบโมงเช้าถึงห้าโมงเย็น ขอบคุณครับ"
    )
    found = pieces(text)
    assert " ".join(found) == text
    assert len(found) == 3


@pytest.mark.parametrize(
    "text", ["我" * 500, "เราเปิดทุกวัน" * 60, "さくら" * 200, "👩\u200d👩\u200d👧" * 90]
)
def test_no_piece_of_a_script_without_blanks_is_too_long(text: str) -> None:
    found = pieces(text)
    assert "".join(found) == text
    assert max(map(width, found)) <= 200


@given(st.text(alphabet="我ก好。，」「“” a.\n１．", max_size=120), st.integers(1, 9))
def test_nothing_is_lost_in_other_scripts(text: str, size: int) -> None:
    splitter = SentenceSplitter()
    out = []
    for at in range(0, len(text), size):
        out += splitter.feed(text[at : at + size])
    whole = "".join([*out, *splitter.finish()])
    assert text.startswith(whole)
    assert not text[len(whole) :].strip()


@pytest.mark.parametrize("size", [3, 100])
def test_a_picture_belongs_to_the_sentence_before_it(size: int) -> None:
    text = "Well done, all of you! 🎉👍🏽 ✅ Now go home.\n✅ One more thing is left. 🏁"
    assert [piece.strip() for piece in pieces(text, size)] == [
        "Well done, all of you! 🎉👍🏽 ✅",
        "Now go home.",
        "✅ One more thing is left. 🏁",
    ]
