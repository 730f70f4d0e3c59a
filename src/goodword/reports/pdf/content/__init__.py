"""From a snapshot to the content of the pages. The Typst templates contain no words and no logic of their own."""

from typing import Any

from goodword.core.report_blocks import Block, Notice, Prose, Section
from goodword.reports.pdf.branding import readable_accent
from goodword.reports.pdf.content.assessment import (
    assessment_facts,
    assessment_method,
    assessment_sections,
)
from goodword.reports.pdf.content.reference_check import (
    check_facts,
    check_method,
    check_sections,
)
from goodword.reports.pdf.glyphs import isolate, narrow
from goodword.reports.pdf.layout import LONGEST_NAME, clipped, lay_out
from goodword.reports.pdf.snapshot import ReportSnapshot, Reused
from goodword.reports.pdf.words import Words, words_for

LONGEST_RUNNING = 60
MOST_REPLACED = 12


def page_content(snapshot: ReportSnapshot, *, replaced: tuple[str, ...]) -> dict[str, Any]:
    """The document as the templates read it. Texts of `snapshot` must be printable already
    (`glyphs.Printer`); the last page lists the characters `replaced`."""
    words = words_for(snapshot["language"])
    name = clipped(snapshot["candidate"]["name"] or words("name_removed"), LONGEST_NAME)
    role = clipped(snapshot["role"]["title"], LONGEST_NAME)
    organisation = clipped(snapshot["organisation"]["name"], LONGEST_NAME)
    kind = words(snapshot["kind"])
    code = words("code_version", code=snapshot["code"], version=snapshot["version"])
    facts = [(words("role"), isolate(role))]
    if snapshot["kind"] == "assessment":
        facts += assessment_facts(snapshot["assessment"], words)
        sections = assessment_sections(snapshot["assessment"], words)
        method = assessment_method(snapshot["assessment"], words, erased=snapshot["redacted"])
    else:
        facts += check_facts(snapshot["check"], words)
        sections = check_sections(snapshot["check"], words)
        method = check_method(words)
    if reused := snapshot.get("reused"):
        facts.append((words("reused"), _reused(reused, words)))
    facts += [(words("report"), code), (words("made"), snapshot["made_at_text"])]
    return {
        "language": words.language,
        "region": words.region,
        "title": words("title", kind=kind, name=clipped(name, 100), role=clipped(role, 100)),
        "author": organisation,
        "accent": readable_accent(snapshot["organisation"]["accent"]),
        "organisation": isolate(organisation),
        "logo-alt": words("logo", organisation=clipped(organisation, 100)),
        "kind": kind,
        "name": isolate(narrow(name)),
        "lead": words("lead", role=isolate(role), organisation=isolate(organisation)),
        "redacted": _redacted(snapshot, words),
        "facts": [(label, narrow(value)) for label, value in facts],
        "running": " · ".join(isolate(clipped(text, LONGEST_RUNNING)) for text in (organisation, name)),
        "footer": words(
            "footer", code=snapshot["code"], version=snapshot["version"], made=snapshot["made_at_text"]
        ),
        # The places of the two numbers are filled by Typst, which alone knows them.
        "page": words("page", page="\x00", pages="\x00").split("\x00"),
        "sections": [lay_out(one) for one in (*sections, _closing(method, replaced, words))],
    }


def _redacted(snapshot: ReportSnapshot, words: Words) -> str | None:
    if snapshot["redacted"]:
        return words("redacted")
    return words.count("left_out", gone) if (gone := snapshot.get("left_out", 0)) else None


def _reused(reused: Reused, words: Words) -> str:
    when, code = reused["completed_at_text"], reused["code"]
    if reused["role"] is None:
        return words("reused_discreetly", when=when, code=code)
    return words("reused_from", role=isolate(clipped(reused["role"], LONGEST_NAME)), when=when, code=code)


def _closing(method: list[str], replaced: tuple[str, ...], words: Words) -> Section:
    """The last words of each report, kept on one page."""
    blocks: list[Block] = [Prose(method), Notice([words("no_automatic")])]
    if replaced:
        characters = ", ".join(replaced[:MOST_REPLACED])
        if len(replaced) > MOST_REPLACED:
            characters = words("replaced_more", characters=characters, n=len(replaced) - MOST_REPLACED)
        blocks.append(Prose([words("replaced", characters=characters)], quiet=True))
    return Section(words("method"), blocks, together=True)
