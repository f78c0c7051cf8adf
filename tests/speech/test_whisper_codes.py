import pytest

from sessions_app.speech.whisper_codes import whisper_code


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
