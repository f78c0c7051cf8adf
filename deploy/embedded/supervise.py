"""`make run`, once the packages are there: prepares the database, then runs everything.

One supervisord runs the web server, the Celery worker and Celery beat; for `make serve`, which
names a number, so many media processes too, which leave the pages to the web server. What they
print goes to `var/logs/voicesite.log`; the terminal shows only what a person needs to know.
"""

import argparse
import contextlib
import fcntl
import logging
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

from deploy.embedded import phones
from deploy.embedded.die_with_parent import die_with_parent
from voicesite.private import keep_private

ROOT = Path(__file__).resolve().parent.parent.parent
DIE_WITH_PARENT = ROOT / "deploy" / "embedded" / "die_with_parent.py"
CONFIG = ROOT / "deploy" / "embedded" / "supervisord.conf"
CONFIG_WITH_MEDIA = ROOT / "deploy" / "embedded" / "supervisord-media.conf"
LOG_BYTES = 5_000_000
LOG_COPIES = 3
PROGRAMS = {
    "web": "web server",
    "media": "media process",
    "worker": "background worker",
    "beat": "timer",
}

_SUPERVISORD = re.compile(r"^[\d-]+ [\d:,]+ (?:CRIT|ERRO|WARN|INFO|DEBG) (?P<message>\S.*)$")
_LOGGED = re.compile(
    r"^[\d-]+ [\d:,]+ (?P<level>[A-Z]+) +[\w.]+: "
    r'|^\{"time": "[^"]*", "level": "(?P<in_json>[A-Z]+)"'  # LOG_JSON=1
)
_DIED = re.compile(r"^exited: (?P<program>\w+) \((?P<how>[^;)]*)")
_GAVE_UP = re.compile(r"^gave up: (?P<program>\w+) ")
_TOLD_TO_STOP = "received SIGTERM"


class CannotStartError(Exception):
    """voicesite cannot start; the message says why and how to mend it."""


class Terminal:
    """Chooses which of the programs' lines a person sees, and puts them in plain words."""

    def __init__(self) -> None:
        self.gave_up = False
        self.stopping = False
        self._showing = True

    def translate(self, line: str) -> str | None:
        """Returns what to show for a line that supervisord or a program printed, or None."""
        if found := _SUPERVISORD.match(line):
            return self._of_supervisord(found["message"])
        if found := _LOGGED.match(line):
            self._showing = (found["level"] or found["in_json"]) not in ("DEBUG", "INFO")
        elif not line.startswith((" ", "Traceback")):
            self._showing = not self.stopping
        return line if self._showing and line.strip() else None

    def _of_supervisord(self, message: str) -> str | None:
        if self.stopping:
            return None
        if message.startswith(_TOLD_TO_STOP):
            self.stopping = True
            return "Stopping …"
        if found := _DIED.match(message):
            program = _spoken(found["program"])
            return f"The {program} stopped ({found['how']}); starting it again."
        if found := _GAVE_UP.match(message):
            self.gave_up = True
            program = _spoken(found["program"])
            return f"The {program} cannot be started; the lines above say why."
        return None


def _spoken(program: str) -> str:
    """Returns what a person calls a program: media_1 is a media process."""
    return PROGRAMS.get(program.partition("_")[0], program)


def environment(media: int = 0, *, https: bool = False) -> dict[str, str]:
    """Returns the variables that all programs run with."""
    var = Path(os.environ.get("VAR_DIR", "") or ROOT / "var").resolve()
    port = os.environ.get("PORT", "") or "8000"
    return {
        **(phones.variables(port, os.environ) if https else {}),
        **os.environ,
        "VAR_DIR": str(var),
        "PORT": port,
        "PYTHONUNBUFFERED": "1",
        "VOICESITE_MEDIA": str(media),
        "VOICESITE_DIE_WITH_PARENT": f"{sys.executable} {DIE_WITH_PARENT}",
    }


