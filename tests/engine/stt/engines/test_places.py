"""How many calls a recogniser takes."""

import pytest

from sessions_app.engine.core.errors import BusyError
from sessions_app.engine.stt.engines.null import NullRecogniser
from sessions_app.engine.stt.engines.pocketsphinx import PocketSphinxRecogniser
from sessions_app.engine.stt.wrappers.retrying import Retrying


async def test_a_place_is_taken_before_there_is_a_stream_and_given_back_once() -> None:
    recogniser = Retrying(PocketSphinxRecogniser(workers=1, most_calls=2))
    first, _second = recogniser.reserve(), recogniser.reserve()
    with pytest.raises(BusyError, match="as many calls"):
        recogniser.reserve()
    first.release()
    first.release()
    recogniser.reserve()
    with pytest.raises(BusyError):
        recogniser.reserve()
    await recogniser.aclose()


async def test_without_a_limit_all_are_taken() -> None:
    embedded = PocketSphinxRecogniser(workers=1)
    for recogniser in (embedded, NullRecogniser()):
        for _ in range(100):
            recogniser.reserve()
    await embedded.aclose()
