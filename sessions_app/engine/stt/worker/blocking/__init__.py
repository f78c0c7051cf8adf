"""Engines that block, as they run in a worker process."""
