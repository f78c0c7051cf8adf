"""Whether suppressing noise before recognition helps: words wrong at 5 and 10 dB.

    SPEECH=folder python -m bench.campaign noise

It wants `pyrnnoise`, and to compare with it `webrtc-noise-gain`.
"""

import asyncio
import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from bench.campaigns.offline import speech_in
from bench.spoken import decoded, wrong_words
from bench.tables import write_table
from sessions_app.engine.audio.vad.silero import SileroVad
from sessions_app.engine.core.frames import SPEECH_RATE, Samples
from sessions_app.engine.stt.base import Recogniser
from sessions_app.engine.stt.engines.pocketsphinx import PocketSphinxRecogniser
from sessions_app.engine.stt.wrappers.denoised import Denoised
from tests.fixtures.speech import read_wav

RATIOS_DB = (60.0, 20.0, 10.0, 5.0)
_STEP = SPEECH_RATE // 100
Suppressor = Callable[[Samples], Samples]


def main() -> None:
    """Decodes all of SPEECH in noise, as it is and suppressed; writes docs/campaigns/noise.md."""
    if "SPEECH" not in os.environ:
        raise SystemExit("Say whose speech: SPEECH=folder, with transcripts.json in it.")
    asyncio.run(_measured(speech_in(Path(os.environ["SPEECH"]))))


async def _measured(spoken: dict[Path, str]) -> None:
    vad, engine = SileroVad(), PocketSphinxRecogniser(workers=1)
    denoised = Denoised(engine)
    await vad.start()
    await engine.start()
    ways: dict[str, tuple[Recogniser, Suppressor]] = {
        "nothing": (engine, as_it_is),
        "WebRTC, level 2": (engine, by_webrtc(2)),
        "FFmpeg, afftdn": (engine, by_ffmpeg),
        "RNNoise, as built in": (denoised, as_it_is),
    }
    rows = []
    try:
        for kind, make in NOISES.items():
            for ratio_db in RATIOS_DB:
                for name, (recogniser, suppress) in ways.items():
                    wrong = 0
                    for number, (path, said) in enumerate(spoken.items()):
                        chance = np.random.default_rng(number)
                        noisy = mixed(read_wav(path), make, ratio_db, chance)
                        text = await decoded(vad, recogniser, suppress(noisy))
                        wrong += wrong_words(said, text)
                    rows.append([kind, f"{ratio_db:.0f}", name, str(wrong)])
                    print(rows[-1], flush=True)
    finally:
        await denoised.aclose()
        await vad.aclose()
    words = sum(len(said.split()) for said in spoken.values())
    headline = f"{words} words of {len(spoken)} recordings, decoded offline with noise added"
    head = ["noise", "dB", "suppressed by", "words wrong"]
    print(write_table("noise", "Noise suppression before recognition", headline, head, rows))


def mixed(
    speech: Samples,
    make: Callable[[int, np.random.Generator], np.ndarray],
    ratio_db: float,
    chance: np.random.Generator,
) -> Samples:
    """Returns the speech with half a second around it, in noise so much quieter than itself."""
    lead = np.zeros(SPEECH_RATE // 2)
    clean = np.concatenate([lead, speech.astype(float), lead])
    loud = np.abs(speech) > np.abs(speech).max() / 20
    level = np.sqrt(np.mean(speech[loud].astype(float) ** 2))
    noise = make(len(clean), chance)
    noise *= level / np.sqrt(np.mean(noise**2)) / 10 ** (ratio_db / 20)
    noisy: Samples = np.clip(clean + noise, -32_768, 32_767).astype(np.int16)
    return noisy


def white(count: int, chance: np.random.Generator) -> np.ndarray:
    """Returns a hiss."""
    return chance.standard_normal(count)


def pink(count: int, chance: np.random.Generator) -> np.ndarray:
    """Returns a rumble: each octave as loud as the next."""
    spectrum = np.fft.rfft(chance.standard_normal(count))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 1))
    return np.fft.irfft(spectrum, count)


def as_it_is(samples: Samples) -> Samples:
    """Suppresses nothing."""
    return samples


def by_webrtc(level: int) -> Suppressor:
    """Returns WebRTC's own suppressor, at a level of 1 to 4."""

    def suppressed(samples: Samples) -> Samples:
        from webrtc_noise_gain import AudioProcessor  # noqa: PLC0415 - wanted by this alone

        processor = AudioProcessor(0, level)
        whole = samples[: len(samples) // _STEP * _STEP]
        parts = [
            processor.Process10ms(whole[at : at + _STEP].tobytes()).audio
            for at in range(0, len(whole), _STEP)
        ]
        return np.frombuffer(b"".join(parts), np.int16)

    return suppressed


def by_ffmpeg(samples: Samples) -> Samples:
    """Suppresses by FFmpeg's filter in the frequency domain, which follows the noise."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(
        sample_rate=SPEECH_RATE, format="s16", layout="mono", time_base=Fraction(1, SPEECH_RATE)
    )
    suppressor = graph.add("afftdn", "nr=20:tn=1")
    form = graph.add("aformat", "sample_fmts=s16")
    sink = graph.add("abuffersink")
    source.link_to(suppressor)
    suppressor.link_to(form)
    form.link_to(sink)
    graph.configure()
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", "mono")
    frame.sample_rate = SPEECH_RATE
    graph.push(frame)
    graph.push(None)
    parts = []
    while True:
        try:
            parts.append(graph.pull().to_ndarray().reshape(-1))
        except (av.error.EOFError, av.error.BlockingIOError):
            return np.concatenate(parts)


NOISES = {"white": white, "pink": pink}
