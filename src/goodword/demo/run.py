import fcntl
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from goodword.core.environment import SettingError, data_folder
from goodword.core.postgres import PostgresError
from goodword.core.supervise import PortInUse, leave_on_terminate
from goodword.demo.actions import Api
from goodword.demo.browser import StoryFailed
from goodword.demo.story import StoryResult, play
from goodword.demo.world import ADMIN_EMAIL, Ports, World, world

STARTING = "Starting PostgreSQL, a mailbox, a Greenhouse sandbox, the worker and the web server ..."
FILES = (
    "postgres",
    "sandbox.json",
    "mailbox.jsonl",
    "organisation",
    "admin-password",
    "demo.json",
    "demo.log",
)


def demo(*, api: Api) -> int:
    """Start everything, play the story on the first start, print URLs and logins, and run until Ctrl-C."""
    leave_on_terminate()
    data = data_folder()
    try:
        with _locked(data):
            return _run(data, api=api)
    except KeyboardInterrupt:
        _say("Stopped. The data is kept for the next start.")
        return 0
    except (RuntimeError, subprocess.CalledProcessError) as error:
        _say(f"{error}\nLogs: {data / 'demo.log'}")
        return 1
    except StoryFailed as failed:
        _say(f"\nThe story failed at “{failed.step}”: {failed}\nLogs: {data / 'demo.log'}")
        return 1


@contextmanager
def _locked(data: Path) -> Iterator[None]:
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (data / "demo.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SettingError(
                f"A demo is already running on {data}. Stop it first (Ctrl-C), "
                "or set GOODWORD_DATA to another folder."
            ) from error
        yield


def _run(data: Path, *, api: Api) -> int:
    clear_unfinished(data)
    # exists once the demo is ready
    (data / "demo.json").unlink(missing_ok=True)
    _say(STARTING)
    with world(data=data, ports=Ports.named()) as made:
        if not _story(data).exists():
            _say("Playing the story. Later starts skip it.")
            save_result(data, play(made, api=api, out=sys.stderr))
        _write_addresses(made)
        _print_addresses(made)
        why = made.children.wait()
    _say(f"{why}\nLogs: {data / 'demo.log'}")
    return 1


def clear_unfinished(data: Path) -> None:
    """Delete the files of an interrupted story. Raises SettingError if the folder belongs to an installation."""
    begun = data / "demo-begun"
    if _story(data).exists():
        return
    if begun.exists():
        for name in FILES:
            path = data / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    elif (data / "postgres").exists():
        raise SettingError(
            f"{data} contains the data of an installation, not of a demo. Set GOODWORD_DATA to another folder."
        )
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    begun.touch()


def save_result(data: Path, result: StoryResult) -> None:
    _write_private(_story(data), json.dumps(asdict(result)))


def _story(data: Path) -> Path:
    return data / "story.json"


def _write_private(path: Path, text: str) -> None:
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def demo_once(*, api: Api) -> int:
    """Play the story with fresh data and exit. The last line on standard output is a JSON object."""
    leave_on_terminate()
    kept = data_folder() / "once"
    kept.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="goodword-once-"))
    _say(STARTING)
    try:
        with world(data=folder, ports=Ports.named_or_free(), built=data_folder() / "built") as made:
            result = play(made, api=api, out=sys.stderr)
        report = shutil.copy(result.report_pdf, kept / "report.pdf")
        answer = {
            "ok": True,
            "report_pdf": str(Path(report).absolute()),
            "notes": result.notes,
            "steps": result.steps,
        }
    except StoryFailed as failed:
        answer = {"ok": False, "failed": failed.step, "error": str(failed)}
    except (
        SettingError,
        PortInUse,
        PostgresError,
        RuntimeError,
        OSError,
        subprocess.CalledProcessError,
    ) as error:
        answer = {"ok": False, "failed": "start", "error": str(error)}
    except KeyboardInterrupt:
        answer = {"ok": False, "failed": "interrupted", "error": "Interrupted."}
    finally:
        if (folder / "demo.log").exists():
            shutil.copy(folder / "demo.log", kept / "demo.log")
        shutil.rmtree(folder, ignore_errors=True)
    if not answer["ok"]:
        _say(f"Logs: {kept / 'demo.log'}")
    print(json.dumps(answer, ensure_ascii=False), flush=True)
    return 0 if answer["ok"] else 1


def _say(text: str) -> None:
    """Print to standard error, since standard output is for programs."""
    print(text, file=sys.stderr, flush=True)


def _write_addresses(made: World) -> None:
    _write_private(made.data / "demo.json", json.dumps(_addresses(made), indent=2) + "\n")


def _addresses(made: World) -> dict[str, object]:
    story = StoryResult(**json.loads(_story(made.data).read_text(encoding="utf-8")))
    sandbox = made.sandbox_url
    return {
        "goodword": {"url": made.goodword_url, "email": ADMIN_EMAIL, "password": made.password},
        "sandbox": {
            "url": sandbox,
            "token_url": f"{sandbox}/token",
            "v1_base": f"{sandbox}/v1",
            "v3_base": f"{sandbox}/v3",
            "v1_key": story.v1_key,
            "v3": {"client_id": story.v3_client_id, "client_secret": story.v3_client_secret},
        },
        "mailbox": {"url": made.mailbox_url, "smtp_port": made.ports.smtp},
        "webhook": {"endpoint_url": story.endpoint_url, "secret_key": story.secret_key},
    }


def _print_addresses(made: World) -> None:
    print(
        f"""
Goodword            {made.goodword_url}
  sign in as        {ADMIN_EMAIL}
  password          {made.password}
Greenhouse sandbox  {made.sandbox_url}
Mailbox             {made.mailbox_url}

Also in {made.data / "demo.json"}. Ctrl-C stops everything; the data stays.
""",
        flush=True,
    )
