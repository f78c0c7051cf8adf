import pytest

from sessions_app.engine.text.languages import among, base_of, is_tag, region_of, same_language


@pytest.mark.parametrize(
    ("tag", "base"),
    [
        ("en-US", "en"),
        ("en_US", "en"),
        ("cmn-Hans-CN", "zh"),
        ("zh-TW", "zh"),
        ("yue-HK", "yue"),
        ("nb-NO", "nb"),
        ("fil-PH", "fil"),
        ("tl", "fil"),
        ("iw-IL", "he"),
        ("", ""),
        ("no tag at all", "no tag at all"),
    ],
)
def test_a_tag_gives_its_language(tag: str, base: str) -> None:
    assert base_of(tag) == base


@pytest.mark.parametrize(
    ("tag", "there_is"),
    [("de-DE", True), ("ko", True), ("cmn-Hans-CN", True), ("", False), ("German", False),
     ("de_DE_", False), ("no tag at all", False)],
)  # fmt: skip
def test_only_tags_of_languages_are_tags(tag: str, there_is: bool) -> None:
    assert is_tag(tag) is there_is


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("zh-CN", "cmn"),
        ("nb-NO", "no"),
        ("en-US", "en-gb-x-rp"),
        ("he", "iw"),
        ("fil", "tl"),
        ("pt-PT", "pt-br"),
    ],
)
def test_tags_of_one_language_are_the_same(one: str, other: str) -> None:
    assert same_language(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("zh-CN", "yue"), ("en-US", "fr"), ("da", "nb"), ("hr", "sr"), ("id", "ms"), ("en", "")],
)
def test_others_are_not(one: str, other: str) -> None:
    assert not same_language(one, other)
    assert not among(one, [other])


@pytest.mark.parametrize(
    ("tag", "region"),
    [("en-GB", "GB"), ("en_us", "US"), ("en", ""), ("zh-Hant-TW", "TW"), ("?", "")],
)
def test_the_region_of_a_tag_is_told_where_it_has_one(tag: str, region: str) -> None:
    assert region_of(tag) == region
