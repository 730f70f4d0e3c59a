from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from goodword.accounts.models import AuditEntry
from goodword.assessments.kinds.registry import Content, kind_named, kind_of
from goodword.assessments.kinds.technical_sheet import Known, OwnCalibration, OwnGroup, OwnScale
from goodword.assessments.models import (
    Attempt,
    AttemptPart,
    Calibration,
    NormGroup,
    NormSet,
    Test,
    TestVersion,
)
from goodword.assessments.norms.first_attempts import FirstAttempt, first_attempts
from goodword.assessments.norms.making import CALIBRATION_LACKING, DEVICES
from goodword.assessments.psychometrics import norms, strata
from goodword.assessments.psychometrics.norms import LEAST
from goodword.assessments.psychometrics.rasch import LEAST_PERSONS
from goodword.assessments.psychometrics.strata import Stratum
from goodword.assessments.queries import content_of


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAttemptGroup:
    """First attempts in one language on one device class ("": unknown, without norms)."""

    language: str
    device: str
    n: int

    @property
    def missing(self) -> int:
        return max(0, LEAST - self.n)

    @property
    def enough(self) -> bool:
        return self.device != AttemptPart.Device.UNKNOWN and not self.missing


@dataclass(frozen=True, slots=True, kw_only=True)
class FormNorms:
    form: str
    name: str
    groups: tuple[FirstAttemptGroup, ...]
    sets: tuple[NormSet, ...]
    #: a judgement set with too few situations, whose norms are not used
    few_situations: bool

    @property
    def enough(self) -> bool:
        return not self.few_situations and any(group.enough for group in self.groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationStatus:
    """`persons`: people in the largest stratum. `lacks`: what the last failed calibration lacked."""

    persons: int
    made: tuple[Calibration, ...]
    #: time of the last failed calibration, if newer than every successful one
    refused_at: datetime | None
    lacks: Sequence[Mapping[str, Any]]

    @property
    def missing(self) -> int:
        return max(0, LEAST_PERSONS - self.persons)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionNorms:
    version: str
    forms: tuple[FormNorms, ...]
    calibration: CalibrationStatus | None


def norms_of(test: Test) -> tuple[VersionNorms, ...]:
    """Versions with attempts, norms or calibrations, newest first, in a constant number of queries."""
    firsts = first_attempts(test, by_form=True)
    sets = list(
        NormSet.objects.of(test.organisation)
        .filter(test=test)
        .select_related("test", "created_by__user")
        .prefetch_related("groups")
        .order_by("-number")
    )
    versions: dict[str, TestVersion] = {}
    for row in TestVersion.objects.of(test.organisation).filter(test=test, published_at__isnull=False):
        row.test = test
        if row.number not in versions or row.language == "en":
            versions[row.number] = row
    forms = {(first.version, first.form) for first in firsts} | {
        (norm_set.version, norm_set.form) for norm_set in sets
    }
    generated = kind_named(test.kind).is_generated
    calibrations = _calibrations_by_version(test) if generated else {}
    newest_first = sorted(versions.values(), key=lambda row: row.created_at, reverse=True)
    return tuple(
        VersionNorms(
            version=row.number,
            forms=tuple(
                _form_norms(row, form, firsts, sets)
                for version, form in sorted(forms)
                if version == row.number
            ),
            calibration=calibrations.get(row.number, _NO_CALIBRATION) if generated else None,
        )
        for row in newest_first
        if row.number in calibrations or any(version == row.number for version, _ in forms)
    )


_NO_CALIBRATION = CalibrationStatus(persons=0, made=(), refused_at=None, lacks=())


def _form_norms(
    row: TestVersion, form: str, firsts: Sequence[FirstAttempt], sets: Sequence[NormSet]
) -> FormNorms:
    content = content_of(row)
    counts = Counter(
        (first.language, first.device)
        for first in firsts
        if (first.version, first.form) == (row.number, form)
    )
    return FormNorms(
        form=form,
        name=_form_label(content, form),
        groups=tuple(
            FirstAttemptGroup(language=language, device=device, n=n)
            for (language, device), n in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
        ),
        sets=tuple(norm_set for norm_set in sets if (norm_set.version, norm_set.form) == (row.number, form)),
        few_situations=content.is_too_short_for_norms,
    )


def _form_label(content: Content, form: str) -> str:
    try:
        return content.form_label(form)
    except LookupError:
        return form


def _calibrations_by_version(test: Test) -> dict[str, CalibrationStatus]:
    persons: dict[str, int] = {}
    sizes = Counter(
        (first_attempt.version, Stratum(first_attempt.language, first_attempt.device))
        for first_attempt in first_attempts(test, by_form=False)
        if first_attempt.device in DEVICES
    )
    for (version, _), n in sizes.items():
        persons[version] = max(n, persons.get(version, 0))
    made: dict[str, list[Calibration]] = {}
    rows = Calibration.objects.of(test.organisation).filter(test=test).select_related("created_by__user")
    for row in rows.order_by("-number"):
        made.setdefault(row.version, []).append(row)
    refused: dict[str, AuditEntry] = {}
    entries = AuditEntry.objects.of(test.organisation).filter(
        action=CALIBRATION_LACKING, details__test=test.pk
    )
    for entry in entries.order_by("at", "pk"):
        refused[entry.details["version"]] = entry
    found = {}
    for version in set(persons) | set(made):
        last, newest = refused.get(version), made.get(version)
        failed = last if last is not None and (newest is None or newest[0].created_at < last.at) else None
        found[version] = CalibrationStatus(
            persons=persons.get(version, 0),
            made=tuple(newest or ()),
            refused_at=failed.at if failed else None,
            lacks=failed.details["lacks"] if failed else (),
        )
    return found


def known_of(version: TestVersion, form: str) -> Known:
    organisation, test = version.organisation, version.test
    norm_set = (
        NormSet.objects.of(organisation)
        .filter(test=test, version=version.number, form=form)
        .prefetch_related("groups")
        .order_by("-number")
        .first()
    )
    calibration = None
    if kind_named(test.kind).is_generated:
        rows = Calibration.objects.of(organisation).filter(test=test, version=version.number)
        calibration = rows.order_by("-number").first()
    return _known(version, norm_set, calibration)


def known_of_parts(attempt: Attempt, parts: Sequence[AttemptPart]) -> Mapping[int, Known]:
    """Norms and calibration by part id: those fixed on the role, or the newest. At most three queries."""
    figured = [part for part in parts if not kind_named(part.version.test.kind).has_rubrics]
    tests = {part.version.test_id for part in figured}
    if not tests:
        return {}
    organisation = attempt.organisation
    norm_sets = list(
        NormSet.objects.of(organisation).filter(test__in=tests).prefetch_related("groups").order_by("number")
    )
    calibrations = list(Calibration.objects.of(organisation).filter(test__in=tests).order_by("number"))
    return {
        part.pk: _known_of_part(part, norm_sets, calibrations, Stratum(attempt.language, part.device))
        for part in figured
    }


def _known_of_part(
    part: AttemptPart,
    norm_sets: Sequence[NormSet],
    calibrations: Sequence[Calibration],
    stratum: Stratum,
) -> Known:
    version, planned = part.version, part.part
    form = sheet_form(part)
    sets = [
        norm_set
        for norm_set in norm_sets
        if (norm_set.test_id, norm_set.version, norm_set.form) == (version.test_id, version.number, form)
    ]
    made = [
        calibration
        for calibration in calibrations
        if (calibration.test_id, calibration.version) == (version.test_id, version.number)
    ]
    fixed = [norm_set for norm_set in sets if norm_set.pk == planned.norms_id]
    fixed_calibration = [calibration for calibration in made if calibration.pk == planned.calibration_id]
    return _known(
        version,
        next(iter(fixed or reversed(sets)), None),
        next(iter(fixed_calibration or reversed(made)), None),
        stratum=stratum,
    )


def sheet_form(part: AttemptPart) -> str:
    """The form that the technical sheet of a result describes; for generated items, the form set on the role."""
    return part.part.form if kind_named(part.version.test.kind).is_generated else part.form


def _known(
    version: TestVersion,
    norm_set: NormSet | None,
    calibration: Calibration | None,
    *,
    stratum: Stratum | None = None,
) -> Known:
    content = content_of(version)
    groups = (
        sorted(norm_set.groups.all(), key=lambda group: (group.language, group.device)) if norm_set else []
    )
    return Known(
        groups=tuple(
            _group(norm_set, group, content)
            for group in groups
            if norm_set is not None and version.language in {"", group.language}
        ),
        calibration=_calibration(calibration, stratum) if calibration is not None else None,
    )


def _calibration(row: Calibration, stratum: Stratum | None) -> OwnCalibration | None:
    found = strata.from_json_if_current(row.content)
    if found is None:
        return None
    pool = next((pool for pool in found.pools if stratum is None or stratum in pool.strata), None)
    if pool is None:
        return None
    return OwnCalibration(
        id=row.pk,
        number=row.number,
        created_at=row.created_at,
        found=pool.calibration,
        strata=tuple(pool.strata),
    )


def _group(norm_set: NormSet, group: NormGroup, content: Content) -> OwnGroup:
    return OwnGroup(
        number=norm_set.number,
        version=norm_set.version,
        form=norm_set.form,
        language=group.language,
        device=group.device,
        n=group.n,
        created_at=norm_set.created_at,
        scales=tuple(
            one for scale, table in group.tables.items() if (one := _scale(scale, table, content)) is not None
        ),
    )


def _scale(scale: str, data: Mapping[str, Any], content: Content) -> OwnScale | None:
    table, kind = norms.from_json_if_current(data), kind_of(content)
    if table is None or kind.only_describes(scale) or content.is_too_short_for_norms:
        return None
    return OwnScale(
        name=kind.scale_name(content, scale),
        n=table.n,
        mean=table.mean,
        sd=table.sd,
        reliability=table.reliability,
        alpha=data.get("alpha"),
        omega=data.get("omega"),
        reliability_n=data.get("reliability_n", table.n),
        way=data.get("reliability_by", ""),
    )
