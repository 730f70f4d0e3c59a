"""Input for the fairness figures: a CSV file with people's groups, and the meaning of rejection reasons."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count
from django.utils.translation import gettext as _

from goodword.accounts.models import Organisation
from goodword.candidates.models import Application
from goodword.candidates.people_files import (
    PersonColumn,
    PersonKey,
    in_lines,
    person_column,
    plain_heading,
    read_rows,
)
from goodword.core.csv_files import UnreadableFile
from goodword.core.text import clean_text

MOST_GROUPS: Final = 20
LONGEST_GROUP: Final = 60
_GROUP: Final = "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFile:
    """`groups`: each person's group, spelled as in the file. `lines`: each person's line number, from 1."""

    groups: Mapping[PersonKey, str]
    lines: Mapping[PersonKey, int]


def read_groups(raw: bytes) -> GroupFile:
    """Read the groups. People without one are left out. Raises UnreadableFile."""
    first, rows = read_rows(raw)
    columns = _columns_of(first)
    groups: dict[PersonKey, str] = {}
    lines: dict[PersonKey, int] = {}
    problems: defaultdict[str, list[int]] = defaultdict(list)
    for line, cells in rows:
        person, group, problem = _read_line(cells, columns)
        if problem:
            problems[problem].append(line)
        elif person and group and groups.get(person, group) != group:
            problems[_("a second group for the same person")].append(line)
        elif person and group:
            groups[person] = group
            lines.setdefault(person, line)
    if problems:
        raise UnreadableFile(" ".join(f"{in_lines(numbers)}: {what}." for what, numbers in problems.items()))
    if not groups:
        raise UnreadableFile(_("The file contains no groups."))
    if len(set(groups.values())) > MOST_GROUPS:
        raise UnreadableFile(_("The file has more than %(n)s groups.") % {"n": MOST_GROUPS})
    return GroupFile(groups=groups, lines=lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    person: PersonColumn
    group: int
    n: int


def _read_line(cells: Sequence[str], columns: _Columns) -> tuple[PersonKey | None, str, str]:
    """Return the person, the group, and what is wrong with the line; each may be empty."""
    if len(cells) != columns.n:
        return None, "", _("the number of cells differs from the first row")
    person = columns.person.read(cells)
    group = clean_text(cells[columns.group], one_line=True)
    if group and person is None:
        return None, group, columns.person.why_unread(cells)
    if len(group) > LONGEST_GROUP:
        return person, group, _("the group has more than %(n)s characters") % {"n": LONGEST_GROUP}
    return person, group, ""


def _columns_of(first: Sequence[str]) -> _Columns:
    heading = [plain_heading(cell) for cell in first]
    person = person_column(first)
    if person is None or _GROUP not in heading:
        raise UnreadableFile(
            _(
                "The first row must name the columns: Group, and one of E-mail, Greenhouse candidate ID and "
                "Greenhouse application ID."
            )
        )
    return _Columns(person=person, group=heading.index(_GROUP), n=len(heading))


#: words in the usual names of Greenhouse's reasons "They rejected us"
_DECLINED: Final = (
    "declined our offer",
    "declined the offer",
    "declined an offer",
    "declined offer",
    "declined job offer",
    "declined our job offer",
    "offer declined",
    "offer was declined",
    "offer refused",
    "offer turned down",
    "refused our offer",
    "refused the offer",
    "rejected our offer",
    "rejected the offer",
    "turned down our offer",
    "turned down the offer",
    "turned down offer",
)
_WITHDREW: Final = (
    "withdr",
    "no longer interested",
    "candidate declined",
    "declined our",
    "accepted another",
    "accepted a different",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """Rejection reasons of candidates who withdrew, and of those who declined an offer, who count as selected (29 CFR
    1607.16 R). No reason is in both."""

    withdrew: frozenset[str] = frozenset()
    declined: frozenset[str] = frozenset()

    @property
    def in_both(self) -> list[str]:
        return sorted(self.withdrew & self.declined)


def rejection_reasons(organisation: Organisation) -> list[str]:
    """All reasons, the most frequent first."""
    rows = (
        Application.objects.of(organisation)
        .exclude(rejection_reason="")
        .values("rejection_reason")
        .annotate(n=Count("pk"))
        .order_by("-n", "rejection_reason")
    )
    return [row["rejection_reason"] for row in rows]


def proposed(reasons: Iterable[str]) -> Decisions:
    known = frozenset(reasons)
    declined = frozenset(reason for reason in known if _has(reason, _DECLINED))
    return Decisions(
        declined=declined,
        withdrew=frozenset(reason for reason in known - declined if _has(reason, _WITHDREW)),
    )


def _has(reason: str, words: Iterable[str]) -> bool:
    return any(each in reason.casefold() for each in words)
