"""A client's audio over a WebSocket, both ways. The socket may be lost and come back."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextlib import aclosing

from sessions_app.engine.audio.opus import OPUS_RATE, RATES, OpusDecoder
from sessions_app.engine.audio.playout import PACKET_MS, Playout
from sessions_app.engine.core.clock import CallClock
from sessions_app.engine.core.commands import AudioOut, Candidate
from sessions_app.engine.core.errors import BadCandidateError, MediaError
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples, VoiceChunk, silence
from sessions_app.engine.core.queues import BoundedFrames
from sessions_app.engine.websocket.arrivals import Arrivals
from sessions_app.engine.websocket.recorder_tails import kept_ms, split
from sessions_app.engine.websocket.sources import OPUS, PCM16, AudioSource, ContainerSource

CHUNK_PACKETS = 3
"""How many 20 ms packets of the agent's voice one message holds.

More costs fewer messages; fewer lets the client play sooner.
"""

NO_AUDIO_S = 5.0
"""How long data may arrive without any audio in it before the client gets an error.

Shorter refuses containers with long headers; longer reports a wrong codec later.
"""

STALL_S = 0.2
"""If sending is later than this, the missed time is skipped. Larger sends a burst after a stall."""

SETTLE_EACH_S = 0.05
"""How often it is checked how long a pause was. Shorter costs CPU; longer delays the next words."""

AHEAD_MS = 2_000.0
"""How far ahead of real time a client's audio may be; audio beyond that is held back.

Larger lets the call clock run ahead; smaller holds audio back after a stall of the network.
"""

DECODER_S = 1.0
"""How long `wait_for_room` waits for a decoder without output, which may need more data to decode.

Longer stops reading the client for longer; shorter reads on while the decoder is merely slow.
"""

SLICE_MS = 100.0
"""The length of the pieces in which held audio is released. Larger releases it less evenly."""

END_SILENCE_MS = 800.0
"""Silence that is added where a client says that its speech ended: a VAD needs it to find the end.

It must be longer than the VAD's own delay of about half a second; longer feeds more silence.
"""


OnChunk = Callable[[VoiceChunk], None]


def check_output(output: AudioOut | None) -> None:
    """Raises MediaError for a way to send the agent's voice that there is not."""
    if output is None:
        return
    if output.codec not in (PCM16, OPUS):
        raise MediaError(f"`output.codec` is {PCM16} or {OPUS}, not {output.codec[:40]!r}.")
    if output.codec == PCM16 and output.sample_rate not in RATES:
        raise MediaError(f"`output.sample_rate` is one of {sorted(RATES)}.")


