"""`goodword demo` and `goodword demo --once`."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from goodword.core.postgres import PostgresError
from goodword.core.supervise import PortInUse, leave_on_terminate
from goodword.demo.story import told
from goodword.demo.story.failure import StoryFailed
from goodword.demo.story.tell import tell
from goodword.demo.story.told import Told
from goodword.demo.world import ADMIN_EMAIL, Ports, World, world


def demo() -> int:
    """Start everything, play the story at the first start, print addresses and logins, stay until Ctrl-C."""
    leave_on_terminate()
    data = _data()
    told.clear_unfinished(data)
    try:
        with world(data=data, ports=Ports.named()) as made:
            if not told.was_told(data):
                print("Playing the story once; later starts find it told.\n", file=sys.stderr)
                outcome = tell(made, out=sys.stderr)
                told.remember(data, outcome)
            _write_addresses(made)
            _print_addresses(made)
            gone = made.children.wait()
        print(f"The {gone} has ended by itself; its last lines are in {data / 'demo.log'}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nEnded. Everything is kept; `make demo` finds it again.", file=sys.stderr)
        return 0
    except StoryFailed as failed:
        print(f"\nThe story broke at “{failed.step}”: {failed}\nLogs: {data / 'demo.log'}", file=sys.stderr)
        return 1


def demo_once() -> int:
    """Play the story in a fresh world and exit: the last line on standard output is one JSON object."""
    leave_on_terminate()
    kept = _data() / "once"
    kept.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="goodword-once-"))
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
    except (PortInUse, PostgresError, RuntimeError, subprocess.CalledProcessError) as error:
        answer = {"ok": False, "failed": "start", "error": str(error)}
    except KeyboardInterrupt:
        answer = {"ok": False, "failed": "interrupted", "error": "It was interrupted."}
    finally:
        if (folder / "demo.log").exists():
            shutil.copy(folder / "demo.log", kept / "demo.log")
        shutil.rmtree(folder, ignore_errors=True)
    if not answer["ok"]:
        print(f"The programs' own lines are in {kept / 'demo.log'}.", file=sys.stderr)
    print(json.dumps(answer, ensure_ascii=False), flush=True)
    return 0 if answer["ok"] else 1


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
