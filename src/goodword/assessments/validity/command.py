"""`goodword evidence --validity`: prints the figures of Settings > Validity."""

import sys

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Organisation
from goodword.assessments.psychometrics.validity import LEAST, Estimate
from goodword.assessments.validity.figures import IN_ROLE, LISTED, PAIRS, CriterionFigures, Row, figures
from goodword.core import clock
from goodword.roles.models import Role


def print_validity(*, slug: str, role_id: int | None) -> int:
    """Returns 0, 1 if nothing could be computed, or 2 if an argument is invalid."""
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
    computed = sum(row.validity is not None for one in found for row in one.rows)
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
    for one in found:
        _print(one)
    return 0 if computed else 1


def _print(of: CriterionFigures) -> None:
    print(f"\n{of.criterion.name} ({of.criterion.scale}): {of.people} people, {of.raters} raters")
    if of.agreement is not None:
        low, high = of.agreement.interval
        figure = f"{of.agreement.single:.2f} ({low:.2f} to {high:.2f})"
        print(f"  Agreement of two raters: ICC(1,1) = {figure}, {of.twice} people")
    elif of.twice:
        print(f"  {of.twice} people have two raters; their agreement is not computed below {PAIRS}")
    if not of.rows:
        print(f"  No test has results of {LISTED} of them from before the rating.")
    for row in of.rows:
        print(f"  {_name(row)}: {_figure(row)}")


def _name(row: Row) -> str:
    one = row.predictor
    return ", ".join(part for part in (f"{one.test} {one.version}", one.form, one.scale) if part)


def _figure(row: Row) -> str:
    text = _correlation(row)
    if row.roles > 1:
        text += f"; within {row.roles} roles"
    if row.left_out:
        text += f"; {row.left_out} people left out, in roles with fewer than {IN_ROLE}"
    return text


def _correlation(row: Row) -> str:
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
    return f"{of.r:.2f} ({of.low:.2f} to {of.high:.2f})"
