"""How the words of a line are sent to its page."""

from sessions_app.services.shown_words import ShownWord, pieces, places

WORDS = [
    ShownWord("Well,", 1000, 1200, True),
    ShownWord("\U0001f600", 1250, 1350, True, hit=True),
    ShownWord("it", 1330, 1630, False),
]


def test_each_word_has_a_length_a_wait_and_how_long_it_lasts() -> None:
    assert places(WORDS, 900) == "5 100 200 -2 50 100 2 -20 300"
    assert places([], 0) == ""


def test_hits_are_pieces_of_their_own() -> None:
    assert pieces(WORDS) == (("Well, ", False), ("\U0001f600", True), (" it", False))
    assert pieces(WORDS[:1]) == (("Well, ", False),)
    plain = [ShownWord("\u6211\u60f3", 0, 1, False), ShownWord("\u95ee", 1, 2, False)]
    assert pieces(plain) == (("\u6211\u60f3\u95ee", False),)
    assert pieces([]) == ()
