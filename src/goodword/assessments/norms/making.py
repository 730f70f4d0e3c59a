"""Makes norms and calibrations of a test from the organisation's first attempts.

Norms aren't split by sex, race or age, which aren't recorded. A calibration uses all first attempts at a version by
language and device class (`psychometrics.strata`), because the items of all forms are drawn by the same rules.

Issued scores don't change. A role uses new norms or calibrations when a member selects them in a new version.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from goodword.accounts.domain import audit
from goodword.accounts.models import Membership
from goodword.assessments.kinds.registry import Content, kind_named, kind_of
from goodword.assessments.models import AttemptPart, Calibration, NormGroup, NormSet, Test
from goodword.assessments.norms.first_attempts import TakenPart, first_attempts, taken_parts
from goodword.assessments.psychometrics import strata
from goodword.assessments.psychometrics.norms import LEAST, norm_table, to_json
from goodword.assessments.psychometrics.rasch import Answers, Lack, NotEnough
from goodword.assessments.psychometrics.rasch import CalibrationResult as Calibrated
from goodword.assessments.psychometrics.rasch_fit import NotSettled
from goodword.assessments.psychometrics.strata import Stratum
from goodword.assessments.queries import content_of
from goodword.assessments.scoring import compute_scores
from goodword.core import process

DEVICES = frozenset({AttemptPart.Device.PHONE.value, AttemptPart.Device.COMPUTER.value})
CALIBRATION_MADE, CALIBRATION_LACKING = "calibration.made", "calibration.lacking"


class FewSituations(ValueError):
    """The judgement set has too few situations for a band, and so for percentiles."""


class NoGroup(ValueError):
    def __init__(self, counts: Mapping[tuple[str, str], int]) -> None:
        super().__init__(f"No group has {LEAST} first attempts: {dict(counts)}.")
        self.counts = counts


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNorms:
    norm_set: NormSet
    left_out: Mapping[tuple[str, str], int]


def make_norms(*, test_id: int, version: str, form: str, member_id: int, now: datetime) -> NewNorms:
    with transaction.atomic():
        test = (
            Test.objects.across_organisations().select_for_update(of=("self",), no_key=True).get(pk=test_id)
        )
        firsts = [
            first_attempt
            for first_attempt in first_attempts(test, by_form=True)
            if (first_attempt.version, first_attempt.form) == (version, form)
            and first_attempt.device in DEVICES
        ]
        counts = Counter((first.language, first.device) for first in firsts)
        tables: dict[tuple[str, str], dict[str, Any]] = {}
        for key, n in sorted(counts.items()):
            if n < LEAST:
                continue
            ids = [first.part_id for first in firsts if (first.language, first.device) == key]
            process.check_stop()
            people = list(taken_parts(test.organisation, ids))
            content = content_of(people[0].part.version)
            if content.is_too_short_for_norms:
                raise FewSituations
            if found := _tables(content, form, people, newest_calibration(test, version, Stratum(*key))):
                tables[key] = found
        if not tables:
            raise NoGroup(counts)
        return _store(test, version, form, tables, counts, member_id=member_id, now=now)


def newest_calibration(test: Test, version: str, stratum: Stratum) -> Calibrated | None:
    row = Calibration.objects.of(test.organisation).filter(test=test, version=version)
    newest = row.order_by("-number").first()
    found = strata.from_json_if_current(newest.content) if newest else None
    return found.of(stratum) if found else None


def _tables(
    content: Content, form: str, people: Sequence[TakenPart], calibration: Calibrated | None
) -> dict[str, dict[str, Any]]:
    kind = kind_of(content)
    scores: dict[str, list[float]] = {}
    for person in people:
        for score in compute_scores(content, form=form, items=person.items, answers=person.answers):
            if score.value is not None:
                scores.setdefault(score.scale, []).append(score.value)
    reliabilities = kind.reliability(content, form=form, people=people, calibration=calibration)
    return {
        scale: {
            **to_json(norm_table(sorted(values), reliabilities[scale].value)),
            "reliability_by": reliabilities[scale].way,
            "reliability_n": reliabilities[scale].n,
            "alpha": reliabilities[scale].alpha,
            "omega": reliabilities[scale].omega,
        }
        for scale, values in scores.items()
        if scale in reliabilities and len(values) >= LEAST
    }


def _store(
    test: Test,
    version: str,
    form: str,
    tables: Mapping[tuple[str, str], Mapping[str, Any]],
    counts: Mapping[tuple[str, str], int],
    *,
    member_id: int,
    now: datetime,
) -> NewNorms:
    sets = NormSet.objects.of(test.organisation).filter(test=test, version=version, form=form)
    member = Membership.objects.of(test.organisation).filter(pk=member_id).first()
    norm_set = NormSet.objects.create(
        organisation=test.organisation,
        test=test,
        version=version,
        form=form,
        number=(sets.aggregate(last=Max("number"))["last"] or 0) + 1,
        created_at=now,
        created_by=member,
    )
    NormGroup.objects.of(test.organisation).bulk_create(
        NormGroup(
            organisation=test.organisation,
            norm_set=norm_set,
            language=language,
            device=device,
            n=counts[language, device],
            tables=of_group,
        )
        for (language, device), of_group in tables.items()
    )
    left_out = {key: n for key, n in counts.items() if key not in tables}
    audit.write(
        organisation=test.organisation,
        member=member,
        action="norms.made",
        now=now,
        details={
            "test": test.pk,
            "norm_set": norm_set.pk,
            "groups": {f"{language} {device}": counts[language, device] for language, device in tables},
            "left_out": {f"{language} {device}": n for (language, device), n in left_out.items()},
        },
    )
    return NewNorms(norm_set=norm_set, left_out=left_out)


def make_calibration(*, test_id: int, version: str, member_id: int, now: datetime) -> Calibration:
    """Raises `NotEnough` or `NotSettled`, after recording in the audit log what was missing. The page shows that
    entry."""
    try:
        with transaction.atomic():
            test = (
                Test.objects.across_organisations()
                .select_for_update(of=("self",), no_key=True)
                .get(pk=test_id)
            )
            content = strata.calibrate(scored_answers(test, version))
            rows = Calibration.objects.of(test.organisation).filter(test=test, version=version)
            member = Membership.objects.of(test.organisation).filter(pk=member_id).first()
            made = Calibration.objects.create(
                organisation=test.organisation,
                test=test,
                version=version,
                number=(rows.aggregate(last=Max("number"))["last"] or 0) + 1,
                content=strata.to_json(content),
                n=content.n,
                created_at=now,
                created_by=member,
            )
            details = {"test": test.pk, "version": version, "calibration": made.pk, "n": made.n}
            audit.write(
                organisation=test.organisation,
                member=member,
                action=CALIBRATION_MADE,
                now=now,
                details=details,
            )
            return made
    except (NotEnough, NotSettled) as error:
        _audit_lacks(error, test_id=test_id, version=version, member_id=member_id, now=now)
        raise


def scored_answers(test: Test, version: str) -> Mapping[Stratum, Sequence[Answers]]:
    """First-attempt answers of people whose device class is known. Unanswered items count as wrong."""
    firsts = {
        first_attempt.part_id: Stratum(first_attempt.language, first_attempt.device)
        for first_attempt in first_attempts(test, by_form=False)
        if first_attempt.version == version and first_attempt.device in DEVICES
    }
    found: dict[Stratum, list[Answers]] = {}
    kind = kind_named(test.kind)
    for person in taken_parts(test.organisation, list(firsts)):
        process.check_stop()
        answers = kind.calibration_answers(person.items, person.answers)
        found.setdefault(firsts[person.part.pk], []).append(answers)
    return found


def _audit_lacks(
    wrong: NotEnough | NotSettled, *, test_id: int, version: str, member_id: int, now: datetime
) -> None:
    test = Test.objects.across_organisations().select_related("organisation").get(pk=test_id)
    lacks = wrong.lacks if isinstance(wrong, NotEnough) else ()
    audit.write(
        organisation=test.organisation,
        member=Membership.objects.of(test.organisation).filter(pk=member_id).first(),
        action=CALIBRATION_LACKING,
        now=now,
        details={"test": test.pk, "version": version, "lacks": [_lack_to_json(lack) for lack in lacks]},
    )


def _lack_to_json(lack: Lack) -> dict[str, Any]:
    family, level = lack.cell or ("", 0)
    return {"kind": lack.kind, "family": family, "level": level, "n": lack.n, "least": lack.least}
