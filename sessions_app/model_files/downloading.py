"""Resumable downloads; a file appears under its name only once it is complete."""

import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from sessions_app.model_files.unpacking import FetchError

PIECE = 1 << 18
"""Bytes that are read at once; progress is shown after each."""

TIMEOUT_S = 30.0
"""Without a byte for so long the download fails, and can be resumed."""

PARTIAL_CONTENT, RANGE_NOT_SATISFIABLE = 206, 416
"""HTTP statuses."""

Progress = Callable[[int, int | None], None]
"""Called with the bytes received and the total; None if the server does not tell."""


def is_address(source: str) -> bool:
    """Returns whether `downloaded` supports the address."""
    return urlsplit(source).scheme in ("http", "https")


def name_of(url: str) -> str:
    """Returns the file name at the end of a URL; raises FetchError if there is none."""
    name = PurePosixPath(urlsplit(url).path).name
    if not name:
        raise FetchError(f"{url} names no file.")
    return name


def downloaded(url: str, folder: Path, progress: Progress) -> Path:
    """Returns the file of a URL in `folder`, downloading it if it is missing.

    Uses the proxies of the environment (`HTTPS_PROXY`). Raises FetchError; a partial download is
    kept for the next try.
    """
    name = name_of(url)
    folder.mkdir(parents=True, exist_ok=True)
    whole, part = folder / name, folder / f"{name}.part"
    if whole.exists():
        return whole
    try:
        _download(url, part, progress)
    except (OSError, HTTPException) as error:
        kept = " The part received so far is kept." if part.exists() and part.stat().st_size else ""
        raise FetchError(f"{url} cannot be fetched ({_why(error)}).{kept}") from error
    part.replace(whole)
    return whole


def _why(error: Exception) -> str:
    """Returns an error's message; a URLError wraps another error."""
    inner = error.reason if type(error) is urllib.error.URLError else error
    return str(inner) or type(inner).__name__


def _download(url: str, part: Path, progress: Progress) -> None:
    """Appends to `part` until it is complete; raises OSError if the connection breaks."""
    there = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={there}-"} if there else {}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the scheme was looked at
    try:
        # an opener of its own: the usual one knows only the proxies of its first use
        answer = urllib.request.build_opener().open(request, timeout=TIMEOUT_S)
    except urllib.error.HTTPError as error:
        if error.code != RANGE_NOT_SATISFIABLE or not there:
            raise
        if _length_told(error.headers.get("Content-Range")) not in (None, there):
            part.unlink()
            raise ConnectionError("another file was fetched before; try again") from error
        return  # the partial file was complete
    with answer:
        resumed = answer.status == PARTIAL_CONTENT
        there = there if resumed else 0
        length = answer.headers.get("Content-Length")
        total = there + int(length) if length else None
        with part.open("ab" if resumed else "wb") as out:
            while piece := answer.read1(PIECE):  # the bytes before the error are kept
                out.write(piece)
                there += len(piece)
                progress(there, total)
    if total is not None and there < total:
        raise ConnectionError(f"it broke off after {there} of {total} bytes")


def _length_told(content_range: str | None) -> int | None:
    """Returns the length of the complete file from `bytes */LENGTH` (RFC 9110, 14.4)."""
    length = (content_range or "").rpartition("/")[2]
    return int(length) if length.isdecimal() else None
