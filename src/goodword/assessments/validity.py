"""Correlations of each test's scores with each criterion, over people with both, as in Settings > Validity and
`goodword evidence --validity`."""

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import fmean
from typing import Final

from django.utils import timezone

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Organisation
from goodword.assessments.kinds.registry import Content, kind_of
from goodword.assessments.models import AttemptPart, Score, Test
from goodword.assessments.norms.first_attempts import first_attempts, merged_people, person_of
from goodword.assessments.plans.versions import content_of_number, whole_form
from goodword.assessments.psychometrics.agreement import OneWay, one_way
from goodword.assessments.psychometrics.validity import LEAST, Estimate, Validity, validity
from goodword.candidates.models import Application, PerformanceRating
from goodword.core import clock
from goodword.roles.models import Role

#: minimum people with two raters for computing their agreement: with 30, the interval of an ICC of .50 is .18 to .73
PAIRS: Final = 30
#: minimum people with score and criterion to list a test, since fewer could reveal who took a special form
LISTED: Final = 10
#: minimum people of a role with score and criterion to include it, since a mean of fewer says little
IN_ROLE: Final = 5


@dataclass(frozen=True, slots=True)
class RatingCriterion:
    """Ratings with the same name but different scales are different criteria."""

    name: str
    lowest: float
    highest: float

    @property
    def scale(self) -> str:
        return f"{self.lowest:g}–{self.highest:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictor:
    """One score of a test: `scale` is its name, empty for that of the whole test."""

    test_id: int
    test: str
    version: str
    form_id: str
    form: str
    scale_id: str
    scale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrelationRow:
    """`n`: people hired with score and criterion, in `roles` roles. `left_out`: those in roles with fewer than IN_ROLE.
    `validity`: within roles; None with fewer than LEAST people, or if all are equal."""

    predictor: Predictor
    n: int
    roles: int
    left_out: int
    validity: Validity | None

    @property
    def enough(self) -> bool:
        return self.n >= LEAST


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionFigures:
    """`people`: number rated by this criterion, `twice` of them by two or more raters. `agreement`: agreement of the
    first two raters; None with fewer than PAIRS, or if all are equal. `rows`: tests with at least LISTED people."""

    criterion: RatingCriterion
    people: int
    raters: int
    twice: int
    agreement: OneWay | None
    rows: Sequence[CorrelationRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rated:
    """`ratings`: each rater's first rating by rater, in chronological order. `first`, `role`: day and role of the
    earliest."""

    ratings: Mapping[str, float]
    first: date
    role: int | None

    @property
    def value(self) -> float:
        return fmean(self.ratings.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    value: float
    day: date
    role: int | None


def figures(
    organisation: Organisation, role: Role | None = None, *, test: Test | None = None
) -> list[CriterionFigures]:
    """Return the figures of each criterion. `role`: only people with an application there, and ratings for it. `test`:
    only its scores. None: all."""
    merged = merged_people(organisation)
    rated = _rated(organisation, role, merged)
    if not rated:
        return []
    applicants = _applicants(role, merged) if role else None
    taken = dict(_taken(organisation, applicants, test, role))
    in_order = sorted(rated.items(), key=lambda pair: (pair[0].name.casefold(), pair[0].scale))
    return [_figures(criterion, people, taken) for criterion, people in in_order]


def _figures(
    criterion: RatingCriterion, people: Mapping[int, _Rated], taken: Mapping[Predictor, Mapping[int, _Taken]]
) -> CriterionFigures:
    pairs = [list(person.ratings.values())[:2] for person in people.values() if len(person.ratings) > 1]
    rows = [_row(predictor, scores, people) for predictor, scores in taken.items()]
    return CriterionFigures(
        criterion=criterion,
        people=len(people),
        raters=len({rater for person in people.values() for rater in person.ratings}),
        twice=len(pairs),
        agreement=one_way(pairs) if len(pairs) >= PAIRS else None,
        rows=[row for row in rows if row.n >= LISTED],
    )


def _row(predictor: Predictor, scores: Mapping[int, _Taken], people: Mapping[int, _Rated]) -> CorrelationRow:
    """Scores after the rating don't count."""
    by_role: defaultdict[int | None, list[tuple[float, float]]] = defaultdict(list)
    for person, rated in people.items():
        if person in scores and scores[person].day <= rated.first:
            by_role[rated.role].append((scores[person].value, rated.value))
    everybody = sum(map(len, by_role.values()))
    kept = {role: pairs for role, pairs in by_role.items() if len(pairs) >= IN_ROLE}
    n = sum(map(len, kept.values()))
    found = None
    if n >= LEAST:
        applicants: defaultdict[int | None, list[float]] = defaultdict(list)
        for person, taken in scores.items():
            applicants[people[person].role if person in people else taken.role].append(taken.value)
        found = validity(
            [
                pair
                for pairs in kept.values()
                for pair in zip(*map(_deviations, zip(*pairs, strict=True)), strict=True)
            ],
            [value for role in kept for value in _deviations(applicants[role])],
            roles=len(kept),
        )
    return CorrelationRow(predictor=predictor, n=n, roles=len(kept), left_out=everybody - n, validity=found)


def _deviations(values: Sequence[float]) -> list[float]:
    mean = fmean(values)
    return [value - mean for value in values]


def _rated(
    organisation: Organisation, role: Role | None, merged: Mapping[int, int]
) -> dict[RatingCriterion, dict[int, _Rated]]:
    rows = PerformanceRating.objects.of(organisation).filter(
        of__confirmed_at__isnull=False,
        application__status=Application.Status.HIRED,
        application__erasure_requested_at=None,
        application__erased_at=None,
    )
    if role is not None:
        rows = rows.filter(application__role=role)
    names: dict[tuple[str, float, float], RatingCriterion] = {}
    found: dict[RatingCriterion, dict[int, _Rated]] = {}
    for row in rows.select_related("of", "application").order_by("rated_on", "pk"):
        key = row.criterion.casefold(), row.of.lowest, row.of.highest
        criterion = names.setdefault(key, RatingCriterion(row.criterion, row.of.lowest, row.of.highest))
        person = person_of(row.application.candidate_id, merged)
        people = found.setdefault(criterion, {})
        known = people.get(person) or _Rated(ratings={}, first=row.rated_on, role=row.application.role_id)
        rater = row.rater.casefold()
        if rater not in known.ratings:
            people[person] = replace(known, ratings={**known.ratings, rater: row.value})
    return found


def _applicants(role: Role, merged: Mapping[int, int]) -> set[int]:
    rows = Application.objects.of(role.organisation).filter(role=role, prospect=False)
    return {person_of(pk, merged) for pk in rows.values_list("candidate_id", flat=True)}


def _taken(
    organisation: Organisation, applicants: set[int] | None, only: Test | None, role: Role | None
) -> Iterator[tuple[Predictor, dict[int, _Taken]]]:
    """Each person's first score by predictor, without practice sets. With `role`, all scores there count."""
    tests = Test.objects.of(organisation).select_related("organisation").order_by("title", "pk")
    for test in tests if only is None else (only,):
        firsts = {
            first_attempt.part_id: first_attempt
            for first_attempt in first_attempts(test, by_form=True)
            if applicants is None or first_attempt.person in applicants
        }
        contents: dict[str, Content] = {}
        found: defaultdict[tuple[str, str, str], dict[int, _Taken]] = defaultdict(dict)
        for part_id, scale, value, of in _scores(organisation, list(firsts)):
            first = firsts[part_id]
            if first.version not in contents:
                contents[first.version] = content_of_number(test, first.version)
            key = first.version, whole_form(contents[first.version], first.form), scale
            day = timezone.localdate(first.begun_at, organisation.zone)
            found[key].setdefault(first.person, _Taken(value=value, day=day, role=role.pk if role else of))
        for (version, form, scale), scores in found.items():
            content = contents[version]
            if not content.is_for_practice and not kind_of(content).only_describes(scale):
                yield _predictor(test, content, version, form, scale), scores


def _scores(organisation: Organisation, part_ids: Sequence[int]) -> list[tuple[int, str, float, int | None]]:
    """Issued scores of parts that candidates finished themselves, earliest first: part, scale, value, role."""
    rows = Score.objects.of(organisation).filter(part__in=part_ids)
    whole = rows.exclude(part__ended_by=AttemptPart.Ended.BY_MEMBER)
    ordered = whole.order_by("part__begun_at", "part_id", "scale").values_list(
        "part_id", "scale", "value", "part__attempt__step_request__application__role_id"
    )
    return [(part_id, scale, value, of) for part_id, scale, value, of in ordered if value is not None]


def _predictor(test: Test, content: Content, version: str, form: str, scale: str) -> Predictor:
    return Predictor(
        test_id=test.pk,
        test=test.title,
        version=version,
        form_id=form,
        form=content.form_label(form),
        scale_id=scale,
        scale=kind_of(content).scale_name(content, scale),
    )


def print_validity(*, slug: str, role_id: int | None) -> int:
    """Print the correlations. Returns 0, 1 if nothing could be computed, or 2 if an argument is invalid."""
    organisation = Organisation.objects.filter(slug=slug).first()
    if organisation is None:
        print(f"goodword: There is no organisation “{slug}”.", file=sys.stderr)
        return 2
    role = None
    if role_id is not None:
        role = Role.objects.of(organisation).select_related("organisation").filter(pk=role_id).first()
        if role is None:
            print(f"goodword: There is no role {role_id}.", file=sys.stderr)
            return 2
    found = figures(organisation, role)
    computed = sum(row.validity is not None for criterion in found for row in criterion.rows)
    write(
        organisation=organisation,
        action="validity.computed",
        actor="goodword evidence",
        now=clock.now(),
        details={"role": role_id, "correlations": computed},
    )
    if not found:
        print("Nothing is computed: nobody has been rated. Import ratings in Settings > Validity.")
        return 1
    for criterion in found:
        _print(criterion)
    return 0 if computed else 1


def _print(of: CriterionFigures) -> None:
    rated = f"{_people(of.people)}, {_counted(of.raters, 'rater', 'raters')}"
    print(f"\n{of.criterion.name} ({of.criterion.scale}): {rated}")
    if of.agreement is not None:
        low, high = of.agreement.interval
        figure = f"{of.agreement.single:.2f} ({low:.2f} to {high:.2f})"
        print(f"  Agreement of two raters: ICC(1,1) = {figure}, {of.twice} people")
    elif of.twice >= PAIRS:
        print(f"  {of.twice} people have two raters, who all gave the same rating")
    elif of.twice:
        have = "has" if of.twice == 1 else "have"
        print(f"  {_people(of.twice)} {have} two raters; their agreement is not computed below {PAIRS}")
    if not of.rows:
        print(f"  No test has results of {LISTED} of them from before the rating.")
    for row in of.rows:
        print(f"  {_name(row)}: {_figure(row)}")


def _people(n: int) -> str:
    return _counted(n, "person", "people")


def _counted(n: int, one: str, other: str) -> str:
    return f"{n} {one if n == 1 else other}"


def _name(row: CorrelationRow) -> str:
    one = row.predictor
    return ", ".join(part for part in (f"{one.test} {one.version}", one.form, one.scale) if part)


def _figure(row: CorrelationRow) -> str:
    text = _correlation(row)
    if row.roles > 1:
        text += f"; within {row.roles} roles"
    if row.left_out:
        text += f"; {_people(row.left_out)} left out, in roles with fewer than {IN_ROLE}"
    return text


def _correlation(row: CorrelationRow) -> str:
    if not row.enough:
        return f"{row.n} people, not computed below {LEAST}"
    if row.validity is None:
        return f"{row.n} people, not computed: all scores or all ratings are equal"
    found = row.validity
    text = f"r = {_in_words(found.observed)}, n = {row.n}"
    if found.corrected is None:
        return f"{text}, all applicants were hired and rated"
    return (
        f"{text}; corrected for range restriction {_in_words(found.corrected)}, "
        f"{found.applicants} applicants, SD ratio {found.ratio:.2f}"
    )


def _in_words(of: Estimate) -> str:
    return f"{of.r:.2f} ({of.low:.{of.low_places}f} to {of.high:.{of.high_places}f})"
