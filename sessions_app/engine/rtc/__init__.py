"""WebRTC: `transport` is a client's audio and data channel, `peer_connection` what carries it."""
