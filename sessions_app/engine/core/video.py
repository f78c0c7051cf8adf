"""Pictures as they pass between the network and an operator's code."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""RGB of shape (height, width, 3), unless another pixel format was asked for."""


@dataclass(frozen=True, slots=True)
class VideoFormat:
    """How an operator's code wants the caller's pictures.

    `size` is (width, height), or None for the camera's own; `form` is a pixel format of FFmpeg's.
    """

    size: tuple[int, int] | None = None
    per_second: float = 5.0
    form: str = "rgb24"
