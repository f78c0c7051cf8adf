"""Processes in which voices speak: `process` owns one, `worker` is what runs in each."""
