"""`goodword doctor`: runs all checks in parallel and prints what they found."""

import json
import logging
import os
import textwrap
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from goodword.core import clock, process
from goodword.core.doctor.findings import DoctorFinding, State, broken, worst
from goodword.core.environment import NO_DATABASE, SettingError
from goodword.core.postgres import PostgresError
from goodword.core.version import VERSION

_WIDTH: Final = 110


def doctor(*, as_json: bool) -> int:
    """Print what the checks found. Returns 1 if something is broken, else 0."""
    found = _found()
    print(in_json(found, at=clock.real()) if as_json else in_lines(found))
    return 1 if worst(found) is State.BROKEN else 0


def _found() -> list[DoctorFinding]:
    problem = ""
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # reported as a finding
    try:
        process.set_up()
    except SettingError as error:
        return [
            broken("settings", str(error), "Nothing else was checked. docs/settings.md lists all settings.")
        ]
    except PostgresError as error:
        problem = str(error)
        os.environ["DATABASE_URL"] = NO_DATABASE
        process.set_up()
    from goodword.core.doctor.examination import examine

    return examine(now=clock.now, embedded_problem=problem)


def in_lines(found: Sequence[DoctorFinding]) -> str:
    margin = max(len(finding.area) for finding in found)
    lines = []
    for finding in found:
        start = f"{finding.state:<9}  {finding.area:<{margin}}  "
        blank = " " * len(start)
        for text, first in ((finding.sentence, start), (finding.remedy, blank)):
            lines += textwrap.wrap(
                text, _WIDTH, initial_indent=first, subsequent_indent=blank, break_long_words=False
            )
    counts = Counter(finding.state for finding in found)
    return "\n".join([*lines, "", ", ".join(f"{counts[state]} {state}" for state in State)])


def in_json(found: Sequence[DoctorFinding], *, at: datetime) -> str:
    report = {
        "version": VERSION,
        "checked_at": at.isoformat(timespec="seconds"),
        "state": worst(found),
        "findings": [
            {
                "area": finding.area,
                "state": finding.state,
                "sentence": finding.sentence,
                "remedy": finding.remedy,
            }
            for finding in found
        ],
    }
    return json.dumps(report, indent=2, ensure_ascii=False)
