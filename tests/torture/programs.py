"""Starts, kills and restarts PostgreSQL, web servers, workers and sandboxes."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, LiteralString, Self

import httpx2
import psycopg

from goodword.core import postgres
from goodword.core.postgres.layout import PORT, USER
from goodword.core.supervise import goodword
from tests.support import database
from tests.support.ports import free_ports
from tests.torture.hosts import HERE, Forwarder, Hosts, to_address, to_socket

#: seconds until a new program must answer
READY_SECONDS = 180
#: size of the disk for PostgreSQL's data, if one can be mounted: small enough to fill
DISK = "448m"


#: runs a program with a socket as descriptor 3 (sd_listen_fds(3))
_HAND_OVER = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); "
    "os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1'); os.execv(sys.argv[2], sys.argv[2:])"
)


def until(holds: Callable[[], bool], *, seconds: float, what: str, pause: float = 0.1) -> None:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s.")
        time.sleep(pause)


@dataclass
class Program:
    """A program that the supervisor restarts whenever it exits, as systemd would."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    log: Path
    #: a socket to pass to it, as systemd does
    listening: socket.socket | None = None
    process: "subprocess.Popen[bytes] | None" = None
    #: monotonic time of the earliest restart
    rests_until: float = 0.0
    #: exit statuses of unexpected exits
    ended: list[int] = field(default_factory=list)
    killed: int = 0
    started: float = 0.0

    def start(self) -> None:
        self.started = time.monotonic()
        command, given = self.command, self.listening
        if given is not None:
            command = [sys.executable, "-c", _HAND_OVER, str(given.fileno()), *command]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                command,
                pass_fds=() if given is None else (given.fileno(),),
                env={**os.environ, **self.env, "PGAPPNAME": self.name},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self, *, rest: float = 0.0) -> bool:
        """Kill it with SIGKILL; it restarts after `rest` seconds. Returns False if it wasn't running."""
        process = self.process
        if process is None or process.poll() is not None:
            return False
        self.rests_until = time.monotonic() + rest
        process.kill()
        process.wait()
        self.killed += 1
        return True

    def look_after(self) -> None:
        process = self.process
        if process is None or process.poll() is None or time.monotonic() < self.rests_until:
            return
        if self.process is not process:  # it has just been stopped
            return
        if process.returncode != -signal.SIGKILL:
            self.ended.append(process.returncode)
            self.rests_until = time.monotonic() + 1
        self.start()

    def stop(self, seconds: float = 30) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
            process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Supervisor:
    """Restarts the programs from a thread."""

    def __init__(self, programs: Sequence[Program]) -> None:
        self.programs = programs
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def __enter__(self) -> Self:
        for program in self.programs:
            program.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        for program in reversed(self.programs):
            program.stop()

    def _run(self) -> None:
        while not self._over.wait(0.1):
            for program in self.programs:
                program.look_after()


