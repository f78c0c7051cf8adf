"""The voice-agent client and the typed WebSocket in Firefox, whose offers and recordings differ."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures import firefox
from tests.fixtures.clients import FOLDER
from tests.fixtures.paused import Paused
from tests.fixtures.server import Product, wait_until
from tests.fixtures.speech import mostly

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.skipif(bool(firefox.missing()), reason=firefox.missing()),
]


SPOKEN = "please open the second window"


def wanted(**values: Any) -> str:
    """Returns the expression for the diary's messages with those values."""
    given = json.dumps(values)
    return (
        "(() => { const found = window.diary.filter((m) =>"
        f" Object.entries({given}).every(([k, v]) => m[k] === v));"
        " return found.length ? found : null; })()"
    )


SPEAKS = """
const bytes = Uint8Array.from(atob("{wav}"), (letter) => letter.charCodeAt(0));
const speech = new Audio(URL.createObjectURL(new Blob([bytes], {{ type: "audio/wav" }})));
await new Promise((done, failed) => {{
  speech.oncanplaythrough = done;
  speech.onerror = failed;
  speech.load();
}});
window.microphone = speech.mozCaptureStream();
window.speak = () => {{
  speech.currentTime = 0;
  return speech.play();
}};
await speak();
speech.pause();
"""
"""Firefox's own microphone only hums; this one says what a sound file does, again and again.

It may not end: its track would end with it.
"""


def speaks(speech: Path) -> str:
    return SPEAKS.format(wav=base64.b64encode(speech.read_bytes()).decode())


def understood(times: int) -> str:
    """Returns the expression that is true at that number of the caller's sentences."""
    given = "window.diary.filter((m) => m.type === 'transcript' && m.role === 'user')"
    return f"(() => {{ const said = {given}; return said.length >= {times} ? said : null; }})()"


async def test_the_voice_agent_client(product: Product, say: Callable[..., Path]) -> None:
    async with firefox.firefox() as page:
        await page.sign_in(product)
        await page.run((FOLDER / "voice-agent.js").read_text() + "\nwindow.listens = false;")
        await page.run("settings.bundlePolicy = 'max-bundle'; await withRsa()")
        await page.run(speaks(say(SPOKEN, lead_s=0.3, tail_s=40.0)))
        await page.run("await callAgent(location.origin.replace('http', 'ws'), 'scribe')")
        said = await page.until(wanted(type="transcript", role="agent"))
        assert said[0]["text"].startswith("Hello")
        assert await page.until(wanted(type="status", channel=True, state="active"))
        for direction in ("inactive", "sendrecv"):
            await page.run(f"await change({direction!r})")
            await page.until(f"direction() === {direction!r}")
        for _ in range(2):
            await page.run("await another()")
            await page.until("where() === 'sendrecv connected'")
        await page.run("await stopLines()")
        await page.until("stopped()")
        await page.run("await again()")
        await page.until("where() === 'sendrecv connected'")
        await page.run("await speak()")
        assert mostly((await page.until(understood(1)))[0]["text"], SPOKEN)
        await page.run("await mute(true)")
        await page.until("(await sendsNothing())")
        await page.run("await mute(false); await speak()")
        assert mostly((await page.until(understood(2)))[1]["text"], SPOKEN)
        await page.run("control({type: 'text', text: 'take a note buy milk'})")
        assert await page.until(wanted(type="transcript", text="Noted: buy milk."))
        await page.run("hangUp()")
        call = product.json("/api/v1/calls/")["results"][0]
        path = f"/api/v1/calls/{call['id']}/"
        assert wait_until(lambda: product.json(path)["end_reason"], 20, "the end") == "caller_left"


@pytest.mark.parametrize("kind", ["audio/webm;codecs=opus", "audio/ogg;codecs=opus"])
async def test_the_typed_socket(product: Product, kind: str) -> None:
    async with firefox.firefox() as page:
        await page.sign_in(product)
        await page.run((FOLDER / "stream.js").read_text() + "\nwindow.plays = false;")
        address = product.url.replace("http", "ws", 1) + "/ws/voice"
        await page.run(f"await speakOver({address!r}, {kind!r})")
        said = await page.until(wanted(type="transcript_final", role="agent"))
        assert said[0]["text"].startswith("Hello")
        await page.run("say({type: 'session_end'})")
        ended = await page.until(wanted(type="session_ended"))
        assert ended[0]["reason"] == "caller_hung_up"
        assert ended[0]["durationMs"] > 1_000
        assert not await page.run(f"return {wanted(type='error')}")


async def test_a_recorder_that_is_paused_within_a_slice(
    product: Product, say: Callable[..., Path]
) -> None:
    paused = Paused(say)
    async with firefox.firefox() as page:
        await page.sign_in(product)
        await page.run((FOLDER / "stream.js").read_text() + paused.script)
        address = product.url.replace("http", "ws", 1) + "/ws/voice"
        await page.run(f"await speakOver({address!r}, 'audio/webm;codecs=opus')")
        user = wanted(type="transcript_final", role="user")
        await page.until(f"JSON.stringify({user}).toLowerCase().includes('meeting')", 60)
        paused.heard(await page.until(user))
        await page.run("say({type: 'session_end'})")
        await page.until(wanted(type="session_ended"))


TOKEN = """
document.querySelector("#id_name").value = "from Firefox";
const password = document.querySelector("#id_password");
if (password) { password.value = PASSWORD; }
document.querySelector("#make-token").click();
"""
WIDER = "document.documentElement.scrollWidth - innerWidth"


async def test_an_account_its_sign_ins_and_its_tokens(product: Product) -> None:
    async with firefox.firefox() as page:
        await page.sign_in(product)
        await page.goto(f"{product.url}/account/")
        here = "document.querySelector('#sign-ins .badge-good').closest('li').textContent"
        assert "Firefox" in await page.run(f"return {here}")
        await page.goto(f"{product.url}/account/tokens/")
        password = json.dumps(product.credentials["user"]["password"])
        await page.run(TOKEN.replace("PASSWORD", password))
        token = await page.until("document.querySelector('#made')?.value")
        sent = json.dumps({"headers": {"Authorization": f"Bearer {token}"}, "credentials": "omit"})
        status = f"return (await fetch('/api/v1/me', {sent})).status"
        assert await page.run(status) == 200
        await page.run("document.querySelector('#tokens .button-remove').click()")
        await page.until("document.querySelector('#tokens .badge')?.textContent === 'Revoked'")
        assert await page.run(status) == 401
        assert await page.run(f"return {WIDER}") <= 0
