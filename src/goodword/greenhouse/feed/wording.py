"""The words of a note: what was completed, the link, and the report's code. No score and no sign.

The organisation can put the first line in words of its own. What may stand in them is a short list of
placeholders, none of which can carry a result.
"""

import re
from collections.abc import Mapping

from goodword.core.quoted import defused_in_header
from goodword.greenhouse.models import FeedPost
from goodword.reports.models import Report
from goodword.roles.models import Step

DEFAULT = "{step} for {candidate} {outcome}."

#: what may stand in braces
PLACEHOLDERS = ("step", "candidate", "role", "outcome")

LONGEST = 300

_BRACES = re.compile(r"\{([^{}]*)\}")


class BadWording(Exception):
    """The wording cannot be used; the message says why and what to do."""


def checked(wording: str) -> str:
    """The wording as it is kept: one line, without spaces at the ends. Raises BadWording."""
    line = " ".join(wording.split())
    if len(line) > LONGEST:
        raise BadWording(f"Keep it under {LONGEST} characters: it has {len(line)}.")
    unknown = [name for name in _BRACES.findall(line) if name not in PLACEHOLDERS]
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    if unknown:
        raise BadWording(f"{{{unknown[0]}}} is not known here. You can use {known}.")
    if "{" in _BRACES.sub("", line) or "}" in _BRACES.sub("", line):
        raise BadWording(f"A brace stands alone. Braces are for {known}.")
    if line and "{candidate}" not in line and "{step}" not in line:
        raise BadWording("Say at least {step} or {candidate}, so that a reader knows what the note is about.")
    return line


def render(wording: str, values: Mapping[str, str]) -> str:
    """The first line. Values are put in as they are: a brace in somebody's name is no placeholder."""
    return _BRACES.sub(lambda found: values.get(found[1], found[0]), wording or DEFAULT)


def body(post: FeedPost, report: Report, *, link: str) -> str:
    """The note, plain text. Its last line is the marker, by which it is found again."""
    version = f", version {report.version}" if report.version > 1 else ""
    line = render(post.organisation.note_wording, values_of(report))
    return f"{line}\nReport (PDF){version}: {link}\n{post.marker}"


def body_of_test(post: FeedPost) -> str:
    """The note by which an admin sees that writing works."""
    name = _quoted(post.organisation.name)
    return f"A test note from Goodword for {name}: writing to the Activity Feed works.\n{post.marker}"


def values_of(report: Report) -> dict[str, str]:
    """What the placeholders stand for in the note of a report."""
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
    if report.step_request.step.kind != Step.Kind.REFERENCE_CHECK:
        return f"completed{taken}"
    check = report.snapshot["check"]
    received, asked = check["received"], check["asked"]
    how = "completed" if received >= asked else "closed early"
    verb = "reference is" if asked == 1 else "references are"
    return f"{how}: {received} of {asked} {verb} in{taken}"


def _quoted(text: str) -> str:
    """On one line, without anything that Greenhouse would turn into a link."""
    return defused_in_header(" ".join(text.split()))
