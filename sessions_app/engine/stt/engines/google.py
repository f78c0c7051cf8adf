"""Google Speech-to-Text, streaming: v1 and v2.

https://cloud.google.com/speech-to-text/docs/reference/rpc/google.cloud.speech.v1 and …v2.
Credentials come from the usual environment (GOOGLE_APPLICATION_CREDENTIALS). A stream is as
the service has it: it breaks after five minutes, and on any failure. `Rollover`, `Retrying`
and `Fallback` around it make it whole.
"""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Sequence
from typing import Any

import numpy as np

from sessions_app.engine.core.errors import (
    LanguageNotSupportedError,
    RecogniserError,
    RecogniserUnavailableError,
)
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame
from sessions_app.engine.stt.base import Capabilities, Recogniser
from sessions_app.engine.stt.engines.google_wire import (
    NOWHERE_GLOBAL,
    StreamSettings,
    Wire,
    WireV1,
    WireV2,
)
from sessions_app.engine.stt.engines.streams import QueuedStream

LONGEST_STREAM_S = 290.0
"""After this much audio another stream continues. The service ends streams after five minutes."""

CHUNK_SAMPLES = SPEECH_RATE // 10
"""100 ms a message, as the service asks for; it refuses more than 25 600 bytes."""

FATAL = {
    "InvalidArgument": "its settings are wrong",
    "NotFound": "the recogniser or model does not exist",
    "FailedPrecondition": "it is not ready for this project",
    "PermissionDenied": "these credentials may not use it; is the API enabled?",
    "Forbidden": "these credentials may not use it; is the API enabled?",
    "Unauthenticated": "the credentials are not valid",
    "Unauthorized": "the credentials are not valid",
}
NO_CREDENTIALS = (
    "Google Speech has no credentials. Put the path of a service account's key file into "
    "GOOGLE_APPLICATION_CREDENTIALS, and enable the Speech-to-Text API of its project."
)


class GoogleRecogniser(Recogniser):
    """`api` is "v1" or "v2". All else as the service names it.

    v1: `model` such as latest_long. v2: `model` such as long, telephony or chirp_2 (which the
    location `global` lacks), `project`, `location`, `recognizer` (`_` is the one made of each
    request). `endpoint` is host:port of a server that speaks without TLS, for tests. `diarise`
    only where one stream carries several people: its words then have a `speaker`.
    """

    name = "google"
    capabilities = Capabilities(
        interims=True,
        words=True,
        confidence=True,
        languages=None,
        continuous=True,
        longest_stream_s=LONGEST_STREAM_S,
    )

    def __init__(
        self,
        *,
        api: str = "v1",
        model: str = "",
        project: str = "",
        location: str = "global",
        recognizer: str = "_",
        alternatives: Sequence[str] = (),
        diarise: bool = False,
        endpoint: str = "",
    ) -> None:
        if api not in ("v1", "v2"):
            raise RecogniserError(f"Google Speech's `api` is v1 or v2, not {api!r}.")
        if api == "v2" and not project:
            raise RecogniserError(
                "Google Speech v2 needs `project`, the Google Cloud project's id."
            )
        if api == "v2" and location == "global" and model.startswith(NOWHERE_GLOBAL):
            raise RecogniserError(
                f"Google Speech v2 has no {model} in the location `global`. Set `location` "
                "(GOOGLE_SPEECH_LOCATION) to a region that has it, such as us-central1 or "
                "europe-west4, or `model` to long."
            )
        settings = StreamSettings(model, "", tuple(alternatives), (), diarise)
        self._settings = settings
        try:
            self._wire: Wire = WireV1() if api == "v1" else WireV2(project, location, recognizer)
        except ImportError as error:
            raise RecogniserError(
                "Google Speech is not installed: pip install google-cloud-speech"
            ) from error
        self._endpoint = endpoint
        self._client: Any = None

    async def start(self) -> None:
        if self._client is None:
            try:
                self._client = self._wire.client(self._endpoint)
            except Exception as error:
                if type(error).__name__ == "DefaultCredentialsError":
                    raise RecogniserError(NO_CREDENTIALS) from error
                raise RecogniserError(
                    f"Google Speech does not start ({type(error).__name__})."
                ) from error

    def open(self, language: str, phrases: Sequence[str] = ()) -> "GoogleStream":
        if not language:
            raise LanguageNotSupportedError("Google Speech wants a language such as en-US.")
        if self._client is None:
            raise RecogniserError(NO_CREDENTIALS)
        settings = dataclasses.replace(self._settings, language=language, phrases=tuple(phrases))
        return GoogleStream(self._client, self._wire, settings)

    async def ready(self) -> bool:
        return self._client is not None

    async def aclose(self) -> None:
        if self._client is not None:
            client, self._client = self._client, None
            await client.transport.close()