class Database:
    """A durable PostgreSQL, on a small disk if that is asked for and this machine can mount one."""

    def __init__(self, data: Path, *, small_disk: bool) -> None:
        self._folder = data / "postgres"
        self._folder.mkdir(mode=0o700)
        self.mounted = small_disk and self._mount()
        try:
            database.copy_migrated(data)
            self._server = postgres.start(data, who="make torture")
        except BaseException:
            self._unmount()
            raise
        self.url, self.dsn = self._server.url, self._server.dsn
        self.lock = threading.Lock()
        #: copy the data when the disk is unmounted, unless the run ends without a breach
        self.keep = True
        with self.connect() as connection:  # the disk is small
            connection.execute("ALTER SYSTEM SET max_wal_size = '128MB'")
            connection.execute("ALTER SYSTEM SET min_wal_size = '48MB'")
            connection.execute("SELECT pg_reload_conf()")

    @property
    def socket(self) -> str:
        """The path of its Unix socket, which restarts don't change."""
        folder = psycopg.conninfo.conninfo_to_dict(self.dsn)["host"]
        return f"{folder}/.s.PGSQL.{PORT}"

    def connect(self, **options: Any) -> "psycopg.Connection[tuple[Any, ...]]":
        values: dict[str, Any] = {"autocommit": True, "connect_timeout": 5, "application_name": "torture"}
        return psycopg.connect(self.dsn, **(values | options))

    def rows(self, statement: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        with self.connect() as connection:
            return connection.execute(statement, values).fetchall()

    def patient_rows(self, statement: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        """Like `rows`, but waits while the server is down."""
        end = time.monotonic() + 60
        while True:
            try:
                return self.rows(statement, *values)
            except psycopg.OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.3)

    def restart(self, how: signal.Signals, *, away: float) -> None:
        """Stop the server with a signal (SIGINT: fast shutdown), and restart it after `away` seconds."""
        with self.lock:
            with suppress(ProcessLookupError):
                os.kill(self._server.pid, how)
            until(lambda: not self._server.alive, seconds=60, what="PostgreSQL ends")
            time.sleep(away)
            self._start_again()

    def kill_a_backend(self) -> bool:
        """Kill one backend with SIGKILL, which makes the server terminate the others and recover."""
        with suppress(psycopg.OperationalError):
            found = self.rows(
                "SELECT pid FROM pg_stat_activity WHERE application_name ~ '^(worker|web)' ORDER BY random() LIMIT 1"
            )
            for (pid,) in found:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    return True
        return False

    def cut_connections(self) -> None:
        with suppress(psycopg.OperationalError):
            self.rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' "
                "AND pid <> pg_backend_pid()"
            )

    def take_all_connections(self, seconds: float) -> None:
        """Terminate all connections, then open as many as the server allows."""
        taken: list[psycopg.Connection[tuple[Any, ...]]] = []
        try:
            self.cut_connections()
            with suppress(psycopg.OperationalError):
                while len(taken) < 200:
                    taken.append(self.connect())
            time.sleep(seconds)
        finally:
            for connection in taken:
                connection.close()

    def fill_disk(self, seconds: float) -> bool:
        """Fill the mounted disk, and restart the server if that stopped it. Returns False without such a disk."""
        if not self.mounted:
            return False
        ballast = self._folder / "ballast"
        try:
            with ballast.open("wb", buffering=0) as file, suppress(OSError):
                while True:
                    file.write(b"\0" * 1_048_576)
            with ballast.open("ab", buffering=0) as file, suppress(OSError):
                while True:
                    file.write(b"\0" * 4096)
            time.sleep(seconds)
        finally:
            ballast.unlink(missing_ok=True)
        self.look_after()
        return True

    def look_after(self) -> None:
        """Restart the server if it has stopped."""
        with self.lock:
            if not self._server.alive:
                self._start_again()

    def _start_again(self) -> None:
        end = time.monotonic() + 60
        while not self._server.alive:
            try:
                self._server.restart()
            except postgres.PostgresError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.5)

    def _mount(self) -> bool:
        command = [
            "mount",
            "-t",
            "tmpfs",
            "-o",
            f"size={DISK},mode=700",
            "goodword-torture",
            str(self._folder),
        ]
        if os.geteuid() != 0 or not shutil.which("mount"):
            return False
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def _unmount(self) -> None:
        if self.mounted:
            subprocess.run(["umount", "-l", str(self._folder)], capture_output=True, check=False)

    def stop(self) -> None:
        self._server.stop()
        if self.mounted and self.keep:
            shutil.copytree(self._folder, self._folder.with_name("postgres-kept"))
        self._unmount()


@dataclass(frozen=True, kw_only=True)
class Town:
    """All running programs."""

    data: Path
    #: what web servers and workers print
    log: Path
    base: str
    database: Database
    web: Sequence[Program]
    workers: Sequence[Program]
    sandboxes: Sequence[str]
    #: where the programs run, if not on this host
    hosts: Hosts | None = None

    @property
    def programs(self) -> list[Program]:
        return [*self.web, *self.workers]


