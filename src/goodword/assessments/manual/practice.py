"""Development and use of the test: chapters 4 and 6 to 9."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.assessments.kinds.items import OnBreak
from goodword.assessments.manual.facts import ManualFacts, ManualTopic, none_yet, topic
from goodword.core.report_blocks import Block, Labelled, Table
from goodword.core.text import written_count, written_day
from goodword.questionnaires.editor.descriptions import language_name


def development(facts: ManualFacts) -> Sequence[ManualTopic]:
    elsewhere = {
        _("What it can distinguish"),
        _("How hard they are"),
        _("Raters"),
        _("Verifying a result"),
        _("Agreement of single experts"),
        _("Actions with weak agreement among the experts"),
    }
    return (
        ManualTopic(heading=_("Specification"), blocks=(Labelled(_specification(facts)), *_content(facts))),
        *(topic(heading, text) for heading, text in facts.sheet.more.items() if heading not in elsewhere),
        topic(_("Source and licence"), f"{facts.sheet.source}. {facts.sheet.licence}."),
        none_yet(_("Pilot study"), _("No item statistics from before publication are recorded.")),
        topic(_("Versions"), _versions(facts)),
    )


def _specification(facts: ManualFacts) -> list[tuple[str, str]]:
    sheet = facts.sheet
    minutes = ngettext("%(n)s minute", "%(n)s minutes", sheet.minutes) % {"n": sheet.minutes}
    rows = [
        (_("Form"), sheet.form),
        (_("Items"), str(sheet.n_items)),
        (_("Time"), _time(facts) % {"minutes": minutes}),
        (_("Languages of this version"), ", ".join(language_name(code) for code in facts.languages)),
    ]
    if sheet.answer_scale:
        rows.append((_("Answers"), ", ".join(f"{value} {label}" for value, label in sheet.answer_scale)))
    return rows


def _time(facts: ManualFacts) -> str:
    if facts.kind.is_generated:
        return _("timed: %(minutes)s, unless the role sets a different limit")
    if facts.kind.may_be_timed:
        return _("about %(minutes)s; untimed, unless the role sets a limit")
    return _("about %(minutes)s, untimed")


def _content(facts: ManualFacts) -> list[Block]:
    if facts.sheet.scales:
        return [
            Table(
                [_("Scale"), _("Construct"), _("Description"), _("Items"), _("Keyed + and −")],
                [
                    [
                        facts.quoted(scale.name),
                        facts.quoted(scale.construct),
                        facts.quoted(scale.description),
                        str(scale.n_items),
                        f"{scale.n_plus}, {scale.n_minus}",
                    ]
                    for scale in facts.sheet.scales
                ],
                caption=_("Scales"),
            )
        ]
    if facts.sheet.cells:
        return [
            Table(
                [_("Family"), _("Level"), _("Tasks"), _("What solving it takes"), _("Distinct tasks")],
                [
                    [
                        cell.family,
                        str(cell.level),
                        str(cell.n),
                        cell.load,
                        _("%(n)s of %(total)s")
                        % {
                            "n": written_count(cell.guessing.tasks),
                            "total": written_count(cell.guessing.items),
                        },
                    ]
                    for cell in facts.sheet.cells
                ],
                caption=_("Item families and levels"),
            )
        ]
    return []


def _versions(facts: ManualFacts) -> str:
    if facts.builtin:
        numbers = ", ".join(version.number for version in facts.versions)
        return _("Versions in this installation: %(numbers)s. A version never changes.") % {
            "numbers": numbers
        }
    zone = facts.version.organisation.zone
    dates = "; ".join(
        f"{version.number}, "
        f"{written_day(version.published_at.astimezone(zone)) if version.published_at else _('draft')}"
        for version in facts.versions
    )
    return _("Published: %(dates)s. A published version never changes.") % {"dates": dates}


def administration(facts: ManualFacts) -> Sequence[ManualTopic]:
    return [
        topic(_("Administration"), *_taking(facts)),
        topic(_("Scoring"), *_scoring(facts)),
        topic(_("Reporting"), *_reporting(facts)),
        topic(
            _("Interpretation"),
            _(
                "Interpret each score with its margin of error and the limitations in chapter 1. People decide, not "
                "scores."
            ),
        ),
        topic(_("Test security"), _security(facts), facts.sheet.more.get(_("Verifying a result"), "")),
    ]


def _taking(facts: ManualFacts) -> list[str]:
    found = [
        _(
            "Candidates open a personal link on their own device. The first page says what is coming, why, and how "
            "long each part takes. There is one item per screen, and every answer is saved."
        )
    ]
    if facts.kind.practice(facts.content, form=facts.form, language=facts.language or "en"):
        found.append(_("Candidates can practise on an example first. It is not saved."))
    if facts.kind.on_break is OnBreak.REPLACED:
        found.append(
            _(
                "The server keeps the time. If the connection is lost, a fresh task replaces the one on screen, which "
                "doesn't count. This happens at most twice."
            )
        )
    return found


def _scoring(facts: ManualFacts) -> list[str]:
    found = [
        _(
            "Scores are computed by fixed rules. “goodword evidence” exports the answers behind every issued score "
            "and recomputes it."
        )
    ]
    if raters := facts.sheet.more.get(_("Raters")):
        found.append(raters)
    return found


def _reporting(facts: ManualFacts) -> list[str]:
    found = [
        _(
            "A report shows each score with its precision, if known, and the job requirement that the test assesses. "
            "Issued scores never change."
        )
    ]
    if facts.kind.is_confidential:
        found.append(_("It contains no items, answers to individual items, or keys."))
    return found


def _security(facts: ManualFacts) -> str:
    items = (
        _("Each candidate gets their own tasks. Simple levels have few variants, so some will leak.")
        if facts.kind.is_generated
        else _("Everyone who takes a form gets the same items, so the items may leak.")
    )
    return f"{items} " + _(
        "Leaving the page, pasting, and answers that are too fast are flagged for people to review. Flags never change "
        "a score."
    )


def documentation(facts: ManualFacts) -> Sequence[ManualTopic]:
    rows = [
        (_("Technical sheet"), _("Library > Tests, for the same version, form and language")),
        ("docs/test-library.md", _("the tests and their development")),
        ("docs/scoring.md", _("formulas, their sources and assumptions")),
        ("docs/evidence.md", _("the export that recomputes every score")),
        ("docs/law/", _("employers' duties under some laws")),
    ]
    if facts.sheet.cells:
        rows.append(("bench/recovery.py", _("the simulations in chapter 2")))
    return (ManualTopic(heading=_("Where to read more"), blocks=(Labelled(rows),)),)


def test_takers() -> Sequence[ManualTopic]:
    return (
        topic(
            _("What candidates can expect"),
            _(
                "Before they start, they can read which data is collected and why, who reads it, and how long it is "
                "kept."
            ),
            _("They can ask for an adjustment, and can decline to take part."),
            _("They can ask for a human review of a result. The request is tracked until it is answered."),
            _("They can download their data, and ask for its erasure."),
            _("If the role allows it, they get their own result in plain words."),
        ),
    )


def test_users() -> Sequence[ManualTopic]:
    return (
        topic(
            _("Who uses it"),
            _(
                "Admins and recruiters choose tests and read results; hiring managers read the results of roles they "
                "are invited to. Every view of a result is in the audit log."
            ),
        ),
        topic(
            _("What the employer must do"),
            _("State why the test is relevant to the job, and use it for nothing else."),
            _("Answer requests for adjustments before the test, and don't pass them on to decision makers."),
            _("Look at the whole application. Don't decide on a score alone."),
            _("Compare the selection rates of groups regularly."),
            _("Keep records as long as the law requires, and no longer."),
        ),
    )
