import dataclasses

import pytest

from sessions_app.engine.core.events import Hypothesis, Word, one_speaker
from sessions_app.engine.stt.segmenter import LONGEST_MS, Segmenter, readable


@pytest.mark.parametrize(
    ("bare", "shown"),
    [
        ("go forward ten meters", "Go forward ten meters."),
        ("i think i'm right", "I think I'm right."),
        ("  two   blanks ", "Two blanks."),
        ("What is it?", "What is it?"),
        ("über uns", "Über uns."),
        ("", ""),
    ],
)
def test_bare_words_become_a_sentence(bare: str, shown: str) -> None:
    assert readable(bare) == shown


def interim(text: str) -> Hypothesis:
    return Hypothesis(text, is_final=False, start_ms=0, end_ms=100)


def test_an_interim_is_told_when_it_changed_and_not_too_often() -> None:
    segmenter = Segmenter()
    assert segmenter.interim(interim("go"), 0.0) == "go"
    assert segmenter.interim(interim("go"), 1.0) is None
    assert segmenter.interim(interim("go on"), 0.1) is None
    assert segmenter.interim(interim("go on"), 0.25) == "go on"


def test_after_a_final_the_same_words_are_news() -> None:
    segmenter = Segmenter()
    segmenter.interim(interim("go"), 0.0)
    segmenter.final(Hypothesis("go", is_final=True, start_ms=0, end_ms=100))
    assert segmenter.interim(interim("go"), 1.0) == "go"


def final(
    count: int, *, word_ms: float = 400.0, pauses: dict[int, float] | None = None
) -> Hypothesis:
    words, at = [], 0.0
    for number in range(count):
        at += (pauses or {}).get(number, 20.0)
        words.append(Word(f"w{number}", at, at + word_ms))
        at += word_ms
    text = " ".join(word.text for word in words)
    return Hypothesis(text, True, 0.0, at, tuple(words), None, "en-US")


def test_a_final_of_usual_length_is_one_piece_with_its_raw_words() -> None:
    (piece,) = Segmenter().final(final(10))
    assert piece.text.startswith("W0 w1")
    assert [word.text for word in piece.words][:2] == ["w0", "w1"]


def test_a_long_final_is_cut_at_its_longest_pause() -> None:
    pieces = Segmenter().final(final(60, pauses={25: 900.0, 40: 300.0}))
    assert [len(piece.words) for piece in pieces] == [25, 35]
    assert all(piece.end_ms - piece.start_ms <= LONGEST_MS for piece in pieces)
    assert pieces[0].text.endswith("w24.")


@pytest.mark.parametrize("count", [1, 36, 37, 100, 333])
def test_no_word_is_lost_and_no_piece_is_too_long(count: int) -> None:
    whole = final(count)
    pieces = Segmenter().final(whole)
    assert tuple(word for piece in pieces for word in piece.words) == whole.words
    assert all(p.words[-1].end_ms - p.words[0].start_ms <= LONGEST_MS for p in pieces)


def test_no_words_make_no_segment() -> None:
    assert Segmenter().final(Hypothesis(" ", is_final=True, start_ms=0, end_ms=500)) == []


@pytest.mark.parametrize(
    ("bare", "language", "shown"),
    [
        ("你好吗", "zh-CN", "你好吗。"),
        ("你好吗？", "zh-CN", "你好吗？"),
        ("कैसे हो", "hi-IN", "कैसे हो।"),
        ("pane i vino", "it-IT", "Pane i vino."),
        ("i think i can", "en-GB", "I think I can."),
        ("ıstakoz istanbul", "tr-TR", "Istakoz istanbul."),
        ("istanbul güzel", "tr-TR", "\u0130stanbul güzel."),
        ("สวัสดีครับ", "th-TH", "สวัสดีครับ"),
    ],
)
def test_each_language_is_written_its_own_way(bare: str, language: str, shown: str) -> None:
    assert readable(bare, language=language) == shown


def test_a_long_chinese_final_is_cut_without_blanks() -> None:
    texts = [*"我想问一下今天的天气怎么样", *"还有明天会不会下雨"]
    words = tuple(
        Word(text, at, at + 900.0) for at, text in zip(range(0, 60_000, 1000), texts, strict=False)
    )
    whole = Hypothesis("".join(texts), True, 0.0, 1000.0 * len(texts), words, None, "zh-CN")
    pieces = Segmenter().final(whole)
    assert len(pieces) > 1
    assert "".join(piece.text.rstrip("。") for piece in pieces) == whole.text
    assert all(piece.text.endswith("。") for piece in pieces)


