"""`make docs-check`: run the commands of README.md and docs/ verbatim in an empty Debian system.

The system is made by mmdebstrap in a temporary folder and runs in its own namespaces, without network access except for
blocks marked `online`. This script simulates what an operator has: systemd (`docs_systemctl.py`), a mail server, host
names and a certificate authority. `docs_blocks.py` describes the marks.
"""

import argparse
import os
import pty
import select
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from email import message_from_bytes
from pathlib import Path
from typing import Any, Final

import bootstrap
import docs_blocks
from docs_blocks import Block

ROOT: Final = bootstrap.ROOT
HOST: Final = "goodword.example.com"
MAIL_HOST: Final = "mail.example.com"
#: in the order in which they run; all but the first share one system
IN_ORDER: Final = ("try", "install", "operate", "caddy", "wheel")
#: what docs/try.md asks for, and the registry's certificate
FOR_TRY: Final = ("make", "python3", "ca-certificates")
#: seconds for one block
LONGEST: Final = 1_200
NEEDED: Final = ("mmdebstrap", "unshare", "nsenter", "ip", "openssl", "tar")
NOT_RUN: Final = (
    "systemd: its units' commands run as their user with their settings; tests/deploy has systemd check the units",
    "a certificate from an authority: nginx has one of this script's, Caddy one of its own (`local_certs`)",
)
#: signs in as the first admin, and invites somebody: the first mail
VISIT: Final = f"""
from goodword.demo.browser import Browser
browser = Browser("https://{HOST}")
browser.open("/")
browser.press("Sign in", {{"E-mail": "ann@example.com", "Password": "%s"}})
browser.open("/o/northwind/settings/members/")
browser.press("Send invitations", {{"E-mail addresses": "bob@example.com"}})
assert "invitation is being sent" in browser.page.get_text(), browser.page.get_text()
"""


class Failed(Exception):
    """The message says what went wrong, with the output."""


