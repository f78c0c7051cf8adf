"""Where words begin and end in the audio."""

import numpy as np
import pytest

from sessions_app.engine.core.frames import SPEECH_RATE
from sessions_app.engine.stt.moonshine.timing import snap_to_sound


@pytest.mark.parametrize("estimate_s", [-0.2, -0.05, 0.0, 0.2])
def test_a_word_begins_with_its_sound_however_early_it_was_placed(estimate_s: float) -> None:
    audio = np.zeros(SPEECH_RATE * 3 // 2, np.float32)
    audio[SPEECH_RATE // 2 : SPEECH_RATE] = 0.1
    assert snap_to_sound(audio, [(estimate_s, 1.2)]) == [pytest.approx((0.5, 1.0))]


def test_two_words_keep_the_pause_between_them() -> None:
    audio = np.zeros(SPEECH_RATE * 2, np.float32)
    for start_s in (0.4, 1.2):
        audio[int(start_s * SPEECH_RATE) :][: SPEECH_RATE // 4] = 0.1
    words = snap_to_sound(audio, [(-0.15, 0.9), (0.9, 1.9)])
    assert words == [pytest.approx((0.4, 0.65)), pytest.approx((1.2, 1.45))]
