"""Recognisers as VOICE stacks them."""

from pathlib import Path
from typing import Any

import pytest

from sessions_app.engine.core.errors import RecogniserError
from sessions_app.engine.stt.engines.scripted import ScriptedRecogniser
from sessions_app.engine.stt.wrappers.fallback import Fallback
from sessions_app.engine.stt.wrappers.retrying import Retrying
from sessions_app.engine.stt.wrappers.stable_interims import StableInterims
from sessions_app.runtime.recognisers import Recognisers
from voicesite.logs import WithoutWords

WHY = "The model folder is empty: fetch one."
ENGINES = "sessions_app.engine.stt.engines"
WRAPPERS = "sessions_app.engine.stt.wrappers"
SCRIPT = {"BACKEND": f"{ENGINES}.scripted.ScriptedRecogniser"}


def loaded(settings: Any, **entries: Any) -> Recognisers:
    settings.VOICE = {**settings.VOICE, "RECOGNISERS": entries}
    made = Recognisers()
    made.load()
    return made


def test_an_entry_alone_is_tried_again_when_it_breaks(settings: Any) -> None:
    made = loaded(settings, default=SCRIPT)
    assert isinstance(made.get("default"), Retrying)
    assert made.default is made.get("default")


def test_wrappers_go_around_from_the_inside_out(settings: Any) -> None:
    around = [
        {"BACKEND": f"{WRAPPERS}.stable_interims.StableInterims"},
        {"BACKEND": f"{WRAPPERS}.fallback.Fallback", "OPTIONS": {"to": "second"}},
    ]
    made = loaded(settings, default={**SCRIPT, "WRAPPERS": around}, second=SCRIPT)
    outer = made.get("default")
    assert isinstance(outer, Fallback)
    assert isinstance(outer.inner, StableInterims)
    assert isinstance(outer.inner.inner, ScriptedRecogniser)
    assert outer.other is made.get("second")


def test_one_name_may_mean_another(settings: Any) -> None:
    made = loaded(settings, default={"SAME_AS": "script"}, script=SCRIPT)
    assert made.default is made.get("script")


async def test_an_engine_of_two_names_says_once_what_it_lacks(
    settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = {
        "BACKEND": f"{ENGINES}.moonshine.MoonshineRecogniser",
        "OPTIONS": {"workers": 1, "model": str(tmp_path)},
        "WRAPPERS": [{"BACKEND": f"{WRAPPERS}.fallback.Fallback", "OPTIONS": {"to": "script"}}],
    }
    made = loaded(settings, default={"SAME_AS": "heard"}, heard=engine, script=SCRIPT)
    await made.start()
    (line,) = [record.getMessage() for record in caplog.records]
    assert "'moonshine' is out" in line
    assert "encoder_model.ort is missing" in line
    await made.aclose()


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"SAME_AS": "default"}, "circle: default → default"),
        ({"SAME_AS": "nobody"}, "no recogniser"),
        ({"BACKEND": "no.such.Engine"}, r"no\.such\.Engine"),
        ({**SCRIPT, "WRAPPERS": [{"BACKEND": "no.Wrapper"}]}, r"no\.Wrapper"),
        ({**SCRIPT, "WRAPPERS": [{"BACKEND": f"{WRAPPERS}.gated.Gated",
                                  "OPTIONS": {"speed": 3}}]}, "speed"),
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_refused_with_its_cause(
    settings: Any, entry: dict[str, Any], why: str
) -> None:
    made = loaded(settings, default=entry, well=SCRIPT)
    assert set(made.broken) == {"default"}
    assert isinstance(made.get("well"), Retrying)
    with pytest.raises(RecogniserError, match=why):
        made.get("default")


def test_a_name_that_there_is_not_is_named(settings: Any) -> None:
    with pytest.raises(RecogniserError, match="'other'"):
        loaded(settings, default=SCRIPT).get("other")


async def test_the_log_says_why_a_recogniser_cannot_run(
    settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def start(_self: ScriptedRecogniser) -> None:
        raise RecogniserError(WHY) from OSError("somewhere")

    monkeypatch.setattr(ScriptedRecogniser, "start", start)
    await loaded(settings, default=SCRIPT).start()
    written = [WithoutWords().format(record) for record in caplog.records]
    assert any(WHY in line and "RecogniserError (from OSError)" in line for line in written)


async def test_an_engine_with_a_damaged_model_is_told_with_its_stand_in(
    settings: Any, tmp_path: Path
) -> None:
    (tmp_path / "encoder_model.ort").write_bytes(b"damaged")
    engine = {
        "BACKEND": f"{ENGINES}.moonshine.MoonshineRecogniser",
        "OPTIONS": {"workers": 1, "model": str(tmp_path)},
        "WRAPPERS": [{"BACKEND": f"{WRAPPERS}.fallback.Fallback", "OPTIONS": {"to": "script"}}],
    }
    made = loaded(settings, default={"SAME_AS": "moonshine"}, moonshine=engine, script=SCRIPT)
    assert made.fallbacks_in_use() == {}
    try:
        await made.start()
        assert made.fallbacks_in_use() == {"moonshine": "scripted"}
    finally:
        await made.aclose()


async def test_an_engine_that_answers_again_needs_no_stand_in(settings: Any) -> None:
    around = [{"BACKEND": f"{WRAPPERS}.fallback.Fallback", "OPTIONS": {"to": "null"}}]
    nothing = {"BACKEND": f"{ENGINES}.null.NullRecogniser"}
    made = loaded(settings, default={**SCRIPT, "WRAPPERS": around}, null=nothing)
    fallback = made.get("default")
    assert isinstance(fallback, Fallback)
    fallback.failed()
    assert made.fallbacks_in_use() == {"scripted": "null"}
    fallback.works()
    assert made.fallbacks_in_use() == {}
