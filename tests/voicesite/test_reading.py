"""Variables of the environment: what does not fit is named, with what to do."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from voicesite.reading import read, within


@pytest.mark.parametrize(
    ("kind", "value", "found"),
    [
        ("bool", "1", True),
        ("bool", "Yes", True),
        ("bool", "off", False),
        ("bool", " no ", False),
        ("int", "0", 0),
        ("float", "2.5", 2.5),
        ("float", " 1e3 ", 1000.0),
        ("str", "maybe", "maybe"),
    ],
)
def test_what_fits_is_taken(
    monkeypatch: pytest.MonkeyPatch, kind: str, value: str, found: object
) -> None:
    monkeypatch.setenv("VOICE_TRIED", value)
    assert read(kind, "VOICE_TRIED", None) == found


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *(("bool", value) for value in ("maybe", "nope", "ja")),
        *(("int", value) for value in ("-1", "two", "1.5")),
        *(
            ("float", value)
            for value in ("-0.5", "nan", "inf", "1e400", "fast", "5s", "0x10", "1.2.3", "3 600")
        ),
    ],
)
def test_what_does_not_fit_is_named(monkeypatch: pytest.MonkeyPatch, kind: str, value: str) -> None:
    monkeypatch.setenv("VOICE_TRIED", value)
    with pytest.raises(ImproperlyConfigured, match=rf"VOICE_TRIED='{value}'.*unset VOICE_TRIED"):
        read(kind, "VOICE_TRIED", 0)


def test_what_is_not_set_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VOICE_TRIED", raising=False)
    assert read("bool", "VOICE_TRIED", False) is False
    assert read("int", "VOICE_TRIED", 7) == 7


@pytest.mark.parametrize(("value", "wanted"), [("8000", 8_000), ("48000", 48_000), ("", 0)])
def test_a_number_within_its_bounds_is_taken(
    monkeypatch: pytest.MonkeyPatch, value: str, wanted: int
) -> None:
    if value:
        monkeypatch.setenv("VOICE_AUDIO_RATE", value)
    assert within("VOICE_AUDIO_RATE", 0, 8_000, 48_000) == wanted


@pytest.mark.parametrize("value", ["7", "7999", "48001", "16k"])
def test_a_number_outside_of_its_bounds_is_named(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("VOICE_AUDIO_RATE", value)
    with pytest.raises(ImproperlyConfigured, match=f"VOICE_AUDIO_RATE='{value}'.*unset"):
        within("VOICE_AUDIO_RATE", 16_000, 8_000, 48_000)
