"""HTTP with limits on the size, time and number of requests."""
