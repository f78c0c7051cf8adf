"""Processes for engines that block: `process` owns one, `worker` is what runs in each.

`preloaded` forks them from one that has loaded the engine. `pocketsphinx` is a process of another
kind, for one utterance at a time.
"""
