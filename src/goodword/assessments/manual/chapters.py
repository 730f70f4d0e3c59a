"""The chapters of a technical manual. Topics without any evidence say *None yet*."""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.accounts.models import Organisation
from goodword.assessments.catalogue.packs import ensure_all_builtin
from goodword.assessments.catalogue.queries import NoSuchVersion, select
from goodword.assessments.manual import evidence, practice
from goodword.assessments.manual.facts import ManualFacts, ManualTopic, manual_facts, none_yet, topic
from goodword.assessments.models import Test
from goodword.assessments.psychometrics.validity import LEAST
from goodword.assessments.queries import content_of
from goodword.core import clock
from goodword.core.report_blocks import Block, Cell, Heading, Labelled, Notice, Prose, Section, Table
from goodword.core.text import written_day
from goodword.core.version import VERSION
from goodword.questionnaires.editor.descriptions import language_name
from goodword.roles.domain.job_analysis import IMPORTANT

STANDARDS = "Standards for Educational and Psychological Testing (AERA, APA and NCME, 2014)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    number: int
    name: str
    topics: Sequence[ManualTopic]

    @property
    def title(self) -> str:
        return f"{self.number}. {self.name}"

    @property
    def missing(self) -> list[str]:
        return [topic.heading for topic in self.topics if topic.missing]


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnicalManual:
    title: str
    facts: Sequence[tuple[str, str]]
    chapters: Sequence[Chapter]

    @property
    def about(self) -> Sequence[ManualTopic]:
        intro = _(
            "Generated from this installation's data. It follows the chapters of the %(standards)s that apply to "
            "hiring tests; chapters 10, 12 and 13 (clinical assessment, education, programme evaluation) don't. “None "
            "yet” means that Goodword knows of no such evidence. Items and keys are left out."
        ) % {"standards": STANDARDS}
        missing = [
            (chapter.title, ", ".join(chapter.missing)) for chapter in self.chapters if chapter.missing
        ]
        return (
            ManualTopic(heading=_("About this manual"), blocks=(Prose([intro]), Labelled(self.facts))),
            *([ManualTopic(heading=_("None yet"), blocks=(Labelled(missing),))] if missing else []),
        )

    @property
    def sections(self) -> list[Section]:
        return [
            *(Section(topic.heading, topic.blocks) for topic in self.about),
            *(
                Section(
                    chapter.title,
                    [block for topic in chapter.topics for block in (Heading(topic.heading), *topic.blocks)],
                )
                for chapter in self.chapters
            ),
        ]


def technical_manual(facts: ManualFacts, *, now: datetime) -> TechnicalManual:
    return TechnicalManual(
        title=_("Technical manual: %(test)s, version %(version)s")
        % {"test": facts.sheet.title, "version": facts.version.number},
        facts=_facts(facts, now),
        chapters=(
            Chapter(number=1, name=_("Validity"), topics=evidence.validity(facts)),
            Chapter(
                number=2,
                name=_("Reliability, precision and errors of measurement"),
                topics=evidence.reliability(facts),
            ),
            Chapter(number=3, name=_("Fairness"), topics=evidence.fairness(facts)),
            Chapter(number=4, name=_("Test design and development"), topics=practice.development(facts)),
            Chapter(
                number=5,
                name=_("Scores, scales, norms, score linking and cut scores"),
                topics=evidence.scores(facts),
            ),
            Chapter(
                number=6,
                name=_("Administration, scoring, reporting and interpretation"),
                topics=practice.administration(facts),
            ),
            Chapter(number=7, name=_("Supporting documentation"), topics=practice.documentation(facts)),
            Chapter(
                number=8, name=_("Rights and responsibilities of test takers"), topics=practice.test_takers()
            ),
            Chapter(
                number=9, name=_("Rights and responsibilities of test users"), topics=practice.test_users()
            ),
            Chapter(number=11, name=_("Workplace testing"), topics=_workplace(facts)),
        ),
    )


def _facts(facts: ManualFacts, now: datetime) -> list[tuple[str, str]]:
    zone = facts.version.organisation.zone
    published = facts.version.published_at
    return [
        (_("Form"), facts.sheet.form),
        (_("Language"), language_name(facts.language)),
        (
            _("Origin"),
            _("Comes with Goodword")
            if facts.builtin
            else _("Published by %(organisation)s on %(day)s")
            % {
                "organisation": facts.version.organisation.name,
                "day": written_day(published.astimezone(zone)),
            }
            if published
            else _("Draft, not published"),
        ),
        (
            _("Generated"),
            _("%(day)s, with Goodword %(version)s")
            % {"day": written_day(now.astimezone(zone)), "version": VERSION},
        ),
    ]