def main() -> int:
    """Return 0 if all commands succeeded, 1 if one failed, 2 if they can't be run here."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", default=IN_ORDER, help=f"of {', '.join(IN_ORDER)}")
    parser.add_argument("--debian", type=Path, metavar="TAR", help="a system that mmdebstrap has made")
    parser.add_argument("--mailbox", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.mailbox:
        return receive_mail(options.mailbox)
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if os.geteuid() != 0 or missing:
        say(f"This needs root and {', '.join(missing or NEEDED)} (Debian's package mmdebstrap and others).")
        return 2
    found = docs_blocks.blocks()
    say("Not run:")
    for reason in (*(f"{block.place}: {block.reason}" for block in found if block.reason), *NOT_RUN):
        say(f"  {reason}")
    try:
        with tempfile.TemporaryDirectory(prefix="goodword-docs-check-") as folder:
            check(Path(folder), found, set(options.scenarios), options.debian)
    except Failed as failed:
        say(f"FAILED: {failed}")
        return 1
    say("All commands succeeded.")
    return 0


def check(folder: Path, found: Sequence[Block], wanted: set[str], tar: Path | None) -> None:
    if tar is None:
        say("making an empty Debian system")
        tar = folder / "debian.tar"
        run("mmdebstrap", "--quiet", "--variant=minbase", "trixie", tar)
    source, wheel = build(folder / "dist")
    if "try" in wanted:
        with system(folder, "try", tar) as debian_system:
            debian_system.packages(*FOR_TRY)
            run("tar", "-xzf", source, "-C", debian_system.root / "root", "--strip-components=1")
            # beforehand, so that the demo runs without network access
            debian_system.shell("make setup", online=True)
            for block in found:
                if block.scenario == "try":
                    debian_system.block(block)
    if wanted - {"try"}:
        with system(folder, "install", tar) as debian_system, mail_server(debian_system, folder) as mails:
            shutil.copy(source, debian_system.root / "root")
            debian_system.certificate(folder)
            for scenario in IN_ORDER[1:]:
                if scenario == "caddy":
                    prepare_caddy(debian_system)
                if scenario == "wheel":
                    debian_system.shell("systemctl stop goodword-web goodword-worker caddy")
                    debian_system.shell("rm -r /opt/goodword* && cd /root && pwd > /run/docs-check/cwd")
                    shutil.copy(wheel, debian_system.root / "root")
                for block in found:
                    if block.scenario == scenario and (scenario == "install" or scenario in wanted):
                        debian_system.block(block)
                if scenario == "install":
                    first_mail(debian_system, found, mails)
                if scenario == "caddy" and scenario in wanted:
                    answer_of_caddy(debian_system)


# --- what an operator provides ------------------------------------------------------------------------------------


def build(to: Path) -> tuple[Path, Path]:
    """Source and wheel of this checkout, as in a release."""
    say("building source and wheel")
    if not bootstrap.run(bootstrap.find_uv(), "build", "-q", "--out-dir", to, ROOT):
        raise Failed("Goodword could not be built; see above.")
    [source], [wheel] = to.glob("goodword-*.tar.gz"), to.glob("goodword-*.whl")
    return source, wheel


def first_mail(debian_system: "System", found: Sequence[Block], mails: Path) -> None:
    [password] = [block.types for block in found if block.scenario == "install" and block.types]
    began = time.monotonic()
    script = debian_system.root / "run/docs-check/visit.py"
    script.write_text(VISIT % password)
    debian_system.shell(
        "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt /opt/goodword/bin/python /run/docs-check/visit.py"
    )
    while not (arrived := sorted(mails.glob("*.eml"))):
        if time.monotonic() - began > 300:
            raise Failed("No mail arrived within five minutes.")
        time.sleep(0.2)
    mail = message_from_bytes(arrived[0].read_bytes())
    if (mail["To"], mail["From"].endswith("<people@example.com>")) != ("bob@example.com", True):
        raise Failed(f"The first mail is wrong:\n{mail}")
    say(f"first mail: {mail['Subject']!r} to {mail['To']} ({time.monotonic() - began:.1f} s)")


def prepare_caddy(debian_system: "System") -> None:
    debian_system.shell("systemctl stop nginx")
    debian_system.shell("apt-get install -y --no-install-recommends caddy libnss3-tools", online=True)


def answer_of_caddy(debian_system: "System") -> None:
    debian_system.shell(
        "cat /var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt >> /etc/ssl/certs/ca-certificates.crt;"
        f"python3 -c \"import urllib.request as r; print(r.urlopen('https://{HOST}/').status)\" | grep -qx 200"
    )


@contextmanager
def mail_server(debian_system: "System", folder: Path) -> Iterator[Path]:
    """The folder of received mails."""
    mails = folder / "mails"
    mails.mkdir()
    certificates(folder)
    process = subprocess.Popen(  # noqa: S603 - this script
        [*debian_system.enter(chroot=False), sys.executable, "-W", "ignore", __file__, "--mailbox", folder],
        cwd=ROOT,
    )
    try:
        yield mails
    finally:
        process.terminate()
        process.wait()


def receive_mail(folder: Path) -> int:
    """Run a mail server with STARTTLS and a login until a signal."""
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

    def login(server: SMTP, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:  # noqa: ARG001
        return AuthResult(success=data == LoginPassword(b"user", b"password"))

    class Keep:
        async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802
            (folder / "mails" / f"{time.time_ns()}.eml").write_bytes(envelope.content)
            return "250 OK"

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    server = Controller(
        Keep(),
        hostname="127.0.0.1",
        port=587,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=login,
    )
    server.start()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    server.stop()
    return 0


def certificates(folder: Path) -> None:
    """A certificate authority in ca.pem, and server.pem with server.key for both hosts."""
    if (folder / "ca.pem").exists():
        return
    new = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2")
    signs = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")
    run(*new, "-subj", "/CN=docs-check", *signs, "-keyout", folder / "ca.key", "-out", folder / "ca.pem")
    names = f"subjectAltName=DNS:{HOST},DNS:{MAIL_HOST}"
    run(
        *(*new, "-subj", f"/CN={HOST}", "-addext", names, "-addext", "basicConstraints=CA:FALSE"),
        *("-CA", folder / "ca.pem", "-CAkey", folder / "ca.key"),
        *("-keyout", folder / "server.key", "-out", folder / "server.pem"),
    )


# --- the system ---------------------------------------------------------------------------------------------------


@contextmanager
def system(folder: Path, name: str, tar: Path) -> Iterator["System"]:
    root = folder / name
    root.mkdir()
    run("tar", "-xf", tar, "-C", root)
    (root / "run/docs-check").mkdir()
    (root / "run/docs-check/cwd").write_text("/root\n")
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    (root / "etc/hosts").write_text(
        f"{Path('/etc/hosts').read_text()}\n127.0.0.1 localhost {HOST} {MAIL_HOST}\n"
    )
    # programs are started by `systemctl`, as on a server with systemd, and not while packages are installed
    (root / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
    (root / "usr/sbin/policy-rc.d").chmod(0o755)
    shutil.copy(ROOT / "scripts/docs_systemctl.py", root / "usr/local/bin/systemctl")
    (root / "usr/local/bin/systemctl").chmod(0o755)
    as_here(root)
    # its unit's capabilities would let Caddy's user listen on port 443, but are not applied here
    ports = "echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start"
    setup = f'mount --rbind /dev "{root}/dev" && ip link set lo up && {ports} && exec sleep infinity'
    holder = subprocess.Popen(  # noqa: S603 - fixed
        [
            *("/usr/bin/unshare", "--mount", "--net", "--pid", "--fork", "--kill-child"),
            *(f"--mount-proc={root}/proc", "sh", "-c", setup),
        ]
    )
    try:
        yield System(root, _child_of(holder.pid))
    finally:
        holder.kill()
        holder.wait()


def as_here(root: Path) -> None:
    """Certificate authorities and settings needed here to reach Debian's packages and the registry."""
    own = root / "usr/local/share/ca-certificates"
    own.mkdir(parents=True)
    for path in Path("/usr/local/share/ca-certificates").glob("*.crt"):
        shutil.copy(path, own)
    (root / "etc/dpkg/dpkg.cfg.d/docs-check").write_text("force-unsafe-io\n")
    for path in Path("/etc/apt/apt.conf.d").iterdir():
        if "Acquire::" in path.read_text():
            shutil.copy(path, root / "etc/apt/apt.conf.d")


