"""Sends the agent's voice under aiortc: the playout's packets, at the pacer's ticks."""

from collections.abc import Callable, Iterable

from sessions_app.engine.audio.g711_g722 import FromOpus
from sessions_app.engine.audio.playout import PACKET_MS, Playout, ignore_ready
from sessions_app.engine.audio.speech_encoder import silent_packet
from sessions_app.engine.rtc.loop.pacer import Pacer
from sessions_app.engine.rtc.rtp.packetizer import RATE, RtpOutput

COMFORT_S = 5.0
"""A packet of silence goes out after so long without any.

Less sends packets for nothing; more lets NAT mappings expire and clients end their track.
"""

LOSS_DECAY = 0.9
"""How much of the client's loss is kept from one of its reports to the next (1 to 5 s apart).

Less stops repair during short spells without loss; more spends bits on repair for longer.
"""

_SAMPLES = round(RATE * PACKET_MS / 1000)


class RtpVoice:
    """Sends a packet of silence at once, so that the client's track begins, and then only speech.

    `send` takes RTP packets that are not encrypted. `convert` turns an Opus packet into one of the
    client's codec; None where that is Opus. One packet of silence follows the last of speech where
    packets carry RED, so that the last one is carried too, and where the codec has no concealment,
    as a receiver would go on with the last sound.
    """

    def __init__(
        self,
        playout: Playout,
        output: RtpOutput,
        pacer: Pacer,
        send: Callable[[bytes], None],
        convert: FromOpus | None = None,
    ) -> None:
        self.output = output
        self._playout = playout
        self._pacer = pacer
        self._send = send
        self._convert = convert
        self._silence = silent_packet()
        self._sent_s = 0.0
        self._tail = False
        self._on = False
        self._lost = 0.0

    def start(self, now_s: float) -> None:
        """Sends the playout's packets from now on, in place of any other; may be called again."""
        if self._on:
            return
        self._on = True
        self._out(self._silence, now_s)
        self._playout.on_ready = self._ready
        self._ready()

    def keep_awake(self, now_s: float) -> None:
        """Sends a packet of silence after COMFORT_S without any; to be called each second or so."""
        if self._on and now_s - self._sent_s >= COMFORT_S:
            self._out(self._silence, now_s)

    def client_lost(self, share: float) -> None:
        """Takes from the client's report which share of the voice it lost recently, 0..1.

        Without RED, further speech is encoded with in-band FEC, which only Opus has, until there
        has been no loss for half a minute or so.
        """
        if not self.output.redundant and self._convert is None:
            self._lost = max(share, LOSS_DECAY * self._lost)
            self._playout.expected_loss = round(100 * self._lost)

    def repeat(self, sequences: Iterable[int]) -> None:
        """Sends packets again that the client asks for, as far as they are still kept."""
        for sequence in sequences:
            packet = self.output.again(sequence) if self._on else None
            if packet is not None:
                self._send(packet)

    def send_due(self, due_s: float) -> bool:
        """Sends the packet that is due; returns whether another may follow."""
        if not self._on or self._playout.on_ready != self._ready:
            return False
        packet = self._playout.next_packet()
        if packet is not None:
            self._out(packet, due_s)
            self._tail = True
            return True
        if self._tail and (self.output.redundant or self._convert is not None):
            self._tail = False
            self._out(self._silence, due_s)
        return self._playout.has_packet

    def close(self) -> None:
        """Stops sending; may be called twice."""
        self._on = False
        self._pacer.leave(self)
        if self._convert is not None:
            self._convert.close()
        if self._playout.on_ready == self._ready:
            self._playout.on_ready = ignore_ready

    def _ready(self) -> None:
        self._pacer.join(self)

    def _out(self, payload: bytes, now_s: float) -> None:
        self._sent_s = now_s
        if self._convert is not None:
            payload = self._convert(payload)
        self._send(self.output.packet(payload, _SAMPLES, now_s))
