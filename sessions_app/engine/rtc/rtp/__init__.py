"""RTP under aiortc: packets to frames and back.

In: `session` decrypts, `jitter_buffer` reorders, `red` restores, `nack` requests retransmissions,
`depacketizer` decodes, `receiver` places frames on the call clock. Out: `packetizer` builds the
packets that `sender` sends at the pacer's ticks.
"""
