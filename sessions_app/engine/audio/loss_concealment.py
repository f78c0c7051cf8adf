"""Packet loss concealment for codecs that have none of their own (G.711, G.722). Pure.

After ITU-T G.711 Appendix I: the last pitch period is repeated with falling gain, and the first
audio after the loss is cross-faded in.
"""

import numpy as np
from numpy.typing import NDArray

from sessions_app.engine.core.frames import Samples

SHORTEST_S, LONGEST_S = 0.005, 0.015
"""Range of pitch periods searched: 200 down to 66 Hz. Higher voices match at several periods."""

COMPARED_S = 0.02
"""Audio that two candidate periods are compared over. Longer is surer, and follows pitch later."""

FULL_S, GONE_S = 0.01, 0.06
"""Concealed audio has full gain up to FULL_S and fades linearly to silence at GONE_S. Longer hides
longer losses, and buzzes."""

JOINED_S = 0.004
"""Length of the cross-fade into the first audio after a loss."""

_FULL_SCALE = 32_767
"""The largest int16 sample."""

_Floats = NDArray[np.float32]


class Concealer:
    """Conceals losses in one stream at `rate` Hz, int16 mono of shape (n,). Not thread-safe."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._history_length = round((COMPARED_S + LONGEST_S) * rate)
        self._history: Samples = np.zeros(self._history_length, np.int16)
        self._period: _Floats | None = None
        """The pitch period being repeated; None outside a loss."""

        self._position = 0
        """Samples concealed since the loss began."""

    def receive(self, samples: Samples) -> Samples:
        """Takes decoded audio; returns it, cross-faded in where it follows a loss."""
        if self._period is not None:
            count = min(len(samples), round(JOINED_S * self._rate))
            concealed = self._next_concealed(count)
            up = np.arange(1, count + 1, dtype=np.float32) / (count + 1)
            samples = samples.copy()
            samples[:count] = np.rint(samples[:count] * up + concealed * (1 - up)).astype(np.int16)
            self._period = None
        self._history = np.concatenate((self._history, samples))[-self._history_length :]
        return samples

    def conceal(self, count: int) -> Samples:
        """Returns `count` samples in place of lost ones."""
        if self._period is None:
            self._period = self._last_period()
            self._position = 0
        concealed: Samples = np.rint(self._next_concealed(count)).astype(np.int16)
        return concealed

    def _last_period(self) -> _Floats:
        """Returns the history's last pitch period, by normalised cross-correlation."""
        past = self._history.astype(np.float32)
        compared = round(COMPARED_S * self._rate)
        shortest, longest = round(SHORTEST_S * self._rate), round(LONGEST_S * self._rate)
        windows = np.lib.stride_tricks.sliding_window_view(past[:-shortest], compared)
        # the first window has lag `longest`, the last one `shortest`
        products = windows @ past[-compared:]
        energies = np.sqrt(np.einsum("ij,ij->i", windows, windows)) + 1.0
        lag = longest - int(np.argmax(products / energies))
        assert shortest <= lag <= longest  # noqa: S101 - that many windows there are
        return past[-lag:]

    def _next_concealed(self, count: int) -> _Floats:
        """Returns the next `count` samples of the repeated period, faded."""
        assert self._period is not None  # noqa: S101 - the caller checked
        at = self._position + np.arange(count)
        self._position += count
        full, gone = FULL_S * self._rate, GONE_S * self._rate
        gain = np.clip((gone - at) / (gone - full), 0, 1).astype(np.float32)
        repeated = self._period[at % len(self._period)]
        out: _Floats = np.clip(repeated * gain, -_FULL_SCALE, _FULL_SCALE)
        return out
