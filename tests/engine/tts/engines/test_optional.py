"""Voices that need something of the operator's; a stand-in for Piper, which wants a model."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from sessions_app.engine.core.errors import SynthesiserError
from sessions_app.engine.tts.engines.google import GoogleSynthesiser
from sessions_app.engine.tts.engines.piper import PiperSynthesiser

STAND_IN = """
import numpy as np

class SynthesisConfig:
    def __init__(self, length_scale=None):
        self.length_scale = length_scale

class PiperConfig:
    length_scale = 1.25

class Chunk:
    sample_rate = 22050
    def __init__(self, text, scale):
        count = round(2205 * len(text.split()) * scale / 1.25)
        self.audio_int16_bytes = np.full(count, 900, np.int16).tobytes()

class PiperVoice:
    config = PiperConfig()
    @staticmethod
    def load(path):
        return PiperVoice()
    def synthesize(self, text, syn_config=None):
        for sentence in text.split("."):
            if sentence.strip():
                yield Chunk(sentence, syn_config.length_scale)
"""


def test_what_is_not_installed_says_how_to_install_it() -> None:
    with pytest.raises(SynthesiserError, match="pip install google-cloud-texttospeech"):
        GoogleSynthesiser()
    with pytest.raises(SynthesiserError, match="pip install piper-tts"):
        PiperSynthesiser("voice.onnx")


async def test_piper_speaks_in_its_own_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "piper.py").write_text(STAND_IN)
    model = tmp_path / "amy.onnx"
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(SynthesiserError, match="no Piper voice"):
        PiperSynthesiser(str(model))
    model.touch()
    voice = PiperSynthesiser(str(model))
    await voice.start()
    chunks = [chunk async for chunk in voice.stream("One two. Three.")]
    assert [len(c.samples) for c in chunks] == [4410, 2205]
    assert {c.sample_rate for c in chunks} == {22_050}
    quick = [chunk async for chunk in voice.stream("One two. Three.", speed=2.0)]
    assert [len(c.samples) for c in quick] == [2205, 1102]
    assert np.concatenate([c.samples for c in chunks]).max() == 900
    with pytest.raises(SynthesiserError, match="no voice 'bob'"):
        async for _ in voice.stream("One.", voice="bob"):
            pass
    await voice.aclose()


def test_piper_tells_its_voices_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessions_app.engine.tts.engines.piper.find_spec", lambda _: True)
    model = tmp_path / "nb_NO-x.onnx"
    model.touch()
    for written, language in (
        ('{"language": {"code": "nb_NO"}}', "nb-NO"),
        ('{"espeak": {"voice": "nb"}}', "nb"),
        ("[]", ""),
        ("{no", ""),
    ):
        Path(f"{model}.json").write_text(written, encoding="utf-8")
        voice = PiperSynthesiser(str(model))
        known = asyncio.run(voice.voices())
        assert voice.language_of("", known) == language


def test_google_voices_are_named_by_their_language() -> None:
    voice = GoogleSynthesiser.__new__(GoogleSynthesiser)
    voice._voice = "en-US-Neural2-C"
    assert voice.language_of("", ()) == "en-US"
    assert voice.language_of("cmn-CN-Wavenet-A", ()) == "cmn-CN"
