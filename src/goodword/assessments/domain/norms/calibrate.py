"""Calibrate the families and levels of generated items by the organisation's own first attempts.

All first attempts at a version count, in whatever form, language and class of device, because its items are drawn by
the same rules: whether they are as hard in each is not known. What was issued before stays as it was; a role uses a
calibration once a member chooses it for a new version of its assessment.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.db.models import Max

from goodword.accounts.domain import audit
from goodword.accounts.models import Membership
from goodword.assessments.domain.norms.first import Taken, first_attempts, taken
from goodword.assessments.given import Task
from goodword.assessments.models import Calibration, Test
from goodword.assessments.psychometrics import rasch
from goodword.assessments.psychometrics.rasch import Cell, Lack, NotEnough
from goodword.assessments.psychometrics.rasch_fit import NotSettled
from goodword.core import stopping

#: what the audit log calls the two ends
MADE, LACKING = "calibration.made", "calibration.lacking"


def make_calibration(*, test_id: int, version: str, member_id: int, now: datetime) -> Calibration:
    """Write the next calibration of a version.

    Raises `NotEnough`, which has all that is missing, and `NotSettled`; then none is written, but the audit log says
    what was missing, for the page on which it was asked for.
    """
    try:
        with transaction.atomic():
            test = Test.objects.across_organisations().select_for_update(of=("self",)).get(pk=test_id)
            content = rasch.calibrate(list(answers_of(test, version)))
            rows = Calibration.objects.of(test.organisation).filter(test=test, version=version)
            member = Membership.objects.of(test.organisation).filter(pk=member_id).first()
            made = Calibration.objects.create(
                organisation=test.organisation,
                test=test,
                version=version,
                number=(rows.aggregate(last=Max("number"))["last"] or 0) + 1,
                content=rasch.to_json(content),
                n=content.n,
                made_at=now,
                made_by=member,
            )
            details = {"test": test.pk, "version": version, "calibration": made.pk, "n": made.n}
            audit.write(organisation=test.organisation, member=member, action=MADE, now=now, details=details)
            return made
    except (NotEnough, NotSettled) as wrong:
        _say_what_lacks(wrong, test_id=test_id, version=version, member_id=member_id, now=now)
        raise


def answers_of(test: Test, version: str) -> Iterable[list[tuple[Cell, Literal[0, 1]]]]:
    """The right and wrong answers of each person by the cell of the item; one left open was not solved."""
    ids = [one.part_id for one in first_attempts(test, by_form=False) if one.version == version]
    for person in taken(test.organisation, ids):
        stopping.check()
        yield _answers(person)


def _answers(person: Taken) -> list[tuple[Cell, Literal[0, 1]]]:
    found: list[tuple[Cell, Literal[0, 1]]] = []
    for item in person.items:
        if isinstance(item, Task):
            right = person.answers.get(item.id) == item.drawn.key
            found.append(((item.drawn.family, item.drawn.level), 1 if right else 0))
    return found


def _say_what_lacks(
    wrong: NotEnough | NotSettled, *, test_id: int, version: str, member_id: int, now: datetime
) -> None:
    test = Test.objects.across_organisations().select_related("organisation").get(pk=test_id)
    lacks = wrong.lacks if isinstance(wrong, NotEnough) else ()
    audit.write(
        organisation=test.organisation,
        member=Membership.objects.of(test.organisation).filter(pk=member_id).first(),
        action=LACKING,
        now=now,
        details={"test": test.pk, "version": version, "lacks": [_plain(lack) for lack in lacks]},
    )


def _plain(lack: Lack) -> dict[str, Any]:
    family, level = lack.cell or ("", 0)
    return {"kind": lack.kind, "family": family, "level": level, "n": lack.n, "least": lack.least}
