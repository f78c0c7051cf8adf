"""The REST requests of the call client."""

import asyncio
import json
import urllib.error
import urllib.request
from typing import Any

REQUEST_S = 10.0
"""How long a request may take. Shorter fails on a busy server."""


class RestError(Exception):
    """A REST request failed; the message says what to do."""


class RestClient:
    """Fetches JSON from one server with one token."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        self._token = token

    async def get(self, path: str) -> Any:
        """Returns the JSON at `path`; raises RestError."""
        return await asyncio.to_thread(self._get, path)

    def _get(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        request = urllib.request.Request(f"{self._url}{path}", headers=headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=REQUEST_S) as answer:  # nosec B310 # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise RestError(f"{path} answered {error.code} {error.reason}.") from error
        except OSError as error:
            raise RestError(f"No server answers at {self._url}. Start it with: make run") from error
