"""Counting, cutting, joining and measuring, in the scripts that people call in."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.engine.text import characters, writing

FAMILY = "👩\u200d👩\u200d👧"

COUNTED = {
    "我想问一下别的事情可以吗": 7,
    "私は昨日、東京タワーに行きました。": 8,
    "สวัสดีครับ ผมอยากสั่งอาหารไทย": 7,
    "ខ្ញុំចង់ទៅផ្សារ": 3,
    "ຂ້ອຍຢາກໄປຕະຫຼາດ": 4,
    "كيف حالك؟ أنا بخير، شكرا.": 5,
    "मैं ठीक हूँ। आप कैसे हैं?": 6,
    'שלום, מה שלומך? צה"ל': 4,
    "안녕하세요, 오늘 날씨가 좋네요.": 4,
    "Xin chào, bạn khỏe không?": 5,
    "Qu'est-ce que c'est ? L’été.": 4,
    "Die E-Mail-Adresse kostet 3,5 Prozent.": 5,
    "Πώς είσαι; Καλά· ευχαριστώ.": 4,
    "Ինչպե՞ս ես։ Լավ եմ։": 4,
    f"{FAMILY} two words 🇩🇪": 2,
    "我用iPhone打电话给Bob": 6,
    "I don't, and he doesn’t - e\u0301te\u0301!": 6,
    "... --- !?": 0,
    "": 0,
}


@pytest.mark.parametrize(("text", "count"), COUNTED.items())
def test_words_are_counted_as_their_script_writes_them(text: str, count: int) -> None:
    assert writing.count(text) == count, writing.words(text)


def test_words_are_the_text_without_marks() -> None:
    assert writing.words("那儿有「山」，对吧？") == ["那儿", "有", "山", "对", "吧"]
    assert writing.words("well-known, isn’t it?") == ["well-known", "isn’t", "it"]
    assert writing.plain_words("Isn’t CAFE\u0301") == ["isn't", "café"]
    assert writing.words(f"{FAMILY}你好{FAMILY}") == ["你好"]


@pytest.mark.parametrize("text", COUNTED)
def test_tokens_are_the_text(text: str) -> None:
    made = writing.tokens(f"  {text} ")
    assert writing.together(made) == " ".join(text.split())
    assert all(token.text and not any(map(str.isspace, token.text)) for token in made)


def test_marks_stay_with_their_word() -> None:
    made = writing.tokens("他说：「你好，世界！」“好的”(ok)。")
    assert [token.text for token in made] == [
        "他", "说：", "「你好，", "世界！」", "“好的”", "(ok)。",
    ]  # fmt: skip
    assert not any(token.blank for token in made)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_any_text_is_cut_and_put_together_again(text: str) -> None:
    assert writing.together(writing.tokens(text)) == " ".join(text.split())
    spans = writing.word_spans(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))
    assert "".join(characters.characters(text)) == text
    assert "".join(characters.of_width(text, 7)) == text
    for end in range(len(text) + 1):
        assert text.startswith(writing.whole_words(text, end))


def test_half_a_surrogate_pair_breaks_nothing() -> None:
    text = "a \ud83d b我\udc00"
    assert writing.words(text) == ["a", "b", "我"]
    assert writing.together(writing.tokens(text)) == text


@pytest.mark.parametrize(
    ("parts", "joined"),
    [
        (["I", "am", "here."], "I am here."),
        (["我", "用", "iPhone", "打电话", "，", "好"], "我用iPhone打电话，好"),
        (["行き", "ました"], "行きました"),
        (["สวัสดี", "ครับ"], "สวัสดีครับ"),
        (["ใช้", "iPhone"], "ใช้ iPhone"),
        (["안녕", "여러분"], "안녕 여러분"),
        (["كيف", "حالك؟"], "كيف حالك؟"),
        (["你好。", "“再见。”", "他说"], "你好。“再见。”他说"),
        (["Hello.", "你好。"], "Hello. 你好。"),
        (["", " a ", ""], "a"),
        ([], ""),
    ],
)
def test_words_are_joined_with_the_blanks_of_their_script(parts: list[str], joined: str) -> None:
    assert writing.join_words(parts) == joined


def test_phrases_of_thai_are_parted_by_a_blank_and_chinese_sentences_by_none() -> None:
    assert writing.join_sentences(["สวัสดีครับ", "ผมชื่อบอบ"]) == "สวัสดีครับ ผมชื่อบอบ"
    assert writing.join_sentences(["你好。", "再见。"]) == "你好。再见。"
    assert writing.join_sentences(["Hello.", "Bye."]) == "Hello. Bye."


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("你好。再见！真的吗？", ["你好。", "再见！", "真的吗？"]),
        ("他说「走吧。」然后走了。", ["他说「走吧。」", "然后走了。"]),
        ("好.我是Bob.", ["好.", "我是Bob."]),
        ("كيف حالك؟ بخير.", ["كيف حالك؟", "بخير."]),
        ("یہ اچھا ہے۔ شکریہ۔", ["یہ اچھا ہے۔", "شکریہ۔"]),
        ("मैं ठीक हूँ। और आप?", ["मैं ठीक हूँ।", "और आप?"]),
        ("ខ្ញុំទៅផ្សារ។ បាទ។", ["ខ្ញុំទៅផ្សារ។", "បាទ។"]),
        ("Πώς είσαι; Καλά.", ["Πώς είσαι;", "Καλά."]),
        ("Ինչպե՞ս ես։ Լավ։", ["Ինչպե՞ս ես։", "Լավ։"]),
        (
            "One; two. Version 3.5 of a.b is out! Yes",
            ["One; two.", "Version 3.5 of a.b is out!", "Yes"],
        ),
        ("Il dit « oui ! » Bien.", ["Il dit « oui ! »", "Bien."]),
        ("円周率は３．１４です。", ["円周率は３．１４です。"]),
    ],
)
def test_sentences_end_at_the_marks_of_their_script(text: str, cut: list[str]) -> None:
    assert writing.sentences(text) == cut


@pytest.mark.parametrize(
    ("text", "language", "closed"),
    [
        ("hello", "en-US", "hello."),
        ("你好", "zh-CN", "你好。"),
        ("你好！", "zh-CN", "你好！"),
        ("行きました", "ja", "行きました。"),
        ("안녕하세요", "ko", "안녕하세요."),
        ("मैं ठीक हूँ", "hi", "मैं ठीक हूँ।"),
        ("मी ठीक आहे", "mr-IN", "मी ठीक आहे."),
        ("یہ اچھا ہے", "ur-PK", "یہ اچھا ہے۔"),
        ("أنا بخير", "ar", "أنا بخير."),
        ("שלום", "he-IL", "שלום."),
        ("สวัสดีครับ", "th", "สวัสดีครับ"),
        ("ខ្ញុំទៅផ្សារ", "km", "ខ្ញុំទៅផ្សារ។"),
        ("Լավ եմ", "hy", "Լավ եմ։"),
        ("Πώς είσαι;", "el", "Πώς είσαι;"),
        ("well,", "en", "well,"),
        ("I was —", "en", "I was —"),
        ("OK", "ur-PK", "OK."),
        ("یہ OK ہے 3", "ur-PK", "یہ OK ہے 3۔"),
        ("他说「走吧。」", "zh", "他说「走吧。」"),
        ("号码是 15", "zh", "号码是 15。"),
        ("", "zh", ""),
    ],
)
def test_a_text_is_closed_with_the_mark_of_its_script(
    text: str, language: str, closed: str
) -> None:
    assert writing.closed(text, language) == closed


def test_questions_are_known_by_their_marks() -> None:
    for text in ("Really?", "真的吗？", "كيف حالك؟", "Πώς είσαι;", "Ինչպե՞ս։", "「本当？」"):
        assert writing.ends_question(text), text
    for text in ("Really.", "one;", "真的。", ""):
        assert not writing.ends_question(text), text


def test_capitals_are_those_of_the_language() -> None:
    assert writing.capitalised("istanbul", "tr") == "\u0130stanbul"
    assert writing.capitalised("istanbul", "en") == "Istanbul"
    assert writing.capitalised("გამარჯობა", "ka") == "გამარჯობა"  # Georgian sentences have none
    assert writing.capitalised("ñandú") == "Ñandú"


@pytest.mark.parametrize(
    ("text", "language", "shown"),
    [
        ("¿qué hora es?", "es", "¿Qué hora es?"),
        ("«bonjour», dit-il", "fr", "«Bonjour», dit-il"),
        ("“yes,” she said", "en", "“Yes,” she said"),
        ("(see below)", "en", "(See below)"),
        ("'s avonds is het koud", "nl", "'s Avonds is het koud"),
        ("’t regent", "nl-NL", "’t Regent"),
        ("ijs is koud", "nl", "IJs is koud"),
        ("ijs is koud", "en", "Ijs is koud"),
        ("iPhone prices", "en", "iPhone prices"),
        ("eBay and others", "", "eBay and others"),
        ("3 apples", "en", "3 apples"),
        ("ıstakoz", "tr", "Istakoz"),
        ("“istanbul", "az", "“\u0130stanbul"),
        ("καλημέρα σας", "el", "Καλημέρα σας"),
        ("привет", "ru", "Привет"),
        ("ǆep", "hr", "ǅep"),
        ("大家好", "zh", "大家好"),
        ("مرحبا", "ar", "مرحبا"),
        ("«", "fr", "«"),
        ("", "en", ""),
    ],
)
def test_a_sentence_begins_as_its_language_writes(text: str, language: str, shown: str) -> None:
    assert writing.capitalised(text, language) == shown


def test_width_is_in_cells() -> None:
    assert characters.width("abc") == 3
    assert characters.width("山。ｱ") == 5
    assert characters.width("안녕") == 4
    assert characters.width("e\u0301a") == 2
    assert characters.width(f"{FAMILY}🇩🇪☺\ufe0f") == 6
    assert characters.of_width("从前有一座山", 4) == ["从前", "有一", "座山"]
    assert characters.of_width(f"a{FAMILY}b", 2) == ["a", FAMILY, "b"]


def test_a_text_is_shortened_at_words_and_never_within_a_character() -> None:
    assert writing.whole_words("hello there you", 8) == "hello"
    assert writing.whole_words("我想问一下别的事情", 4) == "我想问"
    assert writing.whole_words(f"a {FAMILY}", 4) == "a"
    assert writing.whole_words("对，好", 1) == ""
    assert writing.clip("我想问一下别的事情", 4) == "我想问…"
    assert writing.clip("short", 10) == "short"
    assert writing.clip_start("hello there my friend", 12) == "…my friend"


def test_speaking_takes_as_long_as_the_characters_stand_for() -> None:
    latin, chinese = (
        characters.speaking_ms("The story begins"),
        characters.speaking_ms("故事开始了"),
    )
    assert 800 < latin < 1300
    assert 800 < chinese < 1300


def test_what_runs_from_right_to_left_is_isolated() -> None:
    assert characters.isolated("שלום.") == "\u2068שלום.\u2069"
    assert characters.isolated("مرحبا") == "\u2068مرحبا\u2069"
    assert characters.isolated("Hello 你好") == "Hello 你好"


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Good morning, Ann", True),
        ("see you.", True),
        ("今天，好", True),
        ("नमस्ते।", True),
        ("it is 3.14 at 10:30", False),
        ("mail a@b.org now", False),
        ("well-known, can't", True),
        ("大家好今天", False),
        ("", False),
    ],
)
def test_a_text_with_marks_is_told_from_bare_words(text: str, marked: bool) -> None:
    assert writing.has_marks(text) is marked


@pytest.mark.parametrize(
    ("text", "ends"),
    [("one,", True), ("eins;", True), ("他说：", True), ("so —", True), ("a.", False)],
)
def test_the_end_of_a_clause_is_known(text: str, ends: bool) -> None:
    assert writing.ends_clause(text) is ends


def test_texts_that_were_cut_differently_have_the_same_atoms() -> None:
    text = "我用iPhone打，สวัสดี e-mail_2"
    atoms = [text[start:end] for start, end in writing.atom_spans(text)]
    assert atoms == ["我", "用", "iPhone", "打", *"สวัสดี", "e", "mail", "2"]
    assert writing.letters("Ｅ-Mail, 今天！") == "email今天"


@pytest.mark.parametrize(
    "text",
    ["«\u202fOui.\u202f»", "« Oui ! »", "„Ja.“", "»Ja.«", "‹Ja.›", "「はい。」", "(So.)", "“So.”"],
)
def test_a_quote_ends_with_the_mark_within_it(text: str) -> None:
    assert writing.ends_sentence(text)
    assert writing.closed(text) == text
    assert writing.sentences(f"{text} Oui.") == [text, "Oui."]


def test_what_is_asked_may_be_quoted() -> None:
    assert all(map(writing.ends_question, ("«\u202fOui ?\u202f»", "„Ja?“", "»Ja?«", "「え？」")))
    assert writing.capitalised("«\u202foui\u202f»") == "«\u202fOui\u202f»"
