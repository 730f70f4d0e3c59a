from goodword.core.text import rounded


def test_numbers_are_rounded_half_up_to_the_given_places() -> None:
    assert [rounded(4, 1), rounded(3.36, 1), rounded(2.25, 1)] == ["4.0", "3.4", "2.3"]
