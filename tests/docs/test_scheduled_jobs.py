"""The table of scheduled jobs in docs/operating.md."""

import re
from pathlib import Path

from procrastinate.contrib.django import app

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| `([\w.]+)` \| ((?:every|daily)[^|]*) \| [^|]+ \|$", re.MULTILINE)


def test_the_table_contains_all_scheduled_jobs_and_their_times() -> None:
    registered = {
        name: in_words(periodic.cron)
        for (name, _), periodic in app.periodic_registry.periodic_tasks.items()
        if not name.startswith("tests.")
    }
    listed = ROW.findall((ROOT / "docs/operating.md").read_text())
    assert dict(listed) == registered
    assert len(listed) == len(registered)


def in_words(cron: str) -> str:
    """A schedule of five fields, or six with seconds last, as the table says it."""
    minute, hour, _day, _month, _weekday, second = [*cron.split(), "0"][:6]
    if second.startswith("*/"):
        return f"every {second[2:]} seconds"
    if hour != "*":
        return f"daily, {int(hour):02}:{int(minute):02}"
    if minute.startswith("*/"):
        return f"every {minute[2:]} minutes"
    return "every minute" if minute == "*" else "every hour"
