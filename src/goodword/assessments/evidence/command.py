import sys
from pathlib import Path

from goodword.accounts.models import Organisation
from goodword.assessments.evidence.check import check
from goodword.assessments.evidence.export import export
from goodword.assessments.evidence.folder import FolderError
from goodword.core import clock

#: differences listed one by one
_MOST_LISTED = 20


def write(*, slug: str, folder: Path) -> int:
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
        f"Wrote {found.scores} scores, {found.totals} totals and {found.marks} markings of {found.people} people to "
        f"{folder}. Store join.csv separately.\n"
        f"SHA-256 of sums.txt: {found.digest}"
    )
    return 0


def check_again(folder: Path) -> int:
    """0 if everything agrees, 1 for a difference or a changed file, 2 for unreadable files."""
    try:
        found = check(folder)
    except FolderError as error:
        print(f"goodword: {error}", file=sys.stderr)
        return 2
    for sentence in found.differ[:_MOST_LISTED]:
        print(sentence)
    if len(found.differ) > _MOST_LISTED:
        print(f"And {len(found.differ) - _MOST_LISTED} more.")
    for name in found.changed:
        print(f"{name} was changed or is missing.")
    scores, totals, marks = found.scores, found.totals, found.marks
    print(f"{scores.agree} of {scores.n} scores agree.")
    print(f"{totals.agree} of {totals.n} totals agree.")
    print(f"{marks.agree} of {marks.n} sums of marks agree.")
    if found.verifications.n:
        print(f"{found.verifications.agree} of {found.verifications.n} verifications agree.")
    return 0 if found.sound else 1
