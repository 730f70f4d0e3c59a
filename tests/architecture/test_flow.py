"""`flow.py` lists all recorded events, and the timeline describes each."""

import inspect
import re
from pathlib import Path

from goodword.core.events import name_of
from goodword.core.models import Event
from goodword.flow import FLOW
from goodword.workspace.candidate.timeline import MAIL_NAMES, SENTENCES
from tests.architecture.source import SOURCE, calls, modules, texts

#: functions that record an event; the name is the first argument
RECORD = ("record", "_record", "record_event")
#: a pure module that yields names for another module to record
TABLE = "goodword.greenhouse.sync.applications"
EVENT = re.compile(
    r"(application|candidate|step|attempt|check|request|reference|referee|portal|rating|report|note|email|erasure|member|organisation)"
    r"\.[a-z_]+"
)


def recorded() -> set[str]:
    first = [text for _, call in calls(*RECORD) if call.args for text in texts(call.args[0])]
    return {text for text in [*first, *texts(modules()[TABLE])] if EVENT.fullmatch(text)}


def test_flow_lists_exactly_the_recorded_events() -> None:
    assert recorded() == set(FLOW)


def test_the_timeline_has_a_sentence_for_each_event() -> None:
    assert set(SENTENCES) == set(FLOW)


def test_every_handler_has_a_docstring_and_takes_an_event() -> None:
    handlers = {name_of(handler): handler for listed in FLOW.values() for handler in listed}
    assert [name for name, handler in handlers.items() if not inspect.getdoc(handler)] == []
    wrong = {
        name: list(inspect.signature(handler).parameters.values())
        for name, handler in handlers.items()
        if [p.annotation for p in inspect.signature(handler).parameters.values()] != [Event]
    }
    assert wrong == {}


def test_handlers_keep_their_names() -> None:
    """Queued reactions are stored under their handler's name. From the first release on, renaming or moving a handler
    needs a migration that renames its queued reactions. Add new names to the file; delete a name only if its queued
    reactions can be dropped."""
    kept = (Path(__file__).parent / "handlers.txt").read_text(encoding="utf-8").split()
    known = {name_of(handler) for listed in FLOW.values() for handler in listed}
    assert sorted(known) == kept


def test_no_event_has_a_handler_twice() -> None:
    twice = [name for name, listed in FLOW.items() if len({name_of(h) for h in listed}) != len(listed)]
    assert twice == []


def test_handler_names_fit_their_column() -> None:
    assert [h for listed in FLOW.values() for h in map(name_of, listed) if len(h) > 120] == []


#: mails that belong to no application, so they are on no timeline
NOT_ON_TIMELINE = {
    "assessment.adjustment_answered",
    "assessment.adjustment_request",
    "assessment.adjustment_lost",
    "assessment.panel",
    "reports.assigned_several",
    "workspace.digest",
    "workspace.member_invitation",
}


def test_the_timeline_names_every_mail() -> None:
    mails = {
        mail_kind(path)
        for path in SOURCE.glob("goodword/*/templates/*/mail/*.html")
        if "ui" not in path.parts
    }
    assert set(MAIL_NAMES) == mails - NOT_ON_TIMELINE


def mail_kind(path: Path) -> str:
    """A mail's kind, taken from its template's path."""
    app = {"assessments": "assessment"}.get(path.parts[-3], path.parts[-3])
    return f"{app}.{path.stem}"
