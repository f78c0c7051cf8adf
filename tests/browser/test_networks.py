"""Our own page on networks that block, break and change: what its user sees, and what is kept."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_agent_call import KEEP_PEER
from tests.fixtures import clients
from tests.fixtures.call_page import calling, hang_up, signed_in, state_is
from tests.fixtures.chromium import WITHOUT_RED, Away, chromium
from tests.fixtures.network import Network, missing, network
from tests.fixtures.server import OWN_PATH, Product, wait_until
from tests.fixtures.sharing import UNLIMITED

pytestmark = [
    pytest.mark.browser,
    pytest.mark.network(1),
    pytest.mark.timeout(240),
    pytest.mark.skipif(bool(missing()), reason=missing()),
]

SENTENCES = [
    "good morning and welcome to the meeting",
    "the weather is very nice today",
    "please call me back on monday",
    "thank you for your help",
]
BY_SOCKET = "blocks direct sound connections"


@pytest.fixture
def link() -> Iterator[Network]:
    with network(1) as made:
        yield made


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One for all networks of this file, which have one address after another."""
    hosts = f"127.0.0.1,{Network(1).home}"
    var = tmp_path_factory.mktemp("product")
    with Product(var, {"ALLOWED_HOSTS": hosts, **UNLIMITED}, host="0.0.0.0").running(
        "web"
    ) as product:
        yield product


def calls_of(server: Product) -> int:
    return int(server.json("/api/v1/calls/")["count"])


@pytest.fixture
def away(link: Network, server: Product, tmp_path: Path) -> Away:
    program = tmp_path / "chromium-away"
    command = " ".join(link.inside(shutil.which("chromium") or "chromium"))
    program.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    program.chmod(0o755)
    return Away(program, f"http://{link.home}:{server.port}")


@pytest.fixture
def browser(away: Away, say: Callable[..., Path]) -> Iterator[Browser]:
    with chromium(say(*SENTENCES, lead_s=1.5, tail_s=2.0), away) as started:
        yield started


FIRST = "morning welcome meeting"
LATER = ("weather today", "call monday", "help goodbye")


def says(page: Page, *sentences: str) -> None:
    """Returns when the transcript has some words of each: one may be misheard."""
    for words in sentences:
        any_of = re.compile(words.replace(" ", "|"), re.IGNORECASE)
        expect(page.locator("#transcript")).to_contain_text(any_of, timeout=60_000)


def words_shown(page: Page) -> set[str]:
    """Returns the words of the first final, once it is there."""
    said = page.locator("#transcript li[data-final=true]").first
    said.wait_for(timeout=30_000)
    shown = said.locator(".live-line-text").inner_text()
    words = {word.strip(".,?").lower() for word in shown.split()}
    assert len(words) > 2, shown
    return words


def words_kept(server: Product, call_id: str) -> set[str]:
    found = server.json(f"/api/v1/calls/{call_id}/segments?after=0")["segments"]
    return {word.strip(".,?").lower() for row in found for word in row["text"].split()}


def test_where_udp_is_blocked_the_call_goes_over_the_socket(
    link: Network, server: Product, away: Away, browser: Browser
) -> None:
    link.set(no_udp=True)
    page = calling(browser, server, away.origin)
    took = state_is(page, "active", 12)
    expect(page.locator("#notice")).to_contain_text(BY_SOCKET)
    says(page, FIRST)  # before a way was found
    link.set(cut=True)
    page.wait_for_timeout(5_000)
    link.set(cut=False)
    says(page, *LATER)  # the page kept it
    call_id = hang_up(page)
    call = server.json(f"/api/v1/calls/{call_id}/")
    assert call["transport"] == "websocket"
    assert call["gaps"] == []
    assert took < 9


def test_the_check_says_that_udp_is_blocked_and_that_calls_work(
    link: Network, server: Product, away: Away, browser: Browser
) -> None:
    link.set(no_udp=True)
    page = signed_in(browser, server, away.origin)
    page.goto(f"{away.origin}/check/")
    page.click("#check-start")
    page.locator("#check-yes").click()
    expect(page.locator("#check-udp")).to_have_attribute("data-state", "fail")
    expect(page.locator("#check-udp")).to_contain_text("a firewall or company network")
    expect(page.locator("#check-socket")).to_have_attribute("data-state", "pass")


def test_udp_that_dies_in_mid_call_moves_the_sound(
    link: Network, server: Product, away: Away, browser: Browser
) -> None:
    page = calling(browser, server, away.origin)
    state_is(page, "active", 12)
    expect(page.locator("#call-timer")).to_have_text("0:10")
    link.set(no_udp=True)
    expect(page.locator("#notice")).to_contain_text(BY_SOCKET, timeout=30_000)
    state_is(page, "active", 5)
    says(page, FIRST, *LATER)  # some while nothing got through
    call_id = hang_up(page)
    call = wait_until(
        lambda: (found := server.json(f"/api/v1/calls/{call_id}/")) and found["ended_at"] and found,
        20,
        "the end",
    )
    assert call["transport"] == "websocket"
    assert call["gaps"] == []


