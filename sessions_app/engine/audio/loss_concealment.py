"""Sound in place of what a codec without concealment of its own has lost. Pure.

After ITU-T G.711, appendix I: the last pitch period goes on, softer and softer, and what comes
after it is faded in.
"""

import numpy as np
from numpy.typing import NDArray

from sessions_app.engine.core.frames import Samples

SHORTEST_S, LONGEST_S = 0.005, 0.015
"""Of a pitch period: voices from 66 to 200 Hz, and whole numbers of periods of higher ones."""

COMPARED_S = 0.02
FULL_S, GONE_S = 0.01, 0.06
"""What is made up has its full loudness for so long, and is silent from then on."""

JOINED_S = 0.004
_LOUDEST = 32_767

_Floats = NDArray[np.float32]


class Concealer:
    """One stream at `rate` Hz, int16 mono. Not thread-safe."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._kept = round((COMPARED_S + LONGEST_S) * rate)
        self._past: Samples = np.zeros(self._kept, np.int16)
        self._period: _Floats | None = None
        self._made = 0

    def joined(self, samples: Samples) -> Samples:
        """Takes what came; returns it, faded in where something was lost right before."""
        if self._period is not None:
            count = min(len(samples), round(JOINED_S * self._rate))
            made = self._more(count)
            up = np.arange(1, count + 1, dtype=np.float32) / (count + 1)
            samples = samples.copy()
            samples[:count] = np.rint(samples[:count] * up + made * (1 - up)).astype(np.int16)
            self._period = None
        self._keep(samples)
        return samples

    def conceal(self, count: int) -> Samples:
        """Returns `count` samples in place of lost ones."""
        if self._period is None:
            self._period = self._last_period()
            self._made = 0
        made: Samples = np.rint(self._more(count)).astype(np.int16)
        return made

    def _keep(self, samples: Samples) -> None:
        self._past = np.concatenate((self._past, samples))[-self._kept :]

    def _last_period(self) -> _Floats:
        """Returns the last stretch that is likest to what lies right before it."""
        past = self._past.astype(np.float32)
        compared = round(COMPARED_S * self._rate)
        shortest, longest = round(SHORTEST_S * self._rate), round(LONGEST_S * self._rate)
        windows = np.lib.stride_tricks.sliding_window_view(past[:-shortest], compared)
        # the last of them lies `shortest` before the end, the first `longest`
        products = windows @ past[-compared:]
        energies = np.sqrt(np.einsum("ij,ij->i", windows, windows)) + 1.0
        lag = longest - int(np.argmax(products / energies))
        assert shortest <= lag <= longest  # noqa: S101 - that many windows there are
        return past[-lag:]

    def _more(self, count: int) -> _Floats:
        """Returns the next of what is made up, at the loudness it has come to."""
        assert self._period is not None  # noqa: S101 - the caller looked
        at = self._made + np.arange(count)
        self._made += count
        full, gone = FULL_S * self._rate, GONE_S * self._rate
        loud = np.clip((gone - at) / (gone - full), 0, 1).astype(np.float32)
        out: _Floats = np.clip(self._period[at % len(self._period)] * loud, -_LOUDEST, _LOUDEST)
        return out