class GoogleStream(QueuedStream):
    """One request stream. Audio must have no gaps: the service counts samples."""

    def __init__(self, client: Any, wire: Wire, settings: StreamSettings) -> None:
        super().__init__()
        self._client = client
        self._wire = wire
        self._settings = settings
        self._audio: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._unsent: list[np.ndarray] = []
        self._unsent_samples = 0
        self._base_ms: float | None = None
        self._end_ms = 0.0
        self._said_ms = 0.0
        self._finished = False
        self._task: asyncio.Task[None] | None = None

    async def send(self, frame: AudioFrame) -> None:
        if self._base_ms is None:
            self._base_ms = frame.start_ms
            self._task = asyncio.create_task(self._run())
        self._end_ms = frame.end_ms
        self._unsent.append(frame.samples)
        self._unsent_samples += len(frame.samples)
        if self._unsent_samples >= CHUNK_SAMPLES:
            self._pass_on()

    async def flush(self, *, cut: bool = False) -> None:
        """The service finds utterances itself."""

    async def finish(self) -> None:
        if self._finished:
            return
        self._finished = True
        self._pass_on()
        self._audio.put_nowait(None)
        if self._task is None:
            self._queue.put_nowait(None)

    async def aclose(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await super().aclose()

    def _pass_on(self) -> None:
        if not self._unsent:
            return
        data = np.concatenate(self._unsent).tobytes()
        self._unsent, self._unsent_samples = [], 0
        size = 2 * CHUNK_SAMPLES
        for at in range(0, len(data), size):
            self._audio.put_nowait(data[at : at + size])

    async def _requests(self) -> AsyncIterator[Any]:
        yield self._wire.first(self._settings)
        while (data := await self._audio.get()) is not None:
            yield self._wire.audio(data)

    async def _run(self) -> None:
        try:
            answers = await self._client.streaming_recognize(
                requests=self._requests(), retry=None, timeout=None
            )
            async for answer in answers:
                self._take(answer)
        except Exception as error:  # noqa: BLE001 - whatever the service's client raises
            self._queue.put_nowait(_as_ours(error))
        else:
            self._queue.put_nowait(self._early_end())
        finally:
            self._audio.put_nowait(None)  # gRPC waits for the requests' end, whatever happened

    def _early_end(self) -> RecogniserError | None:
        """Returns what a stream that the service ended by itself means."""
        if self._finished:
            return None
        return RecogniserUnavailableError("Google Speech ended the stream before its end.")

    def _take(self, answer: Any) -> None:
        base_ms = self._base_ms or 0.0
        span = (max(base_ms, self._said_ms), self._end_ms)
        for hypothesis in self._wire.hypotheses(answer, base_ms, span):
            if hypothesis.is_final:
                self._said_ms = hypothesis.end_ms
            self._queue.put_nowait(hypothesis)


def _as_ours(error: Exception) -> RecogniserError:
    """Returns the service's error as one of ours; it quotes nothing that was said."""
    kind = type(error).__name__
    if kind in FATAL:
        return RecogniserError(f"Google Speech refused the stream: {FATAL[kind]} ({kind}).")
    return RecogniserUnavailableError(f"Google Speech stopped ({kind}).")
