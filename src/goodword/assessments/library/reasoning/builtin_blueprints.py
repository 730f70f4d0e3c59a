"""The forms that are built in: families and levels in rising order, and a minute for an item."""

from goodword.assessments.library.reasoning.blueprint import Blueprint, Entry


def _blueprint(minutes: int, *entries: tuple[str, int, int]) -> Blueprint:
    return Blueprint(tuple(Entry(*entry) for entry in entries), minutes)


#: five items of numbers, three of letters, six figural, six deductions
STANDARD_20 = _blueprint(
    20,
    ("number_series", 1, 1),
    ("number_series", 2, 1),
    ("number_series", 3, 1),
    ("number_series", 4, 1),
    ("number_series", 5, 1),
    ("letter_series", 1, 1),
    ("letter_series", 2, 1),
    ("letter_series", 3, 1),
    ("matrices_one_rule", 1, 1),
    ("matrices_one_rule", 2, 1),
    ("matrices_two_rules", 2, 1),
    ("matrices_two_rules", 3, 1),
    ("matrices_two_rules", 4, 1),
    ("matrices_three_rules", 4, 1),
    ("seating", 1, 1),
    ("seating", 3, 1),
    ("ordering", 1, 1),
    ("ordering", 3, 1),
    ("sets", 1, 1),
    ("sets", 3, 1),
)

SHORT_12 = _blueprint(
    12,
    ("number_series", 1, 1),
    ("number_series", 2, 1),
    ("number_series", 3, 1),
    ("letter_series", 1, 1),
    ("letter_series", 2, 1),
    ("matrices_one_rule", 1, 1),
    ("matrices_two_rules", 2, 1),
    ("matrices_two_rules", 3, 1),
    ("matrices_three_rules", 4, 1),
    ("seating", 2, 1),
    ("ordering", 2, 1),
    ("sets", 2, 1),
)

#: without pictures, for people who cannot use them; another form, with its own norms
FIGURELESS_20 = _blueprint(
    20,
    ("number_series", 1, 1),
    ("number_series", 2, 2),
    ("number_series", 3, 2),
    ("number_series", 4, 1),
    ("number_series", 5, 1),
    ("letter_series", 1, 1),
    ("letter_series", 2, 1),
    ("letter_series", 3, 1),
    ("letter_series", 4, 1),
    ("seating", 1, 1),
    ("seating", 2, 1),
    ("seating", 3, 1),
    ("ordering", 1, 1),
    ("ordering", 2, 1),
    ("ordering", 3, 1),
    ("sets", 1, 1),
    ("sets", 2, 1),
    ("sets", 3, 1),
)

BUILT_IN = {"standard_20": STANDARD_20, "short_12": SHORT_12, "figureless_20": FIGURELESS_20}
