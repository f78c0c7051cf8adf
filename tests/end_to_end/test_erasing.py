"""A call that was spoken, recorded and summed up, then erased: what the product's folder holds."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sessions_app.call_client.placing import CallOptions, place_call
from tests.fixtures.left import left_in_files
from tests.fixtures.server import Product, wait_until

Say = Callable[..., Path]
TALK = ("the weather is very nice today", "please call me back on monday")
TOLD = """
import json
from sessions_app.models import Call, ErasureReceipt
told = ErasureReceipt.objects.values("state", "cause", "counts").get()
print(json.dumps(told | {"calls": Call.everything.count()}))
"""


def marks(segments: list[dict[str, Any]]) -> list[str]:
    """Returns what tells of the words, as rows and files would hold them."""
    words = {word["text"] for segment in segments for word in segment["words"]}
    return [*(s["text"] for s in segments), *(f'"text": "{word}"' for word in words)]


@pytest.mark.timeout(300)
async def test_nothing_of_it_is_left_and_the_product_goes_on(tmp_path: Path, say: Say) -> None:
    product = Product(tmp_path / "var", {"ERASE_BY_OWNER": "1"})
    with product.running():
        token = product.credentials["user"]["token"]
        report = await place_call(CallOptions(say(*TALK), product.url, token))
        path = f"/api/v1/calls/{report.call}/"

        def made() -> bool:
            call = product.json(path)
            return all(call[name]["state"] == "done" for name in ("recording", "summary"))

        await asyncio.to_thread(wait_until, made, 90, "recording and summary")
        said = marks(product.json(f"{path}segments?after=0")["segments"])
        assert len(said) > 4
        assert list((product.var / "recordings").rglob("*.ogg"))
        there = {mark for _, mark in left_in_files(said, product.var)}
        assert there == {mark.lower() for mark in said}

        signed = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        status, answer = product.ask(path, None, signed, "DELETE")
        assert (status, answer["state"]) == (202, "pending")
        assert product.get(path, "user")[0] == 404

        def gone() -> Any:
            told = json.loads(product.manage("shell", "-v", "0", "-c", TOLD))
            return told if told["state"] == "done" else None

        told = await asyncio.to_thread(wait_until, gone, 60, "the erasure")
        assert (told["cause"], told["calls"], told["counts"]["file"]) == ("owner", 0, 1)
        assert left_in_files(said, product.var) == set()
        assert not list((product.var / "recordings").rglob("*.ogg"))
        assert not list((product.var / "lanes").glob("*"))
        assert product.get("/readyz")[0] == 200
