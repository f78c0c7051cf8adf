"""The site: settings, addresses, and the applications for ASGI and Celery."""

import gc
import os

# Nearly all objects that modules make stay: to look through them 14 times less often takes a
# seventh off the start of a server, which restores the usual threshold (server/serving.py).
gc.set_threshold(10_000)

# Read once, when numpy is first imported. Its matrices are small here: threads that share one
# take longer, and take their cores from calls.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
