"""Markup and what only looks like it."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sessions_app.engine.agent.markup import Markup, is_open, speakable
from sessions_app.engine.agent.sentence_splitter import SentenceSplitter
from sessions_app.engine.text.links import LINK


def said(text: str, size: int = 4) -> list[str]:
    """Returns the pieces of an answer as `Reply` makes them of its tokens."""
    splitter, markup, out = SentenceSplitter(), Markup(), list[str]()
    for at in range(0, len(text), size):
        out += [markup.plain(p, more=True) for p in splitter.feed(text[at : at + size])]
    out += [markup.plain(piece) for piece in splitter.finish()]
    return [piece for piece in out if piece]


KEPT = [
    "Write to mary_ann_lee@example.org please.",
    "Set max_call_length in my_file.txt, or _private_var.",
    "And 12*34*2 is 816, 5*3 = 15 and 2**3**4 too.",
    "(5)*3*2 and 50%*2*3",
    "a*b*c is a product, 2 * 3 * 4 as well",
    "Use *args and **kwargs.",
    "snake_case_name and __dunder",
    "See __init__.py, the __repr__ method and __pycache__/x.",
    "def __enter__(self), then _conf_.py; __all__ = [] or __name__ == 'x'",
    "*.md and **/*.rs, or src/**/*.ts and build/** too",
    "*.* and ./*/*.c, **/node_modules/** and *old*.txt",
    "It is < 5 and > 3, R&D, a|b, C:\\new and ~5 km",
    "#5 is best, +49 170 123, -5 degrees, $5*2",
    "1986. That was a year.",
    "5.",
    "42)",
    "2) is right",
    "Call him @mary [now] (please) [1].",
    "He said <name> and x<y>z.",
    "¯(ツ)/¯ and 3^2",
    "50% off*, see below",
    "*terms apply",
    "क्‍ष",
    "它是5*3*2，对。",
    "It starts with <!-- and so on.",
    "[x] is a box, a[0][1] and [0][1] are not",
    "[now]: go there",
    "<b-x> and <input>",
    "- 5 degrees",
    "> 5 items are left.",
    "+ 5 %",
    "- $5",
]


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_markup_keeps_its_characters(text: str) -> None:
    assert speakable(text) == text


@pytest.mark.parametrize("text", KEPT)
@pytest.mark.parametrize("size", [1, 5, 1000])
def test_in_pieces_too(text: str, size: int) -> None:
    assert "".join(said(text, size)).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("It is **very** easy and *quick*.", "It is very easy and quick."),
        ("**N**ational **A**gency", "National Agency"),
        ("_so_ and __so__ and ***so***", "so and so and so"),
        (
            "__all__ of it, _doc_. **/etc/hosts** and **in /etc/**",
            "all of it, doc. /etc/hosts and in /etc/",
        ),
        ("**.NET** or **config**.py", ".NET or config.py"),
        ("**Note**: it's *5*3*", "Note: it's 5*3"),
        ("这是**重点**，很*重要*。", "这是重点，很重要。"),
        ("**重点：**内容", "重点：内容"),
        ("> quoted\n\n- one\n- two\n\n1. three\n2. four", "quoted one two 1. three 2. four"),
        ("## Title\ntext\n---\nmore", "Title text more"),
        ("• one\n• two", "one two"),
        ("```python\nx_y = 1\n```\nDone", "x_y = 1 Done"),
        ("Run `my_file.py *` now", "Run my_file.py * now"),
        ("![a cat](x.png) and [it](y)", "a cat and it"),
        ("<https://a.org/x_y> or <mary@a.org>", "https://a.org/x_y or mary@a.org"),
        ("**https://a.org/_x_/*y*** so", "https://a.org/_x_/*y* so"),
        ("https://a.org/?q=__x__&amp;b=~~1~~, yes", "https://a.org/?q=__x__&b=~~1~~, yes"),
        (r"See https://a.org/x\_y\_z.", "See https://a.org/x_y_z."),
        ("[https://a.org/x_y](https://a.org/x_y)", "https://a.org/x_y"),
        ("a<br>b and <b>bold</b>", "a b and bold"),
        (r"5 \* 3 and \_x\_", "5 * 3 and _x_"),
        ("**press** 5\ufe0f\u20e3 ✅👩‍👩‍👧 now", "press 5\ufe0f\u20e3 ✅👩‍👩‍👧 now"),
        ("| a | b |\n| 1 | 2 |", "a b 1 2"),
        ("Tom &amp; Ann", "Tom & Ann"),
        ("<!-- a note --> So it is <!--two-->.", "So it is ."),
        ("Use `<!-- x -->` so.", "Use <!-- x --> so."),
        ("```html\n<!-- a -->\n```", "<!-- a -->"),
        ("- [ ] Buy milk\n- [x] Call\n\n1. [X] Go\n\n\u2022 [ ] Stay", "Buy milk Call 1. Go Stay"),
        ("- [a](b) and [x](y)", "a and x"),
        ("It is.[^1] So[^note].\n\n[^1]: From here.", "It is. So. From here."),
        ("So it is\u30104:0\u2020source\u3011.", "So it is."),
        ('See [the docs][1] or [it][].\n\n[1]: https://a.org/x "T"', "See the docs or it."),
        ("<details><summary>More</summary>Text</details>", "More Text"),
        ("<h1>T</h1><ul><li>a</li><li>b</li></ul>", "T a b"),
        ("<a href='x'>on</a> <img src=x alt=\"a cat\"/>", "on a cat"),
        ("<speak>Hi <break time='1s'/>there</speak>", "Hi there"),
        ("a &lt; b &copy; c&nbsp;d", "a < b \u00a9 c d"),
        ("<!DOCTYPE html><script>a(1)</script><p>Hi</p>", "Hi"),
        ("> [!NOTE]\n> Be careful with ![it][x].", "Be careful with it."),
        ("a | b\n--- | ---\n1 | 2", "a b 1 2"),
        ("- 5 apples\n- 3 pears", "5 apples 3 pears"),
        ("- 2 cups of it", "2 cups of it"),
        ("# 5 ways", "5 ways"),
    ],
)
def test_markup_is_taken_out(text: str, plain: str) -> None:
    assert speakable(text) == plain


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (
            "It is **very easy, and quite quick to do** indeed. Yes.",
            "It is very easy, and quite quick to do indeed. Yes.",
        ),
        (
            "**Please note this. It is late.** Go home now.",
            "Please note this. It is late. Go home now.",
        ),
        ("See [the page, it is good](https://a.org/x). Then go.", "See the page, it is good."),
        ("Run `pip install a, b, c` and then go. Yes.", "Run pip install a, b, c and then go."),
        ("*Well*, it is *so*, I think. No.", "Well, it is so, I think."),
        ("Hello <!-- a. b, c! --> you there. Yes.", "Hello you there. Yes."),
        ("One.\n<!-- two\n\nthree. -->\nFour.", "One. Four."),
        ("<!-- " + "Many words. " * 30 + "--> It is done now.", "It is done now."),
        ("- [x] Call Ann.\n- [ ] Buy some milk.", "Call Ann. Buy some milk."),
    ],
)
def test_markup_that_pieces_would_cut_is_taken_out(text: str, plain: str, size: int) -> None:
    whole = " ".join(said(text, size))
    assert whole.startswith(plain)
    assert not set("*`[]") & set(whole)


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize(
    "text",
    [
        "See https://a.org/x.html?q=yes!&r=1 now. Then go.",
        "请看https://a.org/a-b/c_d.html?x=1,2谢谢您，我们明天再见面吧。",
        f"Here: https://a.org/{'long.' * 60}html is it. Then go.",
        f"https://a.org/{'a,b.' * 90} is it.",
    ],
)
def test_no_link_is_cut(text: str, size: int) -> None:
    link = LINK.search(text)
    assert link is not None
    assert [piece for piece in said(text, size) if link[0] in piece]


def test_emphasis_that_is_longer_than_a_piece_is_markup_all_the_same() -> None:
    text = "**" + "Many words are said in one go and do not end " * 6 + "here.** Then *no* more."
    whole = " ".join(said(text))
    assert "*" not in whole
    assert whole.split() == text.replace("*", "").split()


def test_code_that_is_longer_than_a_piece_keeps_its_characters() -> None:
    text = "```\n" + "value_a = b * c * d\n" * 20 + "```\nThat is *it*."
    whole = " ".join(said(text))
    assert whole.count("value_a = b * c * d") == 20
    assert whole.endswith("That is it.")


def test_a_star_that_never_closes_is_none_of_emphasis() -> None:
    assert " ".join(said("It costs 5 *plus tax, and more.\n\nYes.")) == (
        "It costs 5 *plus tax, and more. Yes."
    )


@pytest.mark.parametrize(
    ("text", "opened"),
    [
        ("it is **very", True),
        ("it is **very** easy", False),
        ("5*3 is", False),
        ("2 * 3", False),
        ("say `x", True),
        ("[see", True),
        ("[see](x)", False),
        ("**old\n\nnew", False),
        ("my_file and _x", False),
    ],
)
def test_open_markup_is_known(text: str, opened: bool) -> None:
    assert is_open(text) is opened


def test_chinese_is_spoken_sentence_by_sentence() -> None:
    text = "今天的天气很好，我们去公园吧。你觉得怎么样？“好的。”他说！那么走吧"
    assert said(text, 1) == [
        "今天的天气很好，",
        "我们去公园吧。",
        "你觉得怎么样？",
        "“好的。”",
        "他说！",
        "那么走吧",
    ]


@given(st.text(alphabet="ab_*`5 .(\n", max_size=60))
def test_no_letter_is_lost(text: str) -> None:
    assume("```" not in text)  # what follows it names a language
    letters = [c for c in text if c in "ab5"]
    assert [c for c in speakable(text) if c in "ab5"] == letters
    assert [c for c in "".join(said(text)) if c in "ab5"] == letters


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Room 5<br>6 people", "Room 5 6 people"),
        ("one<hr/>two<p>three</p>four", "one two three four"),
        ("10<sup>2</sup>, 1<sup>st</sup>, H<sub>2</sub>O", "10 2, 1st, H2O"),
        ("<b>5</b>6", "56"),
    ],
)
def test_tags_join_no_numbers(text: str, said: str) -> None:
    assert speakable(text) == said


@pytest.mark.parametrize("sign", ["-", "+", ">", "#", "*"])
def test_a_sign_before_a_number_is_no_markup_within_a_line(sign: str) -> None:
    text = f"The temperature outside there is at {sign} 5 degrees.\n{sign} 5 more"
    assert said(text) == ["The temperature outside there is at", f"{sign} 5 degrees.", "5 more"]
    assert said("The best one of all is *5 stars* high.")[1] == "5 stars high."
