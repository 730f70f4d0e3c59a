"""Finished candidates of a role side by side, in tables within which they can be compared.

Two results can be held side by side only if the same version and form of a test was taken in the same language, on
the same class of device, and held against the same norms. What is not alike in these stands in a table of its own.
Signs of trouble, times and what was granted to somebody have no place here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, Prefetch, Q
from django.utils.crypto import salted_hmac

from goodword.accounts.models import Membership
from goodword.assessments.models import Attempt, AttemptPart, Marking, Score, Test, Upload
from goodword.assessments.queries import LARGE
from goodword.candidates.models import Application
from goodword.candidates.visible import visible_applications
from goodword.roles.models import Role, Step
from goodword.steps.domain.reuse import taken_over_at
from goodword.steps.models import StepStart
from goodword.steps.states import DONE
from goodword.workspace.compared_totals import ComparedTotal, totals_of

#: the newest so many are compared: more cannot be read, and a page has an end
MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What must be alike. `norms` is 0 where a score is held against none, `calibration` likewise.

    `total` is empty where the part enters no total; else the version of the assessment, and how all that the total is
    made of was taken.
    """

    version: str
    form: str
    language: str
    device: str
    norms: int
    calibration: int
    total: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One candidate's part: with its version, scores and marks. `number` stands for the name where it is hidden.

    `total` is None where there is none, or the part is none of what it is made of.
    """

    application: Application
    part: AttemptPart
    completed_at: datetime
    number: int
    total: ComparedTotal | None = None

    @property
    def like(self) -> Likeness:
        """What it shares with those that it can be held against."""
        planned = self.part.part
        return Likeness(
            version=self.part.version.number,
            form=self.part.form,
            language=self.part.attempt.language,
            device=self.part.device,
            norms=planned.norms.number if planned.norms is not None else 0,
            calibration=planned.calibration.number if planned.calibration is not None else 0,
            total=self.total.likeness if self.total is not None else "",
        )


def finished_of(role: Role, member: Membership) -> Mapping[int, tuple[Attempt, Application]]:
    """The current finished attempt of each application that the member may see, including reused ones.

    By the attempt's id, latest finished first, at most `MOST`. At most four queries.
    """
    organisation = role.organisation
    visible = visible_applications(member).filter(role=role, erased_at=None)
    having = list(
        StepStart.objects.of(organisation)
        .filter(application__in=visible, step__kind=Step.Kind.ASSESSMENT, earlier__isnull=False)
        .select_related("application__candidate")
    )
    taken_at = taken_over_at(having)
    stands_in = {
        start.earlier_id: (start.application, taken_at[start.pk])
        for start in having
        if start.earlier_id is not None and start.pk in taken_at
    }
    rows = (
        Attempt.objects.of(organisation)
        .filter(
            Q(start__application__in=visible) | Q(start__in=stands_in),
            progress__in=DONE,
            completed_at__isnull=False,
        )
        .select_related("start__application__candidate")
        .order_by("-completed_at", "-pk")[:MOST]
    )
    newest: dict[int, tuple[Attempt, Application]] = {}
    for attempt in rows:
        application, until = stands_in.get(attempt.start_id, (attempt.start.application, None))
        if until is None or (attempt.completed_at is not None and attempt.completed_at <= until):
            newest.setdefault(application.pk, (attempt, application))
    return {attempt.pk: (attempt, application) for attempt, application in newest.values()}


def comparable_tests(finished: Mapping[int, tuple[Attempt, Application]], role: Role) -> Sequence[Test]:
    """The tests that were taken, in the order of their first place. Two queries, neither of any content."""
    organisation = role.organisation
    places = (
        AttemptPart.objects.of(organisation)
        .filter(attempt__in=finished, ended_at__isnull=False)
        .values_list("version__test")
        .annotate(first=Min("order"))
        .order_by("first", "version__test")
    )
    ids = [pk for pk, _ in places]
    found = Test.objects.of(organisation).in_bulk(ids)
    return [found[pk] for pk in ids]


def taken(finished: Mapping[int, tuple[Attempt, Application]], test: Test, *, role: Role) -> Sequence[Taken]:
    """What each of these has taken of a test, the newest first. Seven queries for any number.

    The contents of versions are not among what they read: content_of reads each once a process.
    """
    organisation = role.organisation
    numbers = numbers_of([application.pk for _, application in finished.values()], role=role)
    marks = Marking.objects.of(organisation).select_related("rater__user").order_by("marked_at", "pk")
    scores = Score.objects.of(organisation).select_related("norm_group__norm_set")
    parts = (
        AttemptPart.objects.of(organisation)
        .filter(attempt__in=finished, version__test=test, ended_at__isnull=False)
        .select_related("version__test", "part__norms", "part__calibration")
        .defer(*LARGE)
        .prefetch_related(
            Prefetch("scores", scores),
            Prefetch("markings", marks),
            Prefetch("uploads", Upload.objects.of(organisation).defer("content")),
            "answers",
        )
    )
    totals = totals_of(finished, role=role)
    by_attempt = {part.attempt_id: part for part in parts}
    found = []
    for pk, (attempt, application) in finished.items():
        part = by_attempt.get(pk)
        if part is None or attempt.completed_at is None:
            continue
        part.attempt = attempt  # known: no query for it
        total = totals.get(pk)
        found.append(
            Taken(
                application=application,
                part=part,
                completed_at=attempt.completed_at,
                number=numbers[application.pk],
                total=total if total is not None and str(part.order) in total.orders else None,
            )
        )
    return found


def numbers_of(ids: Sequence[int], *, role: Role) -> Mapping[int, int]:
    """A number for each application, from 1, in an order that says nothing of name, date or result.

    The same people get the same numbers on each look.
    """
    mixed = sorted(
        ids, key=lambda pk: salted_hmac("compare", f"{role.pk}:{pk}", algorithm="sha256").hexdigest()
    )
    return {pk: number for number, pk in enumerate(mixed, start=1)}
