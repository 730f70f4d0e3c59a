"""What a told story leaves behind: kept beside the data, so that a second start does not replay it."""

import json
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path

from goodword.core.environment import SettingError

#: what a demo writes into its data folder
MADE = (
    "postgres",
    "sandbox.json",
    "mailbox.jsonl",
    "organisation",
    "admin-password",
    "demo.json",
    "demo.log",
)


@dataclass(kw_only=True)
class Told:
    """The outcome of the story, as far as others need it."""

    v1_key: str = ""
    v3_client_id: str = ""
    v3_client_secret: str = ""
    endpoint_url: str = ""
    secret_key: str = ""
    report_pdf: str = ""
    notes: list[dict[str, str]] = field(default_factory=list)
    steps: list[dict[str, object]] = field(default_factory=list)


def was_told(data: Path) -> bool:
    """Whether the story was played to its end on this data."""
    return _path(data).exists()


def remember(data: Path, outcome: Told) -> None:
    """Keep it, readable by its owner only: it holds the sandbox's credentials."""
    draft = _path(data).with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(asdict(outcome)), encoding="utf-8")
    draft.replace(_path(data))


def recall(data: Path) -> Told:
    """What was kept."""
    return Told(**json.loads(_path(data).read_text(encoding="utf-8")))


def clear_unfinished(data: Path) -> None:
    """Begin anew where an earlier start broke off within the story: nothing in there is worth keeping.

    Raises SettingError if the folder holds something that no demo made, which is left alone.
    """
    begun = data / "demo-begun"
    if was_told(data):
        return
    if begun.exists():
        for name in MADE:
            path = data / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    elif (data / "postgres").exists():
        raise SettingError(
            f"{data} holds the data of an installation, not of a demo. Choose another folder by GOODWORD_DATA."
        )
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    begun.touch()


def _path(data: Path) -> Path:
    return data / "story.json"
