"""Google Speech's two APIs, v1 and v2, behind one interface."""

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from sessions_app.engine.core.events import Hypothesis, Word
from sessions_app.engine.core.frames import SPEECH_RATE
from sessions_app.engine.text.writing import join_words

BOOST = 10.0
"""The weight of hint phrases, 0 to 20. Higher recognises them where other words were said."""

os.environ.setdefault("GRPC_VERBOSITY", "ERROR")  # otherwise it logs addresses to stderr


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """The settings of one stream's recognition."""

    model: str
    language: str
    alternatives: tuple[str, ...]
    phrases: tuple[str, ...]
    diarise: bool


class Wire(ABC):
    """One version of the service: its client, its requests, its answers."""

    @abstractmethod
    def client(self, endpoint: str) -> Any:
        """Returns an asynchronous client; `endpoint` is a server without TLS, or empty."""

    @abstractmethod
    def first(self, settings: StreamSettings) -> Any:
        """Returns the request that a stream begins with."""

    @abstractmethod
    def audio(self, data: bytes) -> Any:
        """Returns a request with audio: int16, mono, 16 kHz."""

    @abstractmethod
    def word(self, word: Any, base_ms: float) -> Word:
        """Returns a word of an answer on the call clock."""

    @abstractmethod
    def end_ms(self, result: Any) -> float:
        """Returns where a result ends, in ms since the stream's begin."""

    def hypotheses(
        self, answer: Any, base_ms: float, open_ms: tuple[float, float]
    ) -> Iterator[Hypothesis]:
        """Yields what an answer says; interims of several parts become one.

        `base_ms` is where the stream's audio begins on the call clock, `open_ms` from where
        to where it has no final yet.
        """
        interim: list[str] = []
        said_ms, heard_ms = open_ms
        for result in answer.results:
            if not result.alternatives:
                continue
            best = result.alternatives[0]
            if result.is_final:
                final = self._final(result, best, base_ms, said_ms)
                said_ms = final.end_ms
                yield final
            else:
                interim.append(best.transcript.strip())
        if interim:
            yield Hypothesis(join_words(interim), False, said_ms, heard_ms)

    def _final(self, result: Any, best: Any, base_ms: float, said_ms: float) -> Hypothesis:
        """Returns a final; one without words begins where the one before ended."""
        words = tuple(self.word(word, base_ms) for word in best.words)
        end_ms = max(said_ms, base_ms + self.end_ms(result))
        return Hypothesis(
            text=best.transcript.strip(),
            is_final=True,
            start_ms=words[0].start_ms if words else said_ms,
            end_ms=words[-1].end_ms if words else end_ms,
            words=words,
            confidence=best.confidence or None,
            language=result.language_code or "",
        )


def _transport(module: Any, client: str, transport: str, endpoint: str) -> Any:
    """Returns a client of a server that speaks without TLS: a test's."""
    grpc: Any = import_module("grpc")
    channel = grpc.aio.insecure_channel(endpoint)
    transports = import_module(f"{module.__name__}.services.speech.transports")
    return getattr(module, client)(transport=getattr(transports, transport)(channel=channel))


class WireV1(Wire):
    """google.cloud.speech.v1; `latest_long` unless another model is named."""

    def __init__(self) -> None:
        self._api: Any = import_module("google.cloud.speech_v1")

    def client(self, endpoint: str) -> Any:
        if not endpoint:
            return self._api.SpeechAsyncClient()
        return _transport(self._api, "SpeechAsyncClient", "SpeechGrpcAsyncIOTransport", endpoint)

    def first(self, settings: StreamSettings) -> Any:
        api = self._api
        config: dict[str, Any] = {
            "encoding": api.RecognitionConfig.AudioEncoding.LINEAR16,
            "sample_rate_hertz": SPEECH_RATE,
            "language_code": settings.language,
            "alternative_language_codes": list(settings.alternatives),
            "model": settings.model or "latest_long",
            "enable_word_time_offsets": True,
            "enable_word_confidence": True,
            "enable_automatic_punctuation": True,
        }
        if settings.phrases:
            config["speech_contexts"] = [
                api.SpeechContext(phrases=list(settings.phrases), boost=BOOST)
            ]
        if settings.diarise:
            config["diarization_config"] = api.SpeakerDiarizationConfig(
                enable_speaker_diarization=True
            )
        return api.StreamingRecognizeRequest(
            streaming_config=api.StreamingRecognitionConfig(
                config=api.RecognitionConfig(**config), interim_results=True
            )
        )

    def audio(self, data: bytes) -> Any:
        return self._api.StreamingRecognizeRequest(audio_content=data)

    def word(self, word: Any, base_ms: float) -> Word:
        return _word(word, base_ms, word.start_time, word.end_time)

    def end_ms(self, result: Any) -> float:
        return _ms(result.result_end_time)


