"""Whether the process of this container serves: exit status 0 or 1, for a health check.

It asks /healthz at PORT, by a host name that the server answers to.
"""

import http.client
import os
import sys
from urllib.parse import urlsplit

WAIT_S = 4.0
"""How long an answer may take: less than the health check's own limit."""


def healthy(environment: dict[str, str]) -> bool:
    """Returns whether /healthz answers 200 within WAIT_S."""
    port = int(environment.get("PORT", "8000"))
    named = environment.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    host = named or urlsplit(environment.get("PUBLIC_URL", "")).hostname or "localhost"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not healthy(dict(os.environ)))
