"""The words of a note: what was completed, the link, and the report's code. No score and no sign."""

from goodword.greenhouse.models import FeedPost
from goodword.roles.models import Step


def body(post: FeedPost, *, link: str) -> str:
    """The note, plain text. Its last line is the marker, by which it is found again."""
    report = post.report
    version = f", version {report.version}" if report.version > 1 else ""
    return f"{_sentence(post)}\nReport (PDF){version}: {link}\n{post.marker}"


def _sentence(post: FeedPost) -> str:
    start = post.report.start
    what = start.step.get_kind_display()
    who = " ".join(start.application.candidate.name.split())
    if start.step.kind != Step.Kind.REFERENCE_CHECK:
        return f"{what} for {who} completed."
    check = post.report.snapshot["check"]
    received, asked = check["received"], check["asked"]
    how = "completed" if received >= asked else "closed early"
    verb = "reference is" if asked == 1 else "references are"
    return f"{what} for {who} {how}: {received} of {asked} {verb} in."