def take_lock(var: Path) -> IO[str]:
    """Returns the held lock of `var`; raises CannotStartError when another run holds it."""
    lock = (var / "run.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        raise CannotStartError(
            f"voicesite already runs from {var} (process {holder}). Stop that one first, "
            "or give this one its own folder: VAR_DIR=/some/folder PORT=8001 make run"
        ) from error
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def manage(command: str, *arguments: str, env: dict[str, str], what: str) -> str:
    """Returns what `manage.py command` printed; raises CannotStartError saying `what` failed."""
    done = subprocess.run(
        [sys.executable, str(DIE_WITH_PARENT), "manage.py", command, *arguments],
        cwd=ROOT,
        env=env,
        text=True,
        capture_output=True,
        check=False,
    )
    if done.returncode == 0:
        return done.stdout
    logging.getLogger("voicesite").error("%s\n%s", what, done.stderr)
    raise CannotStartError(f"{what}{reason(done.stderr)}")


def reason(stderr: str) -> str:
    """Returns what a command of manage.py told of its failure: failed checks, or its last line."""
    lines = [line.strip() for line in stderr.strip().splitlines()]
    failed = [line for line in lines if re.match(r"\S+: \([\w.]+\.E\d+\) ", line)]
    if failed:
        return " ".join(line.partition(") ")[2] for line in failed)
    return (lines or ["no reason was given"])[-1].removeprefix("CommandError: ")


def prepare(env: dict[str, str]) -> None:
    """Brings the database, the static files and the demo data up to date."""
    manage("serve", "--probe", env=env, what="")
    say("Preparing the database and the pages …")
    failed = "{} could not be prepared: "
    manage("migrate", "--no-input", env=env, what=failed.format("The database"))
    manage("collectstatic", "--no-input", env=env, what=failed.format("The pages"))
    say(manage("setup_demo", env=env, what=failed.format("The demo data")).rstrip())


def supervise(env: dict[str, str]) -> int:
    """Runs the programs until a signal stops them; returns the exit status."""
    terminal = Terminal()
    config = CONFIG if env["VOICESITE_MEDIA"] == "0" else CONFIG_WITH_MEDIA
    # a session of its own: Ctrl-C and a closed terminal reach only this process, which
    # passes them on as the one signal that supervisord takes for "stop"
    supervisord = subprocess.Popen(
        [sys.executable, str(DIE_WITH_PARENT), "-m", "supervisor.supervisord", "-c", str(config)],
        cwd=ROOT,
        env=env,
        text=True,
        errors="replace",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )

    def stop(*_: object) -> None:
        if not terminal.stopping:
            terminal.stopping = True
            say("Stopping …")
        supervisord.terminate()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    for shown in relay(supervisord.stdout or (), terminal):
        say(shown)
        if terminal.gave_up:
            stop()
    supervisord.wait()
    say("voicesite has stopped.")
    return 0 if terminal.stopping and not terminal.gave_up else 1


def relay(lines: Iterable[str], terminal: Terminal) -> Iterable[str]:
    """Logs each line, and yields those that a person should see."""
    log = logging.getLogger("voicesite.programs")
    for line in lines:
        log.info("%s", line.rstrip("\n"))
        shown = terminal.translate(line.rstrip("\n"))
        if shown is not None:
            yield shown


def say(text: str) -> None:
    """Prints for a person, from a signal handler too; a closed terminal is no failure."""
    with contextlib.suppress(OSError):
        os.write(sys.stdout.fileno(), f"{text}\n".encode())


def keep_log(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        folder / "voicesite.log", maxBytes=LOG_BYTES, backupCount=LOG_COPIES, encoding="utf-8"
    )
    logger = logging.getLogger("voicesite")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


def main() -> int:
    die_with_parent()
    parser = argparse.ArgumentParser(description="Runs voicesite until it is told to stop.")
    parser.add_argument("--media", type=int, default=0, help="media processes; 0: all in one")
    parser.add_argument("--https", action="store_true", help="serve phones in the same network")
    given = parser.parse_args()
    env = environment(max(0, given.media), https=given.https)
    var = Path(env["VAR_DIR"])
    if keep_private(var):
        say(f"Other users of this machine could look into {var}; now they cannot.")
    keep_log(var / "logs")
    (var / "beat").mkdir(exist_ok=True)
    try:
        lock = take_lock(var)
        prepare(env)
        if given.https:
            say(phones.invitation(var, env))
    except phones.NoNetworkError as error:
        say(str(error))
        return 1
    except CannotStartError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    with lock:
        return supervise(env)


if __name__ == "__main__":
    sys.exit(main())