def _workplace(facts: ManualFacts) -> Sequence[ManualTopic]:
    rule = _(
        "An assessment can only be published once each test names the job requirement it assesses. The author and date "
        "are stored, and the report shows the requirement."
    )
    if facts.roles is None:
        analysis = topic(_("Job analysis"), _("Kept for each role (Role > [...] > Job analysis)."))
    else:
        used, analysed = facts.roles
        rule += " " + (
            ngettext("%(n)s of your roles uses the test now.", "%(n)s of your roles use the test now.", used)
            % {"n": used}
            if used
            else _("None of your roles uses the test now.")
        )
        analysis = _job_analysis(used, analysed, facts.importance)
    return (
        topic(_("Job requirements"), rule),
        analysis,
        _performance(facts),
    )


def _performance(facts: ManualFacts) -> ManualTopic:
    heading = _("Relation to performance at work")
    if not facts.related:
        why = _("Import post-hire ratings of at least %(n)s people in Settings > Validity.")
        return none_yet(heading, why % {"n": LEAST})
    return topic(
        heading, _("Correlations with managers' ratings are in chapter 1, Relations to other variables.")
    )


def _job_analysis(used: int, analysed: int, importance: Sequence[int]) -> ManualTopic:
    heading = _("Job analysis")
    if not analysed:
        return none_yet(
            heading,
            _(
                "No role has a confirmed one in which this test measures a requirement (Role > [...] > Job analysis)."
            ),
        )
    return topic(
        heading,
        _(
            "Roles that use this test and whose job analysis has a requirement for it: %(analysed)s of %(used)s."
        )
        % {"analysed": analysed, "used": used},
        _(
            "Requirements that it measures there and whose importance was rated: %(n)s. Rated 4 or 5 of 5 for "
            "importance or criticality: %(important)s."
        )
        % {"n": len(importance), "important": sum(rating >= IMPORTANT for rating in importance)}
        if importance
        else _("The importance of the requirements that it measures there was not rated."),
    )


_SPECIAL = re.compile(r"([\\`*_<>|\[\]])")
#: beginnings that Markdown would take for a heading or a list
_OPENING = re.compile(r"^(\d*)(?=[#+.)-])")


def as_markdown(title: str, sections: Iterable[Section]) -> str:
    lines = [f"# {line(title)}"]
    for section in sections:
        lines.append(f"## {line(section.title)}")
        for block in section.blocks:
            lines += _block(block)
    return "\n\n".join(lines) + "\n"


def line(text: str) -> str:
    """One line of text, escaped for Markdown."""
    escaped = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    return _OPENING.sub(r"\1\\", escaped)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"### {line(block.text)}"
            if block.note:
                yield line(block.note)
        case Prose() | Notice():
            yield from map(line, block.paragraphs)
        case Labelled():
            yield "\n".join(f"- **{line(label)}:** {line(text)}" for label, text in block.rows)
        case Table():
            yield _table(block)
        case _:
            raise TypeError(f"{type(block).__name__} is not written as Markdown.")


def _table(table: Table) -> str:
    rows = [list(table.header), ["---"] * len(table.header)]
    rows += [[_cell(cell) for cell in row] for row in table.rows]
    written = [" | ".join(cell if cell == "---" else line(cell) for cell in row) for row in rows]
    return "\n".join(f"| {row} |" for row in written)


def _cell(cell: str | Cell) -> str:
    if isinstance(cell, str):
        return cell
    return f"{cell.text} ({cell.note})" if cell.note else cell.text


def show(*, slug: str, key: str, number: str, form: str, language: str) -> int:
    """`goodword manual`. Returns 2 for an unknown organisation, test, version or form."""
    organisation = Organisation.objects.filter(slug=slug).first()
    if organisation is None:
        return _refused(f"There is no organisation “{slug}”.")
    ensure_all_builtin(organisation, now=clock.now())
    test = Test.objects.of(organisation).filter(key=key).first()
    if test is None:
        known = Test.objects.of(organisation).order_by("key").values_list("key", flat=True)
        return _refused(f"There is no test “{key}”. There are: {', '.join(known)}.")
    try:
        found = select(test, number=number, language=language, form=form)
    except NoSuchVersion:
        return _refused(f"“{key}” has no such version or language.")
    if found is None:
        return _refused(f"“{key}” has not been published.")
    if form and found.form != form:
        forms = ", ".join(offer.id for offer in content_of(found.version).offers())
        return _refused(f"“{key}” has no form “{form}”. There are: {forms}.")
    with translation.override("en"):
        made = technical_manual(
            manual_facts(found.version, found.form, language=found.language), now=clock.now()
        )
        print(as_markdown(made.title, made.sections), end="")
    return 0


def _refused(sentence: str) -> int:
    print(f"goodword: {sentence}", file=sys.stderr)
    return 2
