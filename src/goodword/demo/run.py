"""`goodword demo` and `goodword demo --once`."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from goodword.core.environment import SettingError
from goodword.core.postgres import PostgresError
from goodword.core.supervise import PortInUse, leave_on_terminate
from goodword.demo.alone import alone
from goodword.demo.story import told
from goodword.demo.story.failure import StoryFailed
from goodword.demo.story.tell import tell
from goodword.demo.story.told import Told
from goodword.demo.world import ADMIN_EMAIL, Ports, World, world

STARTING = "Starting PostgreSQL, a mailbox, a Greenhouse sandbox, the worker and the web server ..."


def demo() -> int:
    """Start everything, play the story at the first start, print addresses and logins, stay until Ctrl-C."""
    leave_on_terminate()
    data = _data()
    try:
        with alone(data):
            return _stay(data)
    except KeyboardInterrupt:
        _say("Ended. Everything is kept; the next start finds it again.")
        return 0
    except (RuntimeError, subprocess.CalledProcessError) as error:
        _say(f"{error}\nLogs: {data / 'demo.log'}")
        return 1
    except StoryFailed as failed:
        _say(f"\nThe story broke at “{failed.step}”: {failed}\nLogs: {data / 'demo.log'}")
        return 1


def _stay(data: Path) -> int:
    told.clear_unfinished(data)
    # it says that all is ready, which is not so yet
    (data / "demo.json").unlink(missing_ok=True)
    _say(STARTING)
    with world(data=data, ports=Ports.named()) as made:
        if not told.was_told(data):
            _say("Playing the story once; later starts find it told.")
            told.remember(data, tell(made, out=sys.stderr))
        _write_addresses(made)
        _print_addresses(made)
        why = made.children.wait()
    _say(f"{why}\nThe programs' own lines are in {data / 'demo.log'}.")
    return 1


def demo_once() -> int:
    """Play the story in a fresh world and exit: the last line on standard output is one JSON object."""
    leave_on_terminate()
    kept = _data() / "once"
    kept.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="goodword-once-"))
    _say(STARTING)
    try:
        with world(data=folder, ports=Ports.named_or_free(), built=_data() / "built") as made:
            outcome = tell(made, out=sys.stderr)
        report = shutil.copy(outcome.report_pdf, kept / "report.pdf")
        answer = {
            "ok": True,
            "report_pdf": str(Path(report).absolute()),
            "notes": outcome.notes,
            "steps": outcome.steps,
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
        answer = {"ok": False, "failed": "interrupted", "error": "It was interrupted."}
    finally:
        if (folder / "demo.log").exists():
            shutil.copy(folder / "demo.log", kept / "demo.log")
        shutil.rmtree(folder, ignore_errors=True)
    if not answer["ok"]:
        _say(f"The programs' own lines are in {kept / 'demo.log'}.")
    print(json.dumps(answer, ensure_ascii=False), flush=True)
    return 0 if answer["ok"] else 1


def _say(text: str) -> None:
    """To the person; standard output is for what programs read."""
    print(text, file=sys.stderr, flush=True)


def _data() -> Path:
    return Path(os.environ.get("GOODWORD_DATA") or "./var").absolute()


def _write_addresses(made: World) -> None:
    path = made.data / "demo.json"
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(_addresses(made), indent=2) + "\n", encoding="utf-8")
    draft.replace(path)


def _addresses(made: World) -> dict[str, object]:
    story: Told = told.recall(made.data)
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

All of it is in {made.data / "demo.json"}. Ctrl-C ends everything; the data stays.
""",
        flush=True,
    )