class WebSocketTransport:
    """Carries one call's audio in messages. Fulfils `core.transport.Transport`.

    `clock` is the call's; this transport drives it. `source` takes the client's audio apart. What
    `playout` holds is sent as `output`; None for a client that plays nothing. The audio begins
    `backlog_ms` before now, with what the client kept. Whatever a client sends, its audio is never
    more than AHEAD_MS ahead of real time: what is more is held, and `wait_for_room` waits. Lives on
    one event loop; `attach` and `detach` tell which socket there is.
    """

    def __init__(
        self,
        clock: CallClock,
        source: AudioSource,
        *,
        playout: Playout | None = None,
        output: AudioOut | None = None,
        backlog_ms: float = 0.0,
    ) -> None:
        self._clock = clock
        self._source = source
        self._playout = playout if output is not None else None
        self._output = output or AudioOut(OPUS)
        self._decoder = OpusDecoder(self._output.sample_rate) if self._sends_pcm else None
        self._frames = BoundedFrames()
        self._arrivals = Arrivals(
            clock.media_ms if clock.started else None, gathers=isinstance(source, ContainerSource)
        )
        self._held: deque[AudioFrame] = deque()
        self._unsettled: list[AudioFrame] = []
        self._release: asyncio.TimerHandle | None = None
        self._settle_timer: asyncio.TimerHandle | None = None
        self._moved = asyncio.Event()
        if backlog_ms > 0:
            self._begin_before(backlog_ms)
        self.backlog_ms = backlog_ms
        self._send: OnChunk | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._heard_s: float | None = None
        self._media_s: float | None = None
        self._fed_s: float | None = None
        self._told = False
        self._sent = 0
        self.on_broken: Callable[[MediaError], None] = lambda _: None
        self.received = 0
        """How many audio messages have arrived: a client that reconnects resends later ones."""

        self.closed_by_peer = False

    @property
    def _sends_pcm(self) -> bool:
        return self._output.codec == PCM16

    def _begin_before(self, backlog_ms: float) -> None:
        """Places the first audio `backlog_ms` before now, and starts the clock if need be."""
        now = time.monotonic()
        if not self._clock.started:
            self._clock.heard(backlog_ms, now)
        now_ms = self._wall_ms()
        self._arrivals.begin(max(self._arrivals.end_ms or 0.0, now_ms - backlog_ms), now_ms)

    # -- the socket -----------------------------------------------------------------------

    def start(self) -> None:
        """Starts to carry; needs a running event loop."""
        if self._playout is not None:
            self._tasks.append(asyncio.create_task(self._carry(self._playout)))
        if isinstance(self._source, ContainerSource):
            self._tasks.append(asyncio.create_task(self._decode(self._source)))

    def attach(self, send: OnChunk) -> None:
        """Notes that a socket is there; `send` queues what is given for it."""
        self._send = send
        self.closed_by_peer = False

    def detach(self, send: OnChunk, *, for_good: bool = False) -> None:
        """Notes that the socket of `send` is closed; `for_good` when the client closed it itself.

        Does nothing when another one took its place.
        """
        if self._send != send:
            return
        self._heard_s = time.monotonic()
        self._send = None
        self.closed_by_peer = self.closed_by_peer or for_good

    @property
    def connected(self) -> bool:
        return self._send is not None

    @property
    def can_play(self) -> bool:
        return self._playout is not None

    @property
    def wants_text(self) -> bool:
        return self._playout is None

    @property
    def last_heard_s(self) -> float | None:
        """Now, while there is a socket: the server that holds it pings the client."""
        return time.monotonic() if self._send is not None else self._heard_s

    @property
    def last_media_s(self) -> float | None:
        return self._media_s

    @property
    def dropped_ms(self) -> float:
        """How much audio was thrown away because its reader was too slow."""
        return self._frames.dropped_ms

    @property
    def account(self) -> str:
        return f"a socket, {self.dropped_ms:.0f} ms dropped"

    def frames(self) -> BoundedFrames:
        return self._frames

    async def add_candidate(self, candidate: Candidate) -> None:
        raise BadCandidateError("This call goes over a WebSocket: it takes no ICE candidates.")

    def send(self, message: str | bytes) -> None:
        """There is no data channel."""

    def close_channel(self) -> None:
        """There is no data channel."""

    def close_input(self) -> None:
        for timer in (self._release, self._settle_timer):
            if timer is not None:
                timer.cancel()
        self._settle(at_once=True)
        while self._held:  # it was said, and there is no later for it
            self._hear(self._held.popleft())
        self._moved.set()
        self._frames.close()

    async def aclose(self) -> None:
        self.close_input()
        self._source.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self._decoder is not None:
            self._decoder.close()
        self._send = None

    # -- the caller's audio -----------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        """Takes one message of audio; raises MediaError, after which the next may be good."""
        self.received += 1
        samples = self._source.feed(data)
        if samples is not None:
            self._place(samples)
        elif self._media_s is None:
            self._look_for_audio()

    def _look_for_audio(self) -> None:
        """Raises MediaError, once, when a container gives nothing: parsers wait without end."""
        now = time.monotonic()
        if self._fed_s is None:
            self._fed_s = now
        elif now - self._fed_s > NO_AUDIO_S and not self._told:
            self._told = True
            raise MediaError(
                f"No audio was found in what came in {NO_AUDIO_S:.0f} s: is the codec right?"
            )

    def pause(self) -> None:
        """Notes that the client stopped sending; it may start again at any time.

        Calling it again changes nothing. It adds silence so that the VAD finds the end of speech,
        except where a recorder still has words to deliver for this time.
        """
        self._settle(at_once=True)
        end_ms, was_paused = self._arrivals.end_ms, self._arrivals.is_paused
        self._arrivals.note_pause(self._wall_ms())
        if end_ms is not None and not was_paused and not self._arrivals.awaits_remainder:
            self._arrivals.end_ms = end_ms + END_SILENCE_MS
            self._put(silence(END_SILENCE_MS, end_ms))

    async def wait_for_room(self) -> None:
        """Waits until the client may send more: audio is read about as fast as it was spoken."""
        await self._source.wait_for_room()
        while self._held or self._source.has_backlog:
            self._moved.clear()
            waits = bool(self._held)
            try:
                async with asyncio.timeout(None if waits else DECODER_S):
                    await self._moved.wait()
            except TimeoutError:
                if not waits:
                    return

    def _place(self, samples: Samples) -> None:
        if not len(samples):
            return
        self._media_s = time.monotonic()
        self._clock.begin(self._media_s)
        start_ms = self._arrivals.place(1000 * len(samples) / SPEECH_RATE, self._wall_ms())
        frame = AudioFrame(samples, SPEECH_RATE, start_ms)
        if self._arrivals.unsettled:
            self._unsettled.append(frame)
            if self._settle_timer is None:
                self._settle_later()
        else:
            self._put(frame)

    def _settle_later(self) -> None:
        """Checks again, each SETTLE_EACH_S, how long the pause was, until that is known."""
        self._settle_timer = None
        self._settle()
        if self._unsettled:
            loop = asyncio.get_running_loop()
            self._settle_timer = loop.call_later(SETTLE_EACH_S, self._settle_later)

    def _settle(self, *, at_once: bool = False) -> None:
        """Places the audio that came after a pause, once it is known how long the pause was."""
        later_ms = self._arrivals.settle(self._wall_ms(), at_once=at_once)
        if later_ms is None:
            return
        unsettled, self._unsettled = self._unsettled, []
        kept, new = split(unsettled, kept_ms(self._arrivals.first, unsettled) if later_ms else 0.0)
        for frame in kept:
            self._put(frame)
        for frame in new:
            self._put(AudioFrame(frame.samples, SPEECH_RATE, frame.start_ms + later_ms))

    def silent_until_ms(self, now_s: float) -> float | None:
        self._settle()
        now_ms = self._clock.wall_ms(now_s)
        silent = self._arrivals.silent(now_ms) and not self._source.has_backlog
        return now_ms if silent else None

    def _put(self, frame: AudioFrame) -> None:
        self._held.append(frame)
        self._emit_due()

    def _emit_due(self) -> None:
        """Releases held audio that may have been spoken by now; sets a timer for the rest."""
        if self._release is not None:
            self._release.cancel()
            self._release = None
        while self._held:
            limit_ms = self._wall_ms() + AHEAD_MS
            frame = self._held[0]
            if frame.end_ms <= limit_ms:
                self._held.popleft()
            elif limit_ms - frame.start_ms >= SLICE_MS:
                frame, self._held[0] = frame.parted(limit_ms)
            else:
                due_ms = min(frame.end_ms, frame.start_ms + SLICE_MS) - limit_ms
                loop = asyncio.get_running_loop()
                self._release = loop.call_later(due_ms / 1000, self._emit_due)
                return
            self._hear(frame)
        self._moved.set()

    def _hear(self, frame: AudioFrame) -> None:
        now = time.monotonic()
        self._clock.heard(frame.end_ms, now, max(0.0, frame.end_ms - self._wall_ms()))
        for piece in frame.pieces(SLICE_MS):  # an utterance begins and ends with one
            self._frames.put(piece)

    def _wall_ms(self) -> float:
        """Returns the call clock as real time drives it, however fast audio comes."""
        return self._clock.wall_ms(time.monotonic())

    async def _decode(self, source: ContainerSource) -> None:
        try:
            async with aclosing(source.stream.audio()) as audio:
                async for decoded in audio:
                    self._moved.set()
                    if decoded is None:
                        continue
                    self._arrivals.skip(decoded.gap_ms, self._wall_ms())
                    self._place(decoded.samples)
                    while self._held:
                        self._moved.clear()
                        await self._moved.wait()
        except MediaError as error:
            self.on_broken(error)
        finally:
            self._moved.set()

    # -- the agent's voice --------------------------------------------------------------------

    async def _carry(self, playout: Playout) -> None:
        """Takes 20 ms every 20 ms, as if they were played at once; sends a few together."""
        due_s, held = 0.0, list[bytes]()
        while True:
            if not playout.has_packet or not self.connected:
                self._flush(held)
                await playout.ready()
                while not self.connected:  # noqa: ASYNC110 - whatever brings a socket back
                    await asyncio.sleep(STALL_S / 4)
                due_s = max(due_s, time.monotonic())
            packet = playout.next_packet()
            if packet is not None:
                held.append(packet)
                if len(held) == CHUNK_PACKETS:
                    self._flush(held)
            now = time.monotonic()
            due_s = now if now - due_s > STALL_S else due_s + PACKET_MS / 1000
            await asyncio.sleep(max(0.0, due_s - now))

    def _flush(self, held: list[bytes]) -> None:
        if held and self._send is not None:
            self._sent += 1
            self._send(self._chunk(held))
        held.clear()

    def _chunk(self, packets: list[bytes]) -> VoiceChunk:
        length_ms = len(packets) * PACKET_MS
        if self._decoder is None:
            sizes = tuple(len(packet) for packet in packets)
            return VoiceChunk(self._sent, OPUS, OPUS_RATE, length_ms, b"".join(packets), sizes)
        pcm = b"".join(self._decoder.decode(packet).tobytes() for packet in packets)
        return VoiceChunk(self._sent, PCM16, self._output.sample_rate, length_ms, pcm)
