"""The text of a note: the finished step, a link to the report and the marker. It never contains results."""

import re
from collections.abc import Mapping
from typing import assert_never

from goodword.core.text import defused_in_header
from goodword.greenhouse.models import ActivityFeedNote
from goodword.references.models import Check
from goodword.reports.models import Report
from goodword.roles.models import Step
from goodword.workflow.models import StepRun

DEFAULT = "{step} for {candidate} {outcome}."

PLACEHOLDERS = ("step", "candidate", "role", "outcome")

MAX_LENGTH = 300

_BRACES = re.compile(r"\{([^{}]*)\}")


class BadWording(Exception): ...


def clean_wording(wording: str) -> str:
    """Clean the wording. Raises BadWording, whose message says what to do."""
    line = " ".join(wording.split())
    if len(line) > MAX_LENGTH:
        raise BadWording(f"Keep it under {MAX_LENGTH} characters: it has {len(line)}.")
    unknown = [name for name in _BRACES.findall(line) if name not in PLACEHOLDERS]
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    if unknown:
        raise BadWording(f"{{{unknown[0]}}} is not a placeholder. You can use {known}.")
    if "{" in _BRACES.sub("", line) or "}" in _BRACES.sub("", line):
        raise BadWording(f"Unmatched brace. Braces are only for {known}.")
    if line and "{candidate}" not in line and "{step}" not in line:
        raise BadWording("Include {step} or {candidate}, so readers know what the note is about.")
    return line


def render_line(wording: str, values: Mapping[str, str]) -> str:
    return _BRACES.sub(lambda found: values.get(found[1], found[0]), wording or DEFAULT)


def body(note: ActivityFeedNote, report: Report, *, link: str) -> str:
    """Return the note's text. Its last line is the marker that `posting.find_notes` searches for."""
    version = f", version {report.version}" if report.version > 1 else ""
    line = render_line(note.organisation.note_wording, values_of(report))
    return f"{line}\nReport (PDF){version}: {link}\n{note.marker}"


def test_note_body(note: ActivityFeedNote) -> str:
    name = _quoted(note.organisation.name)
    return f"A test note from Goodword for {name}: writing to the Activity Feed works.\n{note.marker}"


def values_of(report: Report) -> dict[str, str]:
    application = report.step_request.application
    return {
        "step": str(report.step_request.step.get_kind_display()),
        "candidate": _quoted(application.candidate.name),
        "role": _quoted(application.role.title) if application.role else "",
        "outcome": _outcome(report),
    }


def _outcome(report: Report) -> str:
    reused = report.snapshot.get("reused")
    taken = ", taken over from an earlier application" if reused and reused["role"] else ""
    match kind := Step.Kind(report.step_request.step.kind):
        case Step.Kind.ASSESSMENT:
            return f"completed{taken}"
        case Step.Kind.REFERENCE_CHECK:
            return f"{_check_outcome(report)}{taken}"
        case _:
            assert_never(kind)


def _check_outcome(report: Report) -> str:
    check = report.snapshot["check"]
    received, asked = check["received"], check["asked"]
    # a check can be complete with fewer references than the candidate was asked to arrange
    how = "closed early" if received < asked and _was_ended_by_member(report) else "completed"
    verb = "reference is" if asked == 1 else "references are"
    return f"{how}: {received} of {asked} {verb} in"


def _was_ended_by_member(report: Report) -> bool:
    """Whether a member marked the check as complete, or the earlier one that is reused."""
    reused = report.snapshot.get("reused")
    code = reused["code"] if reused else report.code
    checks = Check.objects.of(report.organisation)
    return checks.filter(reports__code=code, progress=StepRun.Progress.MARKED_COMPLETE).exists()


def _quoted(text: str) -> str:
    return defused_in_header(" ".join(text.split()))
