"""A call client for machines without a microphone: it plays a sound file into a call."""
