"""`goodword evidence --groups`: prints the figures of Settings > Fairness."""

import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from django.utils import timezone

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Organisation
from goodword.candidates.fairness.groups import Decisions, proposed, read_groups, rejection_reasons
from goodword.candidates.fairness.outcomes import (
    LEAST,
    GroupComparison,
    OutcomeScope,
    StageRates,
    compare_groups,
)
from goodword.candidates.people_files import LARGEST, in_lines
from goodword.core import clock
from goodword.core.csv_files import UnreadableFile
from goodword.roles.models import Role


class _Refused(Exception):
    pass


def compare(
    *,
    slug: str,
    file: Path,
    role_id: int | None,
    since: str | None,
    until: str | None,
    withdrew: Sequence[str],
    declined: Sequence[str],
) -> int:
    """Print the comparison. Returns 0, 1 if too few applications were decided, or 2 for an invalid argument."""
    now = clock.now()
    try:
        organisation = Organisation.objects.filter(slug=slug).first()
        if organisation is None:
            raise _Refused(f"There is no organisation “{slug}”.")
        role = None
        if role_id is not None:
            role = Role.objects.of(organisation).filter(pk=role_id).first()
            if role is None:
                raise _Refused(f"There is no role {role_id}.")
        with file.open("rb") as opened:
            groups = read_groups(opened.read(LARGEST + 1))
        scope = OutcomeScope(
            organisation=organisation,
            role=role,
            since=_day(since) or timezone.localdate(organisation.created_at, organisation.zone),
            until=_day(until) or timezone.localdate(now, organisation.zone),
            decisions=_decisions(organisation, withdrew, declined),
        )
    except (_Refused, UnreadableFile, OSError) as problem:
        if isinstance(problem, OSError):
            problem = _Refused(f"{file} can't be read: {problem.strerror}.")
        print(f"goodword: {problem}", file=sys.stderr)
        return 2
    found = compare_groups(scope, groups)
    print(f"Counted as withdrawn: {_quoted(scope.decisions.withdrew)}.")
    print(f"Counted as selected, offer declined: {_quoted(scope.decisions.declined)}.")
    write(
        organisation=organisation,
        action="fairness.computed",
        actor="goodword evidence",
        now=now,
        details={
            "role": role_id,
            "since": scope.since.isoformat(),
            "until": scope.until.isoformat(),
            "groups": len(found.groups),
        },
    )
    unknown = sorted(groups.lines[person] for person in found.unknown)
    if unknown:
        print(f"{in_lines(unknown)}: no application in this period.")
    if found.ungrouped:
        print(f"Applications in this period without a group in the file: {found.ungrouped}.")
    if found.erased:
        print(f"Applications in this period left out because they were or will be erased: {found.erased}.")
    return _print(found)


def _decisions(organisation: Organisation, withdrew: Sequence[str], declined: Sequence[str]) -> Decisions:
    """The reasons given as arguments. If none of a kind were given, those that the page proposes, minus those given as
    the other kind. Raises _Refused for a reason that isn't in use or was given twice."""
    known = rejection_reasons(organisation)
    for reason in (*withdrew, *declined):
        if reason not in known:
            raise _Refused(
                f"Nobody was rejected for “{reason}”. Reasons in use: {', '.join(known) or 'none'}."
            )
    usual = proposed(known)
    found = Decisions(
        withdrew=frozenset(withdrew or usual.withdrew.difference(declined)),
        declined=frozenset(declined or usual.declined.difference(withdrew)),
    )
    if found.in_both:
        raise _Refused(f"“{found.in_both[0]}” can't be both a withdrawal and a declined offer.")
    return found


def _quoted(reasons: Iterable[str]) -> str:
    return ", ".join(f"“{reason}”" for reason in sorted(reasons)) or "no rejection reason"


def _day(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        raise _Refused(f"“{text}” is not a date. Use the format 2026-11-28.") from None
    if found and not 2000 <= found.year <= 2100:
        raise _Refused(f"“{text}” is too early or too late. Use a date between 2000 and 2100.")
    return found


def _print(found: GroupComparison) -> int:
    for group in found.groups:
        print(
            f"{group.group}: {group.people} applications, {group.hired} hired, {group.declined} declined an offer, "
            f"{group.rejected} rejected, {group.withdrew} withdrew, {group.active} active"
        )
    if not found.possible:
        print(f"Nothing is compared: at least two groups need {LEAST} decided applications.")
        return 1
    for row in (found.selected, *(stage for stage in found.stages if stage.compared)):
        _print_rates(row)
    print(
        "\nIntervals and adjusted p allow for all pairs of groups (Bonferroni, Holm), because the highest rate is "
        "partly due to chance.\nThey don't allow for the number of stages: where groups are treated alike, about one "
        "in 20 is below 0.05 by chance."
    )
    return 0


def _print_rates(row: StageRates) -> None:
    print(f"\n{row.stage or 'Selected (hired or declined an offer)'}")
    if row.together is not None:
        test = "Fisher's exact test" if row.together.exact else "chi-squared test"
        print(f"  all groups: {test}, {row.together.p_text}")
    for rate in row.rates:
        if rate.count is None:
            print(f"  {rate.group}: fewer than {LEAST} decided")
            continue
        text = f"  {rate.group}: {rate.count.selected} of {rate.count.decided} ({rate.count.rate:.2f})"
        if rate.ratio is not None:
            ratio = rate.ratio
            text += f", ratio {ratio.text} ({ratio.low_text} to {ratio.high_text})"
            text += f", adjusted Fisher {ratio.p_text}"
        print(text)
