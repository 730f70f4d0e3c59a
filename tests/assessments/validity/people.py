"""People who took a test, were hired and rated, inserted in bulk."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from goodword.assessments.kinds.judgement.items import WITHIN
from goodword.assessments.models import Score, TestVersion
from goodword.candidates.models import Application, PerformanceRating, RatingImport
from goodword.roles.models import Role
from tests.assessments.all_kinds import own_situations
from tests.assessments.crowd import applications, finished
from tests.assessments.plans import PlannedTest, asked_on
from tests.support import factories

NOW: Final = factories.NOW
RATED: Final = NOW + timedelta(days=120)


def took(
    role: Role,
    n: int,
    value: Callable[[int], float],
    *,
    test: PlannedTest,
    scale: str = "",
    at: datetime = NOW,
    of: Sequence[Application] = (),
) -> list[Application]:
    """`n` applicants with a score each, indexed from 0."""
    assessment = asked_on(role, test)
    people = list(of) or applications(role, n)
    parts = finished(assessment, people, answers=lambda _place: {}, at=at)
    Score.objects.of(role.organisation).bulk_create(
        Score(
            organisation=role.organisation,
            part=part,
            scale=scale,
            value=value(place),
            answered=10,
            items=10,
            scoring_version="1",
        )
        for place, part in enumerate(parts)
    )
    return people


def rate(
    people: Sequence[Application],
    value: Callable[[int], float],
    *,
    rater: str = "Bo",
    criterion: str = "Overall",
    at: datetime = RATED,
    highest: float = 5,
) -> RatingImport:
    """Hire them and import ratings for them."""
    organisation = people[0].organisation
    ids = [person.pk for person in people]
    Application.objects.of(organisation).filter(pk__in=ids).update(status="hired", hired_at=NOW)
    made = RatingImport.objects.create(
        organisation=organisation, lowest=1, highest=highest, created_at=at, confirmed_at=at
    )
    PerformanceRating.objects.of(organisation).bulk_create(
        PerformanceRating(
            organisation=organisation,
            of=made,
            application=one,
            criterion=criterion,
            value=value(place),
            rater=rater,
            rated_on=at.date(),
        )
        for place, one in enumerate(people)
    )
    return made


def judged(role: Role) -> TestVersion:
    """Sixty people who took a panel's judgement set; those closer to its key have higher ratings."""

    def close(place: int) -> float:
        return ((place * 37) % 53) / 53

    version = own_situations(role.organisation)
    people = took(role, 60, lambda place: 2 - close(place), test=PlannedTest(test=version.test))
    distances = Score.objects.of(role.organisation).filter(part__version=version).order_by("pk")
    Score.objects.of(role.organisation).bulk_create(
        Score(
            organisation=role.organisation,
            part_id=one.part_id,
            scale=WITHIN,
            value=0.9 * close(place) - ((place * 13) % 7) / 20,
            answered=10,
            items=10,
            scoring_version="1",
        )
        for place, one in enumerate(distances)
    )
    rate(people, lambda place: 1 + 2 * close(place) + ((place * 29) % 17) / 10)
    return version
