"""An organisation's evidence about one version, form and language of a test."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from goodword.assessments.catalogue.packs import is_builtin
from goodword.assessments.catalogue.queries import versions_of
from goodword.assessments.kinds.health import flags_of
from goodword.assessments.kinds.registry import Content, Kind, kind_of, technical_sheet
from goodword.assessments.kinds.technical_sheet import Known, TechnicalSheet
from goodword.assessments.models import Calibration, TestVersion
from goodword.assessments.norms.first_attempts import first_attempts
from goodword.assessments.norms.queries import known_of
from goodword.assessments.plans.versions import whole_form
from goodword.assessments.psychometrics import strata
from goodword.assessments.psychometrics.strata import StrataComparison, Stratum
from goodword.assessments.queries import content_of
from goodword.assessments.validity import CorrelationRow, RatingCriterion, figures
from goodword.core.report_blocks import Block, Cell, Prose
from goodword.core.text import language_codes
from goodword.roles.models import JobAnalysis, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualTopic:
    """`missing`: there is no evidence yet, and the blocks say so."""

    heading: str
    blocks: Sequence[Block]
    missing: bool = False


def topic(heading: str, *paragraphs: str) -> ManualTopic:
    return ManualTopic(heading=heading, blocks=(Prose([paragraph for paragraph in paragraphs if paragraph]),))


def none_yet(heading: str, why: str, *more: Block) -> ManualTopic:
    return ManualTopic(heading=heading, blocks=(Prose([f"{_('None yet.')} {why}"]), *more), missing=True)


def from_sheet(heading: str, text: str, *more: Block) -> ManualTopic:
    return ManualTopic(heading=heading, blocks=(Prose([text]), *more), missing=text.startswith(_("None yet")))


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDate:
    """`published_at` is None for a draft."""

    number: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualFacts:
    """`first_attempts`: people with a completed first attempt at this form. `health`: number of texts that may relate
    to health. `roles`: how many of the reader's roles use the test, and how many of these have it in a confirmed job
    analysis; None without a reader."""

    version: TestVersion
    form: str
    language: str
    content: Content
    sheet: TechnicalSheet
    known: Known
    builtin: bool
    languages: tuple[str, ...]
    versions: tuple[VersionDate, ...]
    comparisons: tuple[StrataComparison, ...]
    first_attempts: Mapping[Stratum, int]
    health: int
    roles: tuple[int, int] | None
    #: importance or criticality, whichever is higher, of the rated requirements that it measures there
    importance: tuple[int, ...]
    #: correlations with ratings after hire, by type of rating
    related: tuple[tuple[RatingCriterion, CorrelationRow], ...]

    @property
    def kind(self) -> Kind[Any]:
        return kind_of(self.content)

    def quoted(self, text: str) -> str | Cell:
        """A text of the test, marked with its language unless it is that of the manual; a dash if empty."""
        language = self.version.language
        if not text:
            return "–"
        return text if language in {"", "en"} else Cell(text, language=language)


def manual_facts(
    version: TestVersion, form: str, *, language: str, roles: Sequence[Role] | None = None
) -> ManualFacts:
    content, known, rows = content_of(version), known_of(version, form), versions_of(version.test)
    taken = Counter(
        Stratum(first_attempt.language, first_attempt.device)
        for first_attempt in first_attempts(version.test, by_form=True)
        if (first_attempt.version, first_attempt.form) == (version.number, form)
        and version.language in {"", first_attempt.language}
    )
    numbers = dict.fromkeys(row.number for row in rows)
    return ManualFacts(
        version=version,
        form=form,
        language=language,
        content=content,
        sheet=technical_sheet(content, form, known=known),
        known=known,
        builtin=is_builtin(version.test),
        languages=language_codes()
        if version.language == ""
        else tuple(row.language for row in rows if row.number == version.number),
        versions=tuple(
            VersionDate(
                number=number,
                published_at=min(
                    (
                        row.published_at
                        for row in rows
                        if row.number == number and row.published_at is not None
                    ),
                    default=None,
                ),
            )
            for number in numbers
        ),
        comparisons=_comparisons(version),
        first_attempts=dict(sorted(taken.items())),
        health=len(flags_of(content)),
        roles=None if roles is None else (len(roles), len(_analysed(version, roles))),
        importance=() if roles is None else _importance(version, _analysed(version, roles)),
        related=tuple(
            (figure.criterion, row)
            for figure in figures(version.organisation, test=version.test)
            for row in figure.rows
            if (row.predictor.version, row.predictor.form_id) == (version.number, whole_form(content, form))
            and row.validity is not None
        ),
    )


def _importance(version: TestVersion, analyses: Sequence[JobAnalysis]) -> tuple[int, ...]:
    return tuple(
        max(row["rating"]["importance"], row["rating"]["criticality"])
        for analysis in analyses
        for row in analysis.matrix["rows"]
        if "rating" in row
        and any(cell["title"] == version.test.title and cell["names"] for cell in row["cells"])
    )


def _analysed(version: TestVersion, roles: Sequence[Role]) -> list[JobAnalysis]:
    """The newest job analyses of roles with a requirement that this test measures."""
    rows = JobAnalysis.objects.of(version.organisation).filter(role__in=roles)
    newest = rows.order_by("role", "-number").distinct("role")
    return [analysis for analysis in newest if version.test_id in analysis.matrix.get("tests", ())]


def _comparisons(version: TestVersion) -> tuple[StrataComparison, ...]:
    rows = Calibration.objects.of(version.organisation).filter(test=version.test, version=version.number)
    newest = rows.order_by("-number").first()
    found = strata.from_json_if_current(newest.content) if newest else None
    return found.comparisons if found else ()