def test_a_final_is_cut_where_another_person_speaks() -> None:
    texts = [("good", "1"), ("morning", "1"), ("hello", "2"), ("there", "2"), ("bye", "1")]
    words = tuple(
        Word(text, 400.0 * n, 400.0 * n + 300, None, who) for n, (text, who) in enumerate(texts)
    )
    whole = Hypothesis("good morning hello there bye", True, 0.0, 2000.0, words, None, "en")
    pieces = Segmenter().final(whole)
    assert [piece.text for piece in pieces] == ["Good morning.", "Hello there.", "Bye."]
    assert [one_speaker(piece.words) for piece in pieces] == ["1", "2", "1"]
    assert (pieces[1].start_ms, pieces[1].end_ms) == (800.0, 1500.0)


def long_final(text: str, words: list[str], cut: int) -> Hypothesis:
    """Returns 18 s of speech with a pause before one of its words."""
    step = 18_000.0 / len(words)
    timed = [
        Word(word, n * step + (300 if n == cut else 0), (n + 1) * step - 10)
        for n, word in enumerate(words)
    ]
    return Hypothesis(text, True, 0.0, 18_000.0, tuple(timed))


@pytest.mark.parametrize(
    ("text", "words", "cut", "pieces"),
    [
        (
            "Good morning, Dr. Lee. It's about the invoice, number 4711; it says $300.",
            [
                "Good",
                "morning",
                "Dr",
                "Lee",
                "It's",
                "about",
                "the",
                "invoice",
                "number",
                "4711",
                "it",
                "says",
                "300",
            ],
            8,
            [
                "Good morning, Dr. Lee.",
                "It's about the invoice, number 4711; it says $300.",
            ],
        ),
        (
            "大家好\uff0c今天的会议很长\u3002我们明天再见\u3002",
            list("大家好今天的会议很长我们明天再见"),
            10,
            ["大家好\uff0c今天的会议很长\u3002", "我们明天再见\u3002"],
        ),
        (
            "大家好今天的会议很长",
            list("大家好今天的会议很长"),
            3,
            ["大家好\u3002", "今天的会议很长\u3002"],
        ),
        ("yes we can do that", ["yes", "we", "can", "do", "that"], 2, ["Yes we.", "Can do that."]),
        (
            "¿Qué hora es? No sé, Juan.",
            ["qué", "hora", "es", "no", "sé", "juan"],
            3,
            ["¿Qué hora es?", "No sé, Juan."],
        ),
    ],
)
def test_a_cut_final_keeps_the_recognisers_own_text(
    text: str, words: list[str], cut: int, pieces: list[str]
) -> None:
    said = Segmenter().final(long_final(text, words, cut))
    assert [piece.text for piece in said] == pieces
    assert [word.text for piece in said for word in piece.words] == words


@pytest.mark.parametrize(
    ("bare", "shown"),
    [
        ("今天好", "今天好\u3002"),
        ("はい", "はい\u3002"),
        ("สวัสดี", "สวัสดี"),
        ("नमस्ते\u0964", "नमस्ते\u0964"),
    ],
)
def test_a_full_stop_is_that_of_the_script(bare: str, shown: str) -> None:
    assert readable(bare) == shown


