"""Sends the agent's voice below aiortc: the playout's packets, at the pacer's ticks."""

from collections.abc import Callable, Iterable

from sessions_app.engine.audio.g711_g722 import FromOpus
from sessions_app.engine.audio.playout import PACKET_MS, Playout, ignore_ready
from sessions_app.engine.audio.speech_encoder import silent_packet
from sessions_app.engine.rtc.loop.pacer import Pacer
from sessions_app.engine.rtc.rtp.packetizer import RATE, RtpOutput

COMFORT_S = 5.0
"""After this long without any packet, a packet of silence is sent.

Lower sends packets in vain; higher lets NAT mappings expire and clients end their track.
"""

LOSS_DECAY = 0.9
"""The share of the client's loss that is kept from one of its reports to the next (1 to 5 s).

Lower stops FEC in short spells without loss; higher spends bits on FEC for longer.
"""

_SAMPLES = round(RATE * PACKET_MS / 1000)


class RtpVoice:
    """Sends one packet of silence first, so that the client's track starts, and then only speech.

    `send` gets RTP packets that are not encrypted yet. `convert` turns an Opus packet into one of
    the client's codec; None for Opus. One packet of silence follows speech if packets carry RED,
    so that the last one is repeated too, or if the codec has no concealment, as the receiver would
    otherwise repeat the last sound.
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
        """Becomes the playout's sender, in place of any other; may be called again."""
        if self._on:
            return
        self._on = True
        self._send_payload(self._silence, now_s)
        self._playout.on_ready = self._ready
        self._ready()

    def keep_alive(self, now_s: float) -> None:
        """Sends a packet of silence after COMFORT_S without any. To be called every second."""
        if self._on and now_s - self._sent_s >= COMFORT_S:
            self._send_payload(self._silence, now_s)

    def client_lost(self, share: float) -> None:
        """Takes the share of packets that the client lost, by its latest RTCP report, 0..1.

        Without RED, further speech is encoded with Opus in-band FEC, until there has been no loss
        for about half a minute.
        """
        if not self.output.redundant and self._convert is None:
            self._lost = max(share, LOSS_DECAY * self._lost)
            self._playout.expected_loss = round(100 * self._lost)

    def repeat(self, sequences: Iterable[int]) -> None:
        """Retransmits the packets that the client requests, as far as they are still kept."""
        for sequence in sequences:
            packet = self.output.retransmission(sequence) if self._on else None
            if packet is not None:
                self._send(packet)

    def send_due(self, due_s: float) -> bool:
        """Sends the packet that is due; returns whether another may follow."""
        if not self._on or self._playout.on_ready != self._ready:
            return False
        packet = self._playout.next_packet()
        if packet is not None:
            self._send_payload(packet, due_s)
            self._tail = True
            return True
        if self._tail and (self.output.redundant or self._convert is not None):
            self._tail = False
            self._send_payload(self._silence, due_s)
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

    def _send_payload(self, payload: bytes, now_s: float) -> None:
        self._sent_s = now_s
        if self._convert is not None:
            payload = self._convert(payload)
        self._send(self.output.packet(payload, _SAMPLES, now_s))
