"""n of m, by hand."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from goodword.assessments.scoring.solved import Marked, Solved, in_all, solved


def test_each_category_and_all_are_counted() -> None:
    items = [
        Marked(category="series", right=True),
        Marked(category="matrices", right=False),
        Marked(category="series", right=True),
        Marked(category="series", right=False),
    ]
    parts = solved(items)
    assert parts == (Solved("series", 2, 3), Solved("matrices", 0, 1))
    assert in_all(parts) == Solved("", 2, 4)
    assert [part.share for part in parts] == [Fraction(2, 3), Fraction(0)]


def test_an_item_without_an_answer_was_not_solved() -> None:
    assert solved([Marked(category="series", right=None), Marked(category="series", right=True)]) == (
        Solved("series", 1, 2),
    )


def test_a_void_item_counts_nowhere_and_the_fresh_one_counts_instead() -> None:
    items = [
        Marked(category="series", right=True),
        Marked(category="series", right=True, void=True),
        Marked(category="series", right=False),
    ]
    assert solved(items) == (Solved("series", 1, 2),)


def test_nothing_given_is_no_share() -> None:
    assert solved([]) == ()
    assert in_all(()) == Solved("", 0, 0)
    assert solved([Marked(category="series", right=None, void=True)])[0].share is None


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            Marked, category=st.sampled_from("abc"), right=st.none() | st.booleans(), void=st.booleans()
        )
    )
)
def test_all_is_what_a_count_over_every_item_says(items: list[Marked]) -> None:
    counted = [item for item in items if not item.void]
    assert in_all(solved(items)) == Solved("", sum(bool(item.right) for item in counted), len(counted))