def test_a_cut_lies_where_a_sentence_ends_unless_a_pause_is_much_longer() -> None:
    words = [*["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]]
    text = "One two three. Four five, six seven eight nine ten"
    cut = [piece.text for piece in Segmenter().final(long_final(text, words, 99))]
    assert cut == ["One two three.", "Four five, six seven eight nine ten"]
    timed = [
        Word(word, n * 1700.0 + (600 if n == 6 else 0), n * 1700.0 + 1690)
        for n, word in enumerate(words)
    ]
    paused = Hypothesis(text, True, 0.0, 17_000.0, tuple(timed))
    assert [piece.text for piece in Segmenter().final(paused)] == [
        "One two three. Four five, six",
        "seven eight nine ten",
    ]


@pytest.mark.parametrize(
    ("text", "cut", "language", "pieces"),
    [
        ("how are you. fine, thank you", 3, "en", ["How are you.", "Fine, thank you"]),
        ("how are you, fine. thank you", 3, "en", ["How are you,", "fine. thank you"]),
        ("ça va bien! et toi, merci", 3, "fr", ["Ça va bien!", "Et toi, merci"]),
        ("qué tal, juan. ¿cómo estás hoy?", 3, "es", ["Qué tal, juan.", "¿Cómo estás hoy?"]),
        ("ne var, ne yok? iyiyim ben", 4, "tr", ["Ne var, ne yok?", "\u0130yiyim ben"]),
        ("как дела? хорошо, спасибо", 2, "ru", ["Как дела?", "Хорошо, спасибо"]),
        ("τι κάνεις; καλά, εσύ", 2, "el", ["Τι κάνεις;", "Καλά, εσύ"]),
        ("het regent. 's avonds is het droog", 2, "nl", ["Het regent.", "'s Avonds is het droog"]),
        ("i think, so do i. i'm sure of it", 5, "en", ["I think, so do I.", "I'm sure of it"]),
        ("it cost $3.50 or, well, four", 3, "en", ["It cost $3.50", "or, well, four"]),
        ("كيف حالك؟ أنا بخير", 2, "ar", ["كيف حالك؟", "أنا بخير"]),
    ],
)
def test_a_piece_has_a_capital_where_a_sentence_begins(
    text: str, cut: int, language: str, pieces: list[str]
) -> None:
    words = [word.strip(".,;?!¿؟$") for word in text.split()]
    final = dataclasses.replace(long_final(text, words, cut), language=language)
    pause = final.words[cut].start_ms + 1500  # longer than any mark is worth
    moved = [w if n != cut else dataclasses.replace(w, start_ms=pause)
             for n, w in enumerate(final.words)]  # fmt: skip
    said = Segmenter().final(dataclasses.replace(final, words=tuple(moved)))
    assert [piece.text for piece in said] == pieces


def test_another_person_begins_with_a_capital() -> None:
    texts = [("are", "1"), ("you", "1"), ("there", "1"), ("yes", "2"), ("i", "2"), ("am", "2")]
    words = tuple(
        Word(text, 400.0 * n, 400.0 * n + 300, None, who) for n, (text, who) in enumerate(texts)
    )
    whole = Hypothesis("are you there, yes i am.", True, 0.0, 2400.0, words, None, "en")
    assert [p.text for p in Segmenter().final(whole)] == ["Are you there,", "Yes I am."]


def timed(
    text: str, language: str = "en-US", at_ms: float = 0.0, step: float = 300.0
) -> Hypothesis:
    """Returns a final whose words are those of its text, one after the other."""
    bare = [word.strip(".,;?!:\u201c\u201d") for word in text.split()]
    words = [Word(w, at_ms + n * step, at_ms + (n + 1) * step - 10) for n, w in enumerate(bare)]
    return Hypothesis(text, True, at_ms, words[-1].end_ms, tuple(words), None, language)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        (
            "Call the plumber on Tuesday at 9. Tell Martin that the invoice is late.",
            ["Call the plumber on Tuesday at 9.", "Tell Martin that the invoice is late."],
        ),
        (
            "Ask Dr. Lee at 9 a.m. about it. Is the invoice No. 7 paid?",
            ["Ask Dr. Lee at 9 a.m. about it.", "Is the invoice No. 7 paid?"],
        ),
        ("Yes. I think so. We can do that.", ["Yes. I think so.", "We can do that."]),
        ("We can do that now. Okay. Bye.", ["We can do that now. Okay. Bye."]),
        ("Yes. No. Well.", ["Yes. No. Well."]),
        ("It costs $3.50 a piece, they said.", ["It costs $3.50 a piece, they said."]),
        ("Am 3. März kommt er an. Dann gehen wir alle.", None),
    ],
)
def test_segments_end_at_sentences(text: str, pieces: list[str] | None) -> None:
    language = "en-US" if pieces else "de-DE"
    said = Segmenter().final(timed(text, language))
    assert [piece.text for piece in said] == (
        pieces or ["Am 3. März kommt er an.", "Dann gehen wir alle."]
    )
    assert " ".join(piece.text for piece in said) == text
    assert [w for p in said for w in p.words] == list(timed(text, language).words)
    assert all((p.start_ms, p.end_ms) == (p.words[0].start_ms, p.words[-1].end_ms) for p in said)


