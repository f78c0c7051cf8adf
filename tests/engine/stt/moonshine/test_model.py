"""The lean graphs say what the wheel's own say, and the kept front what the whole one would."""

import re
import time
from pathlib import Path

import numpy as np
import pytest

from sessions_app.engine.stt.moonshine import decoding, graphs
from sessions_app.engine.stt.moonshine.files import SHA256, Files, checked, folder
from sessions_app.engine.stt.moonshine.front_end import FRAME, SHORTEST, FrontEnd
from sessions_app.engine.stt.moonshine.graphs import HEAD, HEADS
from sessions_app.engine.stt.moonshine.model import EncoderMemory, Floats, Model, session
from sessions_app.engine.stt.moonshine.ort_file import LayoutError, Weights
from sessions_app.engine.stt.moonshine.tokens import BEGIN, END
from sessions_app.engine.stt.worker.blocking.base import ModelError
from tests.engine.stt.moonshine.conftest import Said

SENTENCES = (
    "Please call the plumber on Tuesday at noon.",
    "Good morning and welcome to the meeting.",
    "The doctor will see you on Friday morning.",
)

PAGE = "All that was said on that page of the book about 4711 ships, and more — naïve or not. " * 80


def memory_of(model: Model, audio: Floats) -> EncoderMemory:
    front = FrontEnd(model)
    front.add(audio)
    memory = front.memory()
    assert memory is not None
    return memory


def by_the_wheel(files: Files, audio: Floats) -> list[int]:
    """Decodes with the wheel's own graphs, always from the beginning: slow, and plainly right."""
    encoder, decoder = session(str(files.encoder)), session(str(files.decoder))
    inputs = {one.name for one in decoder.get_inputs()}
    given = {"input_values": audio[None], "attention_mask": np.ones((1, len(audio)), np.int64)}
    names = {one.name for one in encoder.get_inputs()}
    hidden = encoder.run(None, {name: given[name] for name in names})[0]
    tokens = [BEGIN]
    while tokens[-1] != END and len(tokens) < 60:
        feed = {
            "input_ids": np.array([tokens], np.int64),
            "encoder_hidden_states": hidden,
            "use_cache_branch": np.array([False]),
            "encoder_attention_mask": np.ones((1, hidden.shape[1] * FRAME), np.int64),
        }
        empty = np.zeros((1, HEADS, 0, HEAD), np.float32)
        feed |= {name: empty for name in inputs if name.startswith("past")}
        logits = decoder.run(None, {name: feed[name] for name in inputs})[0]
        tokens.append(int(logits[0, -1].argmax()))
    return tokens[1:-1]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_lean_graphs_write_what_the_wheel_writes(
    model: Model, files: Files, said: Said, sentence: str
) -> None:
    audio = said(sentence)
    ours = decoding.final(model, memory_of(model, audio), ()).tokens
    assert model.tokens.text(ours) == model.tokens.text(by_the_wheel(files, audio)) == sentence


def test_unsigned_weights_write_the_same(
    files: Files, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessions_app.engine.stt.moonshine.model.has_dot_products", lambda: False)
    plain = Model(files)
    heard = decoding.final(plain, memory_of(plain, said(SENTENCES[0])), ())
    assert plain.tokens.text(heard.tokens) == SENTENCES[0]


def test_a_front_that_grew_is_the_front_of_the_whole(model: Model, said: Said) -> None:
    audio = said(SENTENCES[1])
    grown = FrontEnd(model)
    for at in range(0, len(audio), 1234):
        grown.add(audio[at : at + 1234])
        grown.memory()
    grew, whole = grown.memory(), memory_of(model, audio)
    assert grew is not None
    assert grew.frames == whole.frames == grown.frames
    for name, side in whole.keys_values.items():
        # activations are quantised by their greatest: the last bit moves all a little
        assert np.abs(grew.keys_values[name] - side).mean() < 0.15 * np.abs(side).mean()


def test_a_window_that_begins_later_is_that_part_of_the_audio(model: Model, said: Said) -> None:
    audio = said(SENTENCES[1])
    front = FrontEnd(model)
    front.add(audio)
    whole = front.memory()
    dropped = front.drop(20)
    assert (dropped, front.begin_frame) == (20, 20)
    part = front.memory()
    assert whole is not None
    assert part is not None
    assert part.frames == whole.frames - 20
    front.widen()
    again = front.memory()
    assert again is not None
    assert again.frames == whole.frames
    assert front.drop(10_000) < whole.frames


@pytest.mark.parametrize("samples", [0, 1, SHORTEST - 1])
def test_too_little_audio_makes_nothing(model: Model, samples: int) -> None:
    front = FrontEnd(model)
    front.add(np.zeros(samples, np.float32))
    assert front.memory() is None


def test_the_shortest_audio_can_be_decoded(model: Model) -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, SHORTEST).astype(np.float32)
    decoding.final(model, memory_of(model, noise), ())


def test_a_draft_changes_nothing_of_clear_speech(model: Model, said: Said) -> None:
    memory = memory_of(model, said(SENTENCES[2]))
    plain = decoding.final(model, memory, ())
    tokens = plain.tokens
    wrong = [*tokens[:4], 500, *tokens[5:]]
    for draft in (tokens, tokens[:5], wrong, tokens[3:], [7] * 40):
        drafted = decoding.final(model, memory, draft)
        assert model.tokens.text(drafted.tokens) == model.tokens.text(tokens)
        assert len(drafted.attention) == len(drafted.log_probs) == len(drafted.tokens)


def test_a_file_that_is_damaged_is_named_with_what_to_do(tmp_path: Path) -> None:
    where = folder()
    assert where is not None
    for name in SHA256:
        (tmp_path / name).write_bytes((where / name).read_bytes())
    assert checked(tmp_path).tokens == tmp_path / "tokenizer.bin"
    spoilt = bytearray((tmp_path / "encoder_model.ort").read_bytes())
    spoilt[len(spoilt) // 2] ^= 1
    (tmp_path / "encoder_model.ort").write_bytes(spoilt)
    with pytest.raises(ModelError, match=r"encoder_model\.ort is damaged.*pip install"):
        checked(tmp_path)
    (tmp_path / "decoder_model_merged.ort").unlink()
    (tmp_path / "encoder_model.ort").write_bytes((where / "encoder_model.ort").read_bytes())
    with pytest.raises(ModelError, match=r"decoder_model_merged\.ort is missing: pip install"):
        checked(tmp_path)


def test_without_the_wheel_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessions_app.engine.stt.moonshine.files.find_spec", lambda _: None)
    told = re.escape("pip install --no-deps moonshine-voice==0.0.73")
    with pytest.raises(ModelError, match=told):
        checked()


def test_a_file_with_other_tensors_is_refused(files: Files) -> None:
    with pytest.raises(LayoutError):
        graphs.build(Files(files.decoder, files.encoder, files.tokens), signed=True)
    with pytest.raises(LayoutError, match="nothing"):
        Weights(files.encoder).dense("nothing")


def test_a_page_of_text_is_tokens_quickly_and_says_the_same(model: Model) -> None:
    started = time.process_time()
    tokens = model.tokens.encode(PAGE)
    assert time.process_time() - started < 2
    assert model.tokens.text(tokens) == PAGE.strip()
