"""The site: settings, addresses, and the applications for ASGI and Celery."""

import os

# Read once, when numpy is first imported. Its matrices are small here: threads that share one
# take longer, and take their cores from calls.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
