import pytest

from sessions_app.engine.stt.engines.whisper_languages import CODES, codes_of, whisper_code


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en-US", "en"),
        ("nb-NO", "no"),
        ("nn-NO", "nn"),
        ("no", "no"),
        ("fil", "tl"),
        ("fil-PH", "tl"),
        ("cmn-Hans-CN", "zh"),
        ("zh-TW", "zh"),
        ("yue-HK", "yue"),
        ("jv-ID", "jw"),
        ("iw-IL", "he"),
        ("pt_BR", "pt"),
        ("zsm", "ms"),
        ("haw-US", "haw"),
        ("ckb-IQ", ""),
        ("not a tag", ""),
    ],
)
def test_tags_become_whispers_own_codes(tag: str, code: str) -> None:
    assert whisper_code(tag) == code


def test_a_model_of_fewer_languages_has_only_those() -> None:
    assert whisper_code("en-GB", ["en"]) == "en"
    assert whisper_code("de-DE", ["en"]) == ""


@pytest.mark.parametrize(
    ("entries", "known"),
    [
        (51_864, frozenset({"en"})),  # base.en
        (51_865, CODES - {"yue"}),  # base, small
        (51_866, CODES),  # large-v3
    ],
)
def test_a_vocabulary_tells_which_languages_a_model_hears(
    entries: int, known: frozenset[str]
) -> None:
    assert codes_of(entries) == known