@pytest.mark.skipif(not OWN_PATH, reason="aiortc's own path asks for nothing again")
def test_what_was_said_in_a_short_cut_comes_afterwards(
    link: Network, server: Product, away: Away, browser: Browser
) -> None:
    page = calling(browser, server, away.origin)
    state_is(page, "active", 12)
    expect(page.locator("#call-timer")).to_have_text("0:05")
    link.set(cut=True)
    page.wait_for_timeout(2_000)
    link.set(cut=False)
    expect(page.locator("#call-timer")).to_have_text("0:10")
    call = server.json(f"/api/v1/calls/{hang_up(page)}/")
    accounts = re.findall(
        rf"call {call['id']} .* (\d+) ms received, (\d+) restored, 0 repaired, (\d+) concealed"
        r".* (\d+) of \d+ came when",
        server.whole_log("web"),
    )
    assert accounts, server.log("web")
    received, restored, concealed, again = map(int, accounts[-1])
    assert again >= 90
    assert concealed <= 100
    assert received + restored >= call["duration_ms"] - 1_000
    assert call["gaps"] == []


@pytest.mark.parametrize("cut_s", [5, 12])
def test_a_cut_is_outlived(
    link: Network, server: Product, away: Away, browser: Browser, cut_s: float
) -> None:
    page = calling(browser, server, away.origin)
    state_is(page, "active", 12)
    before = words_shown(page)
    link.set(cut=True)
    page.wait_for_timeout(1000 * cut_s)
    link.set(cut=False)
    wait_until(lambda: server.json("/api/v1/calls/")["results"][0]["state"] == "active", 25, "back")
    state_is(page, "active", 25)
    path = f"/api/v1/calls/{server.json('/api/v1/calls/')['results'][0]['id']}/"
    wait_until(lambda: server.json(path)["gaps"], 30, f"the gap\n{server.log('web')}")
    gap = page.locator("#transcript .live-gap")
    expect(gap).to_contain_text("The connection was lost for")
    call_id = hang_up(page)
    assert path == f"/api/v1/calls/{call_id}/"
    assert before <= words_kept(server, call_id)
    assert len(server.json(path)["gaps"]) == 1
    reason = wait_until(lambda: server.json(path)["end_reason"], 30, "the end")
    assert reason == "caller_hung_up"


def test_another_address_carries_on_the_same_call(
    link: Network, server: Product, away: Away, browser: Browser
) -> None:
    count = calls_of(server)
    page = calling(browser, server, away.origin)
    state_is(page, "active", 12)
    before = words_shown(page)
    link.move(9)
    wait_until(
        lambda: page.locator("#stage").get_attribute("data-state") != "active", 20, "the loss"
    )
    state_is(page, "active", 40)
    call_id = hang_up(page)
    assert calls_of(server) == count + 1
    assert before <= words_kept(server, call_id)


REPAIRED = """async () => {
    const found = [...(await window.peer.getStats()).values()];
    return found.find((one) => one.type === "inbound-rtp" && one.kind === "audio");
}"""


@pytest.mark.skipif(not OWN_PATH, reason="aiortc's own path codes no FEC")
def test_an_answer_repairs_itself_for_a_browser_without_red(
    link: Network, server: Product, away: Away, browser: Browser
) -> None:
    page = signed_in(browser, server, away.origin)
    page.add_init_script(KEEP_PEER + WITHOUT_RED)
    page.reload()
    page.locator("input[name=agent][value=scribe]").check()
    page.click("#start-call")
    page.click("#consent-agree")
    state_is(page, "active", 12)
    expect(page.locator("#call-quality")).to_have_text("Good connection.")
    link.set(loss=0.2)
    answers = page.locator("#transcript .live-line-agent.live-line-final")

    def repaired() -> int:
        """Has the agent say something, and returns how many packets came with what repairs."""
        count = answers.count()
        page.fill("#typed-text", "take a note that the red car needs new tyres before winter")
        page.press("#typed-text", "Enter")
        wait_until(lambda: answers.count() > count, 30, "an answer")
        return int(page.evaluate(REPAIRED)["fecPacketsReceived"])

    def asked_again() -> bool:
        """Whether the browser has asked for packets of the voice again."""
        return bool(page.evaluate(REPAIRED)["nackCount"])

    assert "red/48000" not in page.evaluate("window.peer.currentRemoteDescription.sdp")
    wait_until(repaired, 60, "the first packet with FEC")
    wait_until(asked_again, 60, "the first request for a packet that was lost")
    expect(page.locator("#call-quality")).to_contain_text("is lost on the way")
    hang_up(page)
    sent_again = re.findall(r" sent, (\d+) of them again", server.whole_log("web"))
    assert int(sent_again[-1]) > 0


@pytest.mark.skipif(bool(clients.missing()), reason=clients.missing())
def test_pipecats_client_comes_back_from_another_address(
    link: Network, server: Product, away: Away, browser: Browser, tmp_path: Path
) -> None:
    count = calls_of(server)
    page = signed_in(browser, server, away.origin)
    clients.page_with(page, server, clients.bundled("pipecat", tmp_path), site=away.origin)
    page.evaluate(
        """() => makeClient().startBotAndConnect({
          endpoint: "/start", requestData: { agentId: "scribe" } })"""
    )
    wait_until(lambda: page.evaluate("client.state") == "ready", 20, "the call")
    page.evaluate("window.before = client.transport.pc")
    link.move(9)
    # the client tells of no new track where its offer took over 200 ms: it forgot that one
    anew = "client.transport.pc !== before && client.transport.dc?.readyState === 'open'"
    wait_until(lambda: page.evaluate(anew), 60, "another connection and its channel")
    page.evaluate("client.sendText('take a note buy milk')")
    wait_until(
        lambda: any(
            kind == "botTranscript" and detail["text"] == "Noted: buy milk."
            for kind, detail in page.evaluate("diary")
        ),
        30,
        "the answer",
    )
    assert calls_of(server) == count + 1