def _child_of(pid: int) -> int:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    for _ in range(100):
        if (children := path.read_text().split()) and Path(
            f"/proc/{children[0]}/comm"
        ).read_text().strip() == "sleep":
            return int(children[0])
        time.sleep(0.1)
    raise Failed("The system's namespaces could not be made (unshare).")


class System:
    def __init__(self, root: Path, pid: int) -> None:
        self.root = root
        self._pid = pid
        self._has_database = False

    def enter(self, *, online: bool = False, chroot: bool = True) -> list[str]:
        """The prefix of a command that runs inside."""
        spaces = ["--mount", "--pid"] if chroot else []
        inside = ["/usr/bin/nsenter", "--target", str(self._pid), *spaces, *([] if online else ["--net"])]
        return [*inside, "/usr/sbin/chroot", str(self.root)] if chroot else inside

    def packages(self, *names: str) -> None:
        self.shell(
            f"apt-get update && apt-get install -y --no-install-recommends {' '.join(names)}", online=True
        )

    def certificate(self, folder: Path) -> None:
        """Put this script's authority and nginx's certificate in place."""
        shutil.copy(folder / "ca.pem", self.root / "usr/local/share/ca-certificates/docs-check.crt")
        place = self.root / "etc/ssl/goodword"
        place.mkdir(parents=True)
        shutil.copy(folder / "server.pem", place / "fullchain.pem")
        shutil.copy(folder / "server.key", place / "privkey.pem")

    def block(self, block: Block) -> None:
        began = time.monotonic()
        say(f"{block.scenario}: {block.place}: {block.text.strip().splitlines()[0]} ...")
        self._start_database()
        try:
            output = self.shell(block.text, online=block.online, types=block.types, until=block.until)
        except Failed as failed:
            raise Failed(f"{block.place}\n{block.text}\n{failed}") from None
        with (self.root / "run/docs-check/blocks.log").open("a") as log:
            log.write(f"### {block.place}\n{block.text}\n{output}\n")
        say(f"    succeeded ({time.monotonic() - began:.1f} s)")

    def _start_database(self) -> None:
        """Start PostgreSQL, as Debian does when the package is installed."""
        if not self._has_database and any((self.root / "etc/postgresql").glob("*/main")):
            [version] = [path.parent.name for path in (self.root / "etc/postgresql").glob("*/main")]
            self._has_database = True
            self.shell(f"pg_ctlcluster {version} main start")

    def shell(self, text: str, *, online: bool = False, types: str = "", until: str = "") -> str:
        """Run a command as root in the last block's current folder. Returns its output. Raises Failed."""
        before = 'set -euo pipefail; cd "$(cat /run/docs-check/cwd)"\n'
        script = self.root / "run/docs-check/block.sh"
        script.write_text(f"{before}{text}\npwd > /run/docs-check/cwd\n")
        passed = ("PIP_INDEX_URL", "PIP_DEFAULT_TIMEOUT", "UV_DEFAULT_INDEX", "https_proxy", "http_proxy")
        environment = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "DEBIAN_FRONTEND": "noninteractive",
        } | ({name: os.environ[name] for name in passed if name in os.environ} if online else {})
        if online and list((self.root / "usr/local/share/ca-certificates").iterdir()):
            environment["PIP_CERT"] = "/etc/ssl/certs/ca-certificates.crt"
        command = [*self.enter(online=online), "/usr/bin/env", "-i"]
        command += [f"{name}={value}" for name, value in environment.items()]
        status, output = in_terminal(
            [*command, "/bin/bash", "/run/docs-check/block.sh"], types=types, until=until
        )
        # a shell whose program was ended by Ctrl-C ends the same way
        if status and not (until and until in output and status in (130, -signal.SIGINT)):
            raise Failed(f"{text.strip()}\nexited with status {status}:\n{output[-6000:]}")
        return output


# --- programs -----------------------------------------------------------------------------------------------------


def in_terminal(command: Sequence[str], *, types: str, until: str) -> tuple[int, str]:
    """Run it in a terminal: `types` and Enter at each prompt, Ctrl-C once it has printed `until`. Returns status and
    output."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(command[0], list(command))  # noqa: S606 - commands of the documentation
    output, typed, ends, interrupted = "", 0, time.monotonic() + LONGEST, False
    with ExitStack() as closing:
        closing.callback(os.close, terminal)
        while time.monotonic() < ends:
            if not select.select([terminal], [], [], 1)[0]:
                if types and output.endswith((": ", "? ")) and len(output) != typed:
                    typed = len(output)
                    os.write(terminal, f"{types}\n".encode())
                continue
            try:
                chunk = os.read(terminal, 65_536)
            except OSError:  # the terminal is closed
                break
            output += chunk.decode(errors="replace").replace("\r\n", "\n")
            if until and until in output and not interrupted:
                interrupted = True
                os.write(terminal, b"\x03")
        else:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            output += f"\n(ended after {LONGEST} seconds)"
        _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), output


def run(*command: str | Path) -> None:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise Failed(f"{' '.join(map(str, command))}\n{done.stderr[-3000:]}")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