def test_chinese_segments_end_at_sentences() -> None:
    text = "\u4eca\u5929\u4f1a\u8bae\u5f88\u957f\u3002\u6211\u4eec\u660e\u5929\u518d\u89c1\u3002"
    bare = [c for c in text if c != "\u3002"]
    words = tuple(Word(c, 300.0 * n, 300.0 * n + 290) for n, c in enumerate(bare))
    whole = Hypothesis(text, True, 0.0, 3600.0, words, None, "zh-CN")
    assert [piece.text for piece in Segmenter().final(whole)] == [text[:7], text[7:]]


def test_a_sentence_goes_on_after_a_breath() -> None:
    segmenter = Segmenter()
    said = [
        timed("Well, we should talk about"),
        timed("the late invoice.", at_ms=3000),
        timed("tell Martin about it", at_ms=6000),
        timed("and ask Anna", at_ms=40_000),
    ]
    shown = [piece.text for final in said for piece in segmenter.final(final)]
    assert shown == [
        "Well, we should talk about",
        "the late invoice.",
        "Tell Martin about it",
        "And ask Anna",
    ]


def test_who_writes_no_marks_is_given_them() -> None:
    segmenter = Segmenter()
    said = [timed("we should talk about"), timed("the late invoice", at_ms=3000)]
    shown = [piece.text for final in said for piece in segmenter.final(final)]
    assert shown == ["We should talk about.", "The late invoice."]


def test_a_final_without_times_is_one_segment() -> None:
    whole = Hypothesis("Call the plumber on Tuesday. Tell Martin about it.", True, 0.0, 4000.0)
    assert [piece.text for piece in Segmenter().final(whole)] == [whole.text]


@pytest.mark.parametrize(("cut", "shown"), [(False, "Thank you. And goodbye."), (True, None)])
def test_a_whole_statement_gets_the_full_stop_that_the_engine_left_out(
    cut: bool, shown: str | None
) -> None:
    asked: list[tuple[str, str]] = []

    def is_whole(text: str, language: str) -> bool:
        asked.append((text, language))
        return "goodbye" in text

    segmenter = Segmenter("", is_whole)
    said = dataclasses.replace(timed("Thank you. And goodbye"), cut=cut)
    (piece,) = segmenter.final(said)
    assert piece.text == (shown or said.text)
    assert piece.words[-1].text == ("goodbye" if cut else "goodbye.")
    assert len(piece.words) == len(said.words)
    (after,) = segmenter.final(timed("and more of the", at_ms=3000))
    assert after.text == ("and more of the" if cut else "And more of the")
    assert asked == [(text, "en-US") for text in [said.text, "and more of the"][cut:]]


def test_a_breath_within_a_sentence_leaves_no_full_stop_and_no_capital() -> None:
    segmenter = Segmenter("", is_open=lambda text, _: text.endswith("which."), marks=True)
    said = [
        timed("They will start in January which."),
        timed("Is good news for us.", at_ms=3000),
        timed("Then Sandra called and", at_ms=6000),
        timed("Sandra was right.", at_ms=9000),
    ]
    shown = [segmenter.final(final)[0] for final in said]
    assert [piece.text for piece in shown] == [
        "They will start in January which",
        "is good news for us.",
        "Then Sandra called and",
        "Sandra was right.",
    ]
    assert shown[0].words[-1].text == "which"


def test_an_engine_with_marks_means_those_that_it_leaves_out_from_the_first_final_on() -> None:
    long = dataclasses.replace(final(60, pauses={25: 900.0}), cut=True)
    shown = [piece.text for piece in Segmenter(marks=True).final(long)]
    assert not any(text.endswith(".") for text in shown)
    assert [text[0] for text in shown] == ["W", "w"]


def test_a_word_alone_is_no_piece_of_a_long_sentence() -> None:
    pieces = Segmenter().final(final(60, pauses={1: 500.0, 30: 300.0, 59: 500.0}))
    assert [len(piece.words) for piece in pieces] == [30, 30]
