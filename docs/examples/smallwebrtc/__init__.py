"""An example: a WebRTC connection of an operator's own, as docs/smallwebrtc.md has it."""
