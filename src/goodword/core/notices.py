"""Sentences on standard error from `up`, `serve`, `worker` and `migrate`, some of them before settings and logging are
set up. They have the format of the log."""

import json
import sys

from goodword.core import clock, environment


def is_json() -> bool:
    try:
        return environment.text("GOODWORD_LOG_FORMAT", "").upper() == "JSON"
    except environment.SettingError:  # the message may be about this setting
        return False


def say(text: str, *, level: str = "INFO") -> None:
    line = f"goodword: {text}"
    if is_json():
        time = clock.real().isoformat(timespec="milliseconds")
        line = json.dumps(
            {"time": time, "level": level, "logger": "goodword", "message": text}, ensure_ascii=False
        )
    print(line, file=sys.stderr, flush=True)
