"""`goodword evidence`: write an organisation's evidence, or compute it again from its files."""

import sys
from pathlib import Path

from goodword.accounts.models import Organisation
from goodword.assessments.evidence.check import check
from goodword.assessments.evidence.export import export
from goodword.assessments.evidence.folder import FolderError
from goodword.core import clock

#: how many differences are listed one by one
_TOLD = 20


def write(*, slug: str, folder: Path) -> int:
    """Export; the exit status."""
    organisation = Organisation.objects.filter(slug=slug).first()
    if organisation is None:
        print(f"goodword: There is no organisation “{slug}”.", file=sys.stderr)
        return 2
    try:
        found = export(organisation=organisation, folder=folder, now=clock.now(), actor="goodword evidence")
    except FolderError as error:
        print(f"goodword: {error}", file=sys.stderr)
        return 2
    print(
        f"{found.scores} scores, {found.totals} totals and {found.marks} markings of {found.people} people are in "
        f"{folder}. Keep join.csv apart from the rest.\n"
        f"SHA-256 of sums.txt: {found.digest}"
    )
    return 0


def check_again(folder: Path) -> int:
    """Compute scores and totals again, and add up marks.

    0 if all agree, 1 if one does not or a file was changed, 2 if the files cannot be read.
    """
    try:
        found = check(folder)
    except FolderError as error:
        print(f"goodword: {error}", file=sys.stderr)
        return 2
    for sentence in found.differ[:_TOLD]:
        print(sentence)
    if len(found.differ) > _TOLD:
        print(f"And {len(found.differ) - _TOLD} more.")
    for name in found.changed:
        print(f"{name} is not as it was written.")
    scores, totals, marks = found.scores, found.totals, found.marks
    print(f"{scores.agree} of {scores.n} scores agree.")
    print(f"{totals.agree} of {totals.n} totals agree.")
    print(f"{marks.agree} of {marks.n} sums of marks agree.")
    return 0 if found.sound else 1
