"""What an organisation's own answers tell of a version of a test, for its technical sheet."""

from collections.abc import Mapping, Sequence
from typing import Any

from goodword.assessments.content import content_of
from goodword.assessments.kinds.reasoning.names import category_name
from goodword.assessments.kinds.scales.content import Instrument
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
from goodword.assessments.psychometrics import norms, rasch


def known_of(version: TestVersion, form: str) -> Known:
    """The newest norms and the newest calibration of a version's form, in its language. At most three queries."""
    organisation, test = version.organisation, version.test
    norm_set = (
        NormSet.objects.of(organisation)
        .filter(test=test, version=version.number, form=form)
        .prefetch_related("groups")
        .order_by("-number")
        .first()
    )
    calibration = None
    if test.kind == test.Kind.REASONING:
        rows = Calibration.objects.of(organisation).filter(test=test, version=version.number)
        calibration = rows.order_by("-number").first()
    return _known(version, norm_set, calibration)


def known_of_parts(attempt: Attempt, parts: Sequence[AttemptPart]) -> Mapping[int, Known]:
    """What is known of the test of each part, by the part's id, for the sheet beside its result.

    Of the norms and the calibration that the role fixed; where it fixed none, of the newest. At most three queries for
    any number of parts: own questions have no figures.
    """
    held = [part for part in parts if part.version.test.kind != Test.Kind.QUESTIONS]
    tests = {part.version.test_id for part in held}
    if not tests:
        return {}
    organisation = attempt.organisation
    norm_sets = list(
        NormSet.objects.of(organisation).filter(test__in=tests).prefetch_related("groups").order_by("number")
    )
    calibrations = list(Calibration.objects.of(organisation).filter(test__in=tests).order_by("number"))
    return {part.pk: _known_of_part(part, norm_sets, calibrations) for part in held}


def _known_of_part(
    part: AttemptPart, norm_sets: Sequence[NormSet], calibrations: Sequence[Calibration]
) -> Known:
    version, planned = part.version, part.part
    form = sheet_form(part)
    sets = [
        one
        for one in norm_sets
        if (one.test_id, one.version, one.form) == (version.test_id, version.number, form)
    ]
    made = [one for one in calibrations if (one.test_id, one.version) == (version.test_id, version.number)]
    fixed = [one for one in sets if one.pk == planned.norms_id]
    fixed_calibration = [one for one in made if one.pk == planned.calibration_id]
    return _known(
        version,
        next(iter(fixed or reversed(sets)), None),
        next(iter(fixed_calibration or reversed(made)), None),
    )


def sheet_form(part: AttemptPart) -> str:
    """The form that the sheet beside a result tells of: of generated tasks what everybody on the role gets."""
    return part.part.form if part.version.test.kind == Test.Kind.REASONING else part.form


def _known(version: TestVersion, norm_set: NormSet | None, calibration: Calibration | None) -> Known:
    """What was made by another rule than today's is left out: it is not read by the wrong one."""
    names = _scale_names(version)
    groups = sorted(norm_set.groups.all(), key=lambda one: (one.language, one.device)) if norm_set else []
    return Known(
        groups=tuple(
            _group(norm_set, group, names)
            for group in groups
            if norm_set is not None and version.language in {"", group.language}
        ),
        calibration=OwnCalibration(
            id=calibration.pk,
            number=calibration.number,
            made_at=calibration.made_at,
            found=found,
        )
        if calibration is not None and (found := rasch.of_today(calibration.content)) is not None
        else None,
    )


def _scale_names(version: TestVersion) -> dict[str, str]:
    content = content_of(version)
    return {scale.id: scale.name for scale in content.scales} if isinstance(content, Instrument) else {}


def _group(norm_set: NormSet, group: NormGroup, names: Mapping[str, str]) -> OwnGroup:
    return OwnGroup(
        number=norm_set.number,
        version=norm_set.version,
        form=norm_set.form,
        language=group.language,
        device=group.device,
        n=group.n,
        made_at=norm_set.made_at,
        scales=tuple(
            one for scale, table in group.tables.items() if (one := _scale(scale, table, names)) is not None
        ),
    )


def _scale(scale: str, data: Mapping[str, Any], names: Mapping[str, str]) -> OwnScale | None:
    """A score's table, and beside it where its reliability comes from, where that was written down."""
    table = norms.of_today(data)
    if table is None:
        return None
    return OwnScale(
        name=names.get(scale) or (category_name(scale) if scale else ""),
        n=table.n,
        mean=table.mean,
        sd=table.sd,
        reliability=table.reliability,
        alpha=data.get("alpha"),
        omega=data.get("omega"),
        reliability_n=data.get("reliability_n", table.n),
        way=data.get("reliability_by", ""),
    )
