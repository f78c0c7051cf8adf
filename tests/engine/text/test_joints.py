import pytest

from sessions_app.engine.text.joints import as_continuation, uncapitalised, without_end_mark


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("asked me whether we could.", "asked me whether we could"),
        ("whether we could?", "whether we could"),
        ("She said stop!!", "She said stop"),
        ("and then...", "and then..."),
        ("and then…", "and then…"),
        ("at nine p.m.", "at nine p.m."),
        ("ask Dr.", "ask Dr."),
        ("first,", "first,"),
        ("今天的会议很长。", "今天的会议很长"),
        ("no mark ", "no mark"),
        ("", ""),
    ],
)
def test_the_mark_of_a_sentence_that_goes_on_is_taken_back(text: str, bare: str) -> None:
    assert without_end_mark(text) == bare


@pytest.mark.parametrize(
    ("text", "language", "shown"),
    [
        ("Customers in the north", "en-US", "customers in the north"),
        ("A dog", "en", "a dog"),
        ("I think", "en", "I think"),
        ("I'm sure", "en", "I'm sure"),
        ("I’ll go", "en", "I’ll go"),
        ("BBC news", "en", "BBC news"),
        ("McLean said", "en", "McLean said"),
        ("iPhone", "en", "iPhone"),
        ("“Stop it", "en", "“stop it"),
        ("3 Months", "en", "3 Months"),
        ("Über uns", "de", "über uns"),
        ("今天", "zh", "今天"),
        ("", "en", ""),
    ],
)
def test_what_goes_on_has_a_small_letter(text: str, language: str, shown: str) -> None:
    assert uncapitalised(text, language) == shown


@pytest.mark.parametrize(
    ("text", "language", "shown"),
    [
        ("Which is good news", "en-GB", "which is good news"),
        ("Please, send her", "en", "please, send her"),
        ("They've gone", "", "they've gone"),
        ("Sandra from accounting", "en", "Sandra from accounting"),
        ("Will starts on Monday", "en", "Will starts on Monday"),
        ("I think", "en", "I think"),
        ("Die Post", "de", "Die Post"),
        ("In der Post", "de", "In der Post"),
        ("7 of them", "en", "7 of them"),
    ],
)
def test_only_what_is_no_name_loses_its_capital(text: str, language: str, shown: str) -> None:
    assert as_continuation(text, language) == shown