NOWHERE_GLOBAL = "chirp"
"""Models whose names begin so are served in regions alone."""


class WireV2(Wire):
    """google.cloud.speech.v2; `long`, which every location has, unless another model is named."""

    def __init__(self, project: str, location: str, recognizer: str) -> None:
        self._api: Any = import_module("google.cloud.speech_v2")
        self._location = location
        self._recognizer = f"projects/{project}/locations/{location}/recognizers/{recognizer}"

    def client(self, endpoint: str) -> Any:
        if endpoint:
            return _transport(
                self._api, "SpeechAsyncClient", "SpeechGrpcAsyncIOTransport", endpoint
            )
        if self._location == "global":
            return self._api.SpeechAsyncClient()
        options: Mapping[str, str] = {"api_endpoint": f"{self._location}-speech.googleapis.com"}
        return self._api.SpeechAsyncClient(client_options=options)

    def first(self, settings: StreamSettings) -> Any:
        cloud = self._api.types.cloud_speech
        config = cloud.RecognitionConfig(
            explicit_decoding_config=cloud.ExplicitDecodingConfig(
                encoding=cloud.ExplicitDecodingConfig.AudioEncoding.LINEAR16,
                sample_rate_hertz=SPEECH_RATE,
                audio_channel_count=1,
            ),
            model=settings.model or "long",
            language_codes=[settings.language, *settings.alternatives],
            features=cloud.RecognitionFeatures(
                enable_automatic_punctuation=True,
                enable_word_time_offsets=True,
                enable_word_confidence=True,
                diarization_config=cloud.SpeakerDiarizationConfig() if settings.diarise else None,
            ),
            adaptation=_adaptation(cloud, settings.phrases) if settings.phrases else None,
        )
        return cloud.StreamingRecognizeRequest(
            recognizer=self._recognizer,
            streaming_config=cloud.StreamingRecognitionConfig(
                config=config,
                streaming_features=cloud.StreamingRecognitionFeatures(interim_results=True),
            ),
        )

    def audio(self, data: bytes) -> Any:
        return self._api.types.cloud_speech.StreamingRecognizeRequest(audio=data)

    def word(self, word: Any, base_ms: float) -> Word:
        return _word(word, base_ms, word.start_offset, word.end_offset)

    def end_ms(self, result: Any) -> float:
        return _ms(result.result_end_offset)


def _adaptation(cloud: Any, phrases: Sequence[str]) -> Any:
    told = [cloud.PhraseSet.Phrase(value=phrase, boost=BOOST) for phrase in phrases]
    inline = cloud.SpeechAdaptation.AdaptationPhraseSet(
        inline_phrase_set=cloud.PhraseSet(phrases=told)
    )
    return cloud.SpeechAdaptation(phrase_sets=[inline])


def _speaker(word: Any) -> str:
    """Returns the label of who said a word; older answers of v1 have a number, 0 for none."""
    return str(word.speaker_label or getattr(word, "speaker_tag", 0) or "")


def _word(word: Any, base_ms: float, start: Any, end: Any) -> Word:
    return Word(
        text=word.word,
        start_ms=base_ms + _ms(start),
        end_ms=base_ms + _ms(end),
        confidence=word.confidence or None,
        speaker=_speaker(word),
    )


def _ms(span: Any) -> float:
    """Returns a duration of the client library, a timedelta, in ms."""
    return 1000.0 * float(span.total_seconds())
