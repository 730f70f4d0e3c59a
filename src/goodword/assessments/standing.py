"""What an organisation has of its own to hold scores against, for the page of a test: answers, norms, calibrations."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from goodword.accounts.models import AuditEntry
from goodword.assessments.content import content_of
from goodword.assessments.domain.norms.calibrate import LACKING
from goodword.assessments.domain.norms.first import First, first_attempts
from goodword.assessments.kinds.reasoning.names import form_name, forms_of
from goodword.assessments.models import AttemptPart, Calibration, NormSet, Test, TestVersion
from goodword.assessments.psychometrics.norms import LEAST
from goodword.assessments.psychometrics.rasch import LEAST_PERSONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """First attempts in one language on one class of device ("" where it is not known, which makes no group)."""

    language: str
    device: str
    n: int

    @property
    def missing(self) -> int:
        """How many more it takes for a norm group."""
        return max(0, LEAST - self.n)

    @property
    def enough(self) -> bool:
        """Whether norms can be made from them."""
        return self.device != AttemptPart.Device.UNKNOWN and not self.missing


@dataclass(frozen=True, slots=True, kw_only=True)
class FormStanding:
    """One form of a version: its groups, the largest first, and the norms that were made, the newest first."""

    form: str
    name: str
    groups: tuple[Group, ...]
    sets: tuple[NormSet, ...]

    @property
    def enough(self) -> bool:
        """Whether any group is large enough."""
        return any(group.enough for group in self.groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationStanding:
    """Of generated items: how many people there are, what was made of them, and what was missing last."""

    persons: int
    made: tuple[Calibration, ...]
    #: when somebody asked for one and it could not be made, after all that could; None: it was not so
    refused_at: datetime | None
    lacks: Sequence[Mapping[str, Any]]

    @property
    def missing(self) -> int:
        """How many more people it takes."""
        return max(0, LEAST_PERSONS - self.persons)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionStanding:
    """One version of a test. `calibration` is None where nothing is generated."""

    version: str
    forms: tuple[FormStanding, ...]
    calibration: CalibrationStanding | None


def standing_of(test: Test) -> tuple[VersionStanding, ...]:
    """All versions of a test that anybody has begun or that norms were made for, the newest first.

    As many queries for one version and form as for several.
    """
    firsts = first_attempts(test, by_form=True)
    sets = list(
        NormSet.objects.of(test.organisation)
        .filter(test=test)
        .select_related("made_by__user")
        .prefetch_related("groups")
        .order_by("-number")
    )
    versions: dict[str, TestVersion] = {}
    for row in TestVersion.objects.of(test.organisation).filter(test=test, published_at__isnull=False):
        row.test = test
        if row.number not in versions or row.language == "en":
            versions[row.number] = row
    forms = {(one.version, one.form) for one in firsts} | {(one.version, one.form) for one in sets}
    generated = test.kind == Test.Kind.REASONING
    calibrations = _calibrations(test) if generated else {}
    newest_first = sorted(versions.values(), key=lambda row: row.created_at, reverse=True)
    return tuple(
        VersionStanding(
            version=row.number,
            forms=tuple(
                _form(row, form, firsts, sets) for version, form in sorted(forms) if version == row.number
            ),
            calibration=calibrations.get(row.number, _NOTHING) if generated else None,
        )
        for row in newest_first
        if any(version == row.number for version, _ in forms)
    )


_NOTHING = CalibrationStanding(persons=0, made=(), refused_at=None, lacks=())


def _form(row: TestVersion, form: str, firsts: Sequence[First], sets: Sequence[NormSet]) -> FormStanding:
    content = content_of(row)
    counts = Counter(
        (one.language, one.device) for one in firsts if (one.version, one.form) == (row.number, form)
    )
    return FormStanding(
        form=form,
        name=form_name(content, form) if form in forms_of(content) else form,
        groups=tuple(
            Group(language=language, device=device, n=n)
            for (language, device), n in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
        ),
        sets=tuple(one for one in sets if (one.version, one.form) == (row.number, form)),
    )


def _calibrations(test: Test) -> dict[str, CalibrationStanding]:
    persons = Counter(one.version for one in first_attempts(test, by_form=False))
    made: dict[str, list[Calibration]] = {}
    rows = Calibration.objects.of(test.organisation).filter(test=test).select_related("made_by__user")
    for row in rows.order_by("-number"):
        made.setdefault(row.version, []).append(row)
    refused: dict[str, AuditEntry] = {}
    entries = AuditEntry.objects.of(test.organisation).filter(action=LACKING, details__test=test.pk)
    for entry in entries.order_by("at", "pk"):
        refused[entry.details["version"]] = entry
    found = {}
    for version in set(persons) | set(made):
        last, newest = refused.get(version), made.get(version)
        told = last if last is not None and (newest is None or newest[0].made_at < last.at) else None
        found[version] = CalibrationStanding(
            persons=persons[version],
            made=tuple(newest or ()),
            refused_at=told.at if told else None,
            lacks=told.details["lacks"] if told else (),
        )
    return found
