"""The reliability from two halves equals what is worked out by hand, and says nothing where there is nothing to say."""

from math import isclose

from goodword.assessments.scoring.split_half import halves, split_half

A, B = ("number_series", 1), ("letter_series", 2)


def test_halves_share_each_cell_whatever_the_order_in_which_items_were_given() -> None:
    assert halves([(A, True), (B, True), (A, False), (B, False)]) == (2, 0)
    assert halves([(A, False), (B, True), (A, True), (B, False)]) == (1, 1)


def test_cells_with_one_item_each_are_shared_between_the_halves() -> None:
    # in the order of cells: B, A, so that each half has one of them
    assert halves([(A, True), (B, False)]) == (0, 1)


def test_an_odd_number_of_items_leaves_one_half_the_longer() -> None:
    assert halves([(A, True), (A, True), (A, True)]) == (2, 1)


def test_it_is_the_correlation_of_the_halves_stepped_up_to_the_whole() -> None:
    # deviations (-1, 0, 1, 0) and (-1, 1, 0, 0): r = 1 / 2, so 2 * 0.5 / 1.5
    found = split_half([(1, 1), (2, 3), (3, 2), (2, 2)])
    assert found is not None and isclose(found, 2 / 3)


def test_halves_that_are_alike_are_fully_reliable_and_those_that_differ_are_below_nothing() -> None:
    assert split_half([(1, 2), (2, 3), (3, 4)]) == 1
    found = split_half([(1, 2), (2, 3), (3, 1)])  # r = -1/2
    assert found is not None and isclose(found, -2)


def test_there_is_none_from_two_people_from_equal_halves_and_from_opposite_ones() -> None:
    assert split_half([(1, 2), (2, 3)]) is None
    assert split_half([(2, 1), (2, 2), (2, 3)]) is None
    assert split_half([(1, 3), (2, 2), (3, 1)]) is None


def test_the_order_of_people_does_not_move_a_last_digit() -> None:
    people = [(1.0, 2.0), (5.0, 3.0), (2.0, 2.0), (7.0, 6.0)]
    assert split_half(people) == split_half(people[::-1])
