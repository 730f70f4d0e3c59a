"""Which stages a candidate moved on from."""

from goodword.candidates.fairness.outcomes import StageOrder

USUAL = [("Screen", "Test", "Interview")] * 3


def test_moving_forward_is_moving_on_from_every_stage_but_the_last() -> None:
    moved = StageOrder.of(USUAL).moved_on(("Screen", "Interview"), ())
    assert moved == {"Screen": True, "Interview": False}


def test_going_back_is_not_moving_on_by_the_order_of_most_people() -> None:
    back = ("Test", "Screen")
    assert StageOrder.of([*USUAL, back]).moved_on(back, ()) == {"Test": False, "Screen": False}
    again = ("Screen", "Test", "Screen")
    assert StageOrder.of([again]).moved_on(again, ()) == {"Screen": True, "Test": False}


def test_the_pipeline_decides_where_it_has_both_stages() -> None:
    order, pipeline = StageOrder.of(USUAL), ("Test", "Screen")
    assert order.moved_on(("Test", "Screen", "Interview"), pipeline) == {
        "Test": True,
        "Screen": True,
        "Interview": False,
    }
    assert order.moved_on(("Interview", "Screen"), pipeline) == {"Interview": False, "Screen": False}