KEY, CLIENT, SECRET = "torture-key", "torture.harvest-v3.greenhouse", "torture-secret"
PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Addresses and ports of the programs and of the services they use."""

    here: str
    port: int
    smtp: int
    database: str
    sandboxes: Sequence[str]

    def environment(self, data: Path) -> dict[str, str]:
        """Environment of one installation: the first sandbox is Harvest v3, the second is v1."""
        v3, v1 = self.sandboxes
        return {
            "GOODWORD_ENV": "demo",
            "GOODWORD_DATA": str(data),
            "DATABASE_URL": self.database,
            "GOODWORD_PORT": str(self.port),
            "GOODWORD_BASE_URL": f"http://localhost:{self.port}",
            "GOODWORD_SMTP_URL": f"smtp://{self.here}:{self.smtp}",
            "GOODWORD_MAIL_FROM": "people@goodword.example",
            "GOODWORD_GREENHOUSE_V1_URL": f"{v1}/v1",
            "GOODWORD_GREENHOUSE_V3_URL": f"{v3}/v3",
            "GOODWORD_GREENHOUSE_AUTH_URL": v3,
            "GOODWORD_GREENHOUSE_APP_URL": v3,
            "GOODWORD_ALLOW_PRIVATE_ADDRESSES": "yes",
            "GOODWORD_SYNC_MINUTES": "1",
            "GOODWORD_ACCESS_LOG": "no",
            "GOODWORD_POOL": "10",
            "GOODWORD_BUILT_STATIC": str(Path(__file__).resolve().parents[2] / ".test-cache" / "built"),
        }


@contextmanager
def town(
    data: Path,
    *,
    smtp: int,
    organisations: Sequence[str],
    workers: int = 1,
    hosts: Hosts | None = None,
    hand_over: bool = False,
    small_disk: bool = True,
) -> Iterator[Town]:
    """Start all programs, with these organisations and an admin each; stop them in order. With `hosts`, each host runs
    a web server and a worker. `hand_over`: the web server's socket stays open while it restarts."""
    log = data / "programs.log"
    port, through, *greenhouse = free_ports(4)
    here = HERE if hosts else "127.0.0.1"
    sandboxes = [f"http://{here}:{one}" for one in greenhouse]
    with ExitStack() as stack:
        server = Database(data, small_disk=small_disk)
        stack.callback(server.stop)
        url = server.url
        if hosts:
            url = f"postgresql://{USER}@{here}:{through}/{postgres.DATABASE}"
            stack.callback(Forwarder(here, through, [to_socket(server.socket)]).close)
        addresses = Addresses(here=here, port=port, smtp=smtp, database=url, sandboxes=sandboxes)
        env = addresses.environment(data)
        for number, one in enumerate(greenhouse, start=1):
            command = [sys.executable, "-m", "greenhouse_sandbox.cli", "--port", str(one), "--no-limits"]
            command += ["--api-key", KEY, "--client-id", CLIENT, "--client-secret", SECRET]
            command += ["--host", here, "--open-control"] if hosts else []
            sandbox = Program(f"sandbox{number}", command, {}, data / f"sandbox{number}.log")
            sandbox.start()
            stack.callback(sandbox.stop)
        _prepare(env, organisations, log)
        web, worked = _programs(env, log, workers=workers, hosts=hosts)
        if hand_over:
            web[0].listening = stack.enter_context(socket.create_server(("127.0.0.1", port), backlog=1024))
        stack.enter_context(Supervisor([*worked, *web]))
        if hosts:
            serving = [to_address(hosts.address(one), port) for one in hosts.all]
            stack.callback(Forwarder("127.0.0.1", port, serving).close)
        for url in (f"http://localhost:{port}/healthz", *sandboxes):
            until(partial(answers, url), seconds=READY_SECONDS, what=url)
        yield Town(
            data=data,
            log=log,
            base=f"http://localhost:{port}",
            database=server,
            web=web,
            workers=worked,
            sandboxes=sandboxes,
            hosts=hosts,
        )


def _programs(
    env: Mapping[str, str], log: Path, *, workers: int, hosts: Hosts | None
) -> tuple[list[Program], list[Program]]:
    """Returns the web servers and the workers."""
    work = goodword("worker", "--grace", "10")
    if hosts is None:
        several = [Program(f"worker{number}", work, env, log) for number in range(1, workers + 1)]
        return [Program("web1", goodword("serve"), env, log)], several
    web, worked = [], []
    for one in hosts.all:
        serve = goodword("serve", "--host", hosts.address(one))
        web.append(Program(f"web{one}", hosts.command(one, serve), env, log))
        worked.append(Program(f"worker{one}", hosts.command(one, work), env, log))
    return web, worked


#: one process does everything, because Django takes seconds to start
_PREPARE = """
import io, json, sys
from goodword.cli import main
for command, given in json.loads(sys.argv[1]):
    sys.stdin = io.StringIO(given)
    if status := main(command):
        sys.exit(status)
"""


def _prepare(env: Mapping[str, str], organisations: Sequence[str], log: Path) -> None:
    """Migrate, and create the organisations with an admin each."""
    commands: list[tuple[list[str], str]] = [(["migrate"], "")]
    for name in organisations:
        admin = ["createadmin", "--organisation", name, "--email", address_of(name), "--name", f"Ann {name}"]
        commands.append(([*admin, "--time-zone", "Europe/Berlin", "--password-stdin"], f"{PASSWORD}\n"))
    with log.open("ab") as output:
        subprocess.run(
            [sys.executable, "-c", _PREPARE, json.dumps(commands)],
            env={**os.environ, **env},
            check=True,
            stdout=output,
            stderr=output,
        )


def address_of(organisation: str) -> str:
    """The address of its admin."""
    return f"ann@{organisation.lower()}.example"


def answers(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=5).status_code < 500
    except httpx2.TransportError:
        return False
