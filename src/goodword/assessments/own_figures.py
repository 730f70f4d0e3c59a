"""What an organisation's own answers tell of a version of a test, for its technical sheet."""

from collections.abc import Mapping
from typing import Any

from goodword.assessments.content import content_of
from goodword.assessments.library.instrument import Instrument
from goodword.assessments.library.sheets.facts import Known, OwnCalibration, OwnGroup, OwnScale
from goodword.assessments.library.sheets.names import category_name
from goodword.assessments.models import Calibration, NormGroup, NormSet, TestVersion
from goodword.assessments.scoring import norms, rasch


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
    names = _scale_names(version)
    groups = sorted(norm_set.groups.all(), key=lambda one: (one.language, one.device)) if norm_set else []
    return Known(
        groups=tuple(
            _group(norm_set, group, names)
            for group in groups
            if norm_set is not None and version.language in {"", group.language}
        ),
        calibration=OwnCalibration(
            number=calibration.number,
            made_at=calibration.made_at,
            found=rasch.from_json(calibration.content),
        )
        if calibration is not None
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
        scales=tuple(_scale(scale, table, names) for scale, table in group.tables.items()),
    )


def _scale(scale: str, data: Mapping[str, Any], names: Mapping[str, str]) -> OwnScale:
    """A score's table, and beside it where its reliability comes from, where that was written down."""
    table = norms.from_json(data)
    return OwnScale(
        name=names.get(scale) or (category_name(scale) if scale else ""),
        n=table.n,
        mean=table.mean,
        sd=table.sd,
        reliability=table.reliability,
        alpha=data.get("alpha"),
        omega=data.get("omega"),
        reliability_n=data.get("reliability_n", table.n),
    )
