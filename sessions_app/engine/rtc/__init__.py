"""WebRTC: `transport` is a call's audio and data channel over a `peer_connection`."""
