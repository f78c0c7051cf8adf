"""RTP under aiortc: packets to frames and back.

In: `session` decrypts, `jitter_buffer` orders, `red` restores, `nack` asks again, `depacketizer`
decodes, `receiver` places frames on the call clock. Out: `packetizer` makes packets, which `sender`
sends at the pacer's ticks.
"""
