"""When a stage counts as changed."""

import pytest

from goodword.roles.domain.job_changes import stage_move


def line(letters: str) -> list[tuple[int, str]]:
    return [(ord(letter), letter) for letter in letters]


@pytest.mark.parametrize(
    ("before", "after", "stage", "places"),
    [
        ("ABCD", "ABCD", "B", None),
        ("ABCD", "ACBD", "B", ("after “A”", "after “C”")),
        ("ABCD", "ACBD", "C", ("after “B”", "after “A”")),
        ("ABCD", "ACBD", "D", None),  # the two stages before it were swapped
        ("ABC", "BCA", "A", ("first", "after “C”")),
        ("ABC", "BCA", "C", None),  # a stage before it was moved behind it
        ("ABC", "CAB", "C", ("after “B”", "first")),
        ("ABC", "BC", "C", None),  # one was deleted
        ("ABC", "BC", "B", None),
        ("BC", "ABXC", "C", None),  # some were added
        ("ABC", "AB", "C", None),  # the stage itself was deleted, which is handled elsewhere
        ("AB", "ABC", "C", None),
    ],
)
def test_only_stages_that_changed_position_count_as_moved(
    before: str, after: str, stage: str, places: tuple[str, str] | None
) -> None:
    assert stage_move(ord(stage), before=line(before), after=line(after)) == places
