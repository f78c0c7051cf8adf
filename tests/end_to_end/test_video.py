"""Pictures of a call: to a responder and back where they are wanted, else nothing."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sessions_app.engine.rtc.video_tracks import PicturesOut
from tests.end_to_end.test_smallwebrtc import Peer
from tests.fixtures import clients
from tests.fixtures.call_page import sign_in
from tests.fixtures.chromium import chromium
from tests.fixtures.requests import ask
from tests.fixtures.server import Product, wait_until

LIMIT_S = 30
MIRROR = (
    "from sessions_app.models import Agent; Agent.objects.create(slug='mirror', name='Mirror', "
    "responder='mirror', silence_s=0, greeting='')"
)
CAMERA = np.zeros((48, 64, 3), np.uint8)
CAMERA[:, :32, 0] = 255
"""Red on its left side."""


@pytest.fixture(scope="module")
def seeing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    settings = {
        "DJANGO_SETTINGS_MODULE": "tests.fixtures.mirror_settings",
        "VOICE_VIDEO": "1",
        "VOICE_VIDEO_SIZE": "64x48",
        "VOICE_VIDEO_PER_SECOND": "15",
    }
    product = Product(tmp_path_factory.mktemp("seeing"), settings)
    product.prepare()
    product.manage("shell", "-c", MIRROR)
    with product.running("web"):
        yield product


class Filmed(Peer):
    """A client with a camera, and what it is shown."""

    def __init__(self, sound: Path) -> None:
        super().__init__(sound)
        self.camera = PicturesOut(CAMERA)
        self.pc.addTrack(self.camera)
        self.shown: Any = None
        self.pc.on("track", self._track)

    def _track(self, track: Any) -> None:
        if track.kind == "video":
            self.shown = track

    async def close(self) -> None:
        self.camera.stop()
        await super().close()

    async def mirrored(self) -> None:
        """Returns once what is shown is the camera's picture the other way round."""
        async with asyncio.timeout(LIMIT_S):
            while True:
                picture = (await self.shown.recv()).to_ndarray(format="rgb24")
                left, right = np.array_split(picture[:, :, 0], 2, axis=1)
                if right.mean() > 100 > left.mean():
                    return


def video_line(sdp: str) -> str:
    return sdp[sdp.index("m=video") :]


async def test_a_responder_sees_the_caller_and_is_seen(
    seeing: Product, say: Callable[..., Path]
) -> None:
    peer = Filmed(say("hello"))
    offer = await peer.offer(request_data={"agentId": "mirror"})
    _, answer = await ask(seeing, "/api/offer", offer)
    assert "a=sendrecv" in video_line(answer["sdp"])
    await peer.accept(answer)
    await peer.mirrored()

    again = Filmed(say("hello"))
    offer = await again.offer(pc_id=answer["pc_id"], restart_pc=True)
    status, answer = await ask(seeing, "/api/offer", offer)
    assert status == 200
    await again.accept(answer)
    await peer.close()
    await again.mirrored()
    await again.close()


async def test_without_the_setting_nothing_is_taken(
    product: Product, say: Callable[..., Path]
) -> None:
    peer = Filmed(say("hello"))
    _, answer = await ask(product, "/api/offer", await peer.offer())
    assert "a=inactive" in video_line(answer["sdp"])
    await peer.accept(answer)
    await peer.close()


@pytest.mark.browser
def test_chromium_sees_its_camera_in_the_mirror(seeing: Product) -> None:
    with chromium() as browser:
        page = sign_in(browser, seeing)
        clients.page_with(page, seeing, (clients.FOLDER / "video.js").read_text())
        page.evaluate("callWithCamera('mirror')")
        wait_until(lambda: page.evaluate("window.shown > 20"), LIMIT_S, "the pictures")
        assert page.evaluate("window.size") == [64, 48]
        page.evaluate("hangUp()")
