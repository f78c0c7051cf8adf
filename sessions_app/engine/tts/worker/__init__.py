"""Processes in which voices speak: `process` owns one, `wire` is what runs in each."""
