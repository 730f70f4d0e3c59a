from collections.abc import Mapping

from goodword.assessments.kinds.reasoning.words.phrases import SeriesWords, TaskWords, Topic

_COLOURS = ("red", "blue", "green", "yellow", "grey", "white", "black", "brown")
_COUNTS = ("no", "one", "two", "three", "four", "five", "six")


def _topic(noun: str, plural: str, *, more: str, less: str, most: str, least: str, alike: str) -> Topic:
    return Topic(
        things={colour: f"the {colour} {noun}" for colour in _COLOURS},
        compared={colour: f"compared with the {colour} {noun}" for colour in _COLOURS},
        listed={colour: colour for colour in _COLOURS},
        introduced={colour: colour for colour in _COLOURS},
        intro=f"There are {{n}} {plural}: {{names}}. {alike}",
        statements={
            "more": f"{{a}} is {more} than {{b}}.",
            "less": f"{{a}} is {less} than {{b}}.",
            "against_more": f"{{a}}, {{b}} is {more}.",
            "against_less": f"{{a}}, {{b}} is {less}.",
            "between": f"{{a}} is {more} than {{b}} but {less} than {{c}}.",
            "not_most": f"{{a}} is not the {most}.",
            "not_least": f"{{a}} is not the {least}.",
        },
        questions={
            ("most",): f"Which {noun} is the {most}?",
            ("least",): f"Which {noun} is the {least}?",
            ("more_than_all",): f"Which {noun} is {more} than all the others?",
            ("less_than_all",): f"Which {noun} is {less} than all the others?",
            ("rank", 2): f"Which {noun} is the second {most}?",
            ("rank", 3): f"Which {noun} is the third {most}?",
            ("rank", 4): f"Which {noun} is the fourth {most}?",
        },
        order=f"from the {most} to the {least}",
    )


_TOPICS: Mapping[str, Topic] = {
    "boxes": _topic(
        "box",
        "boxes",
        more="heavier",
        less="lighter",
        most="heaviest",
        least="lightest",
        alike="No two of them weigh the same.",
    ),
    "ropes": _topic(
        "rope",
        "ropes",
        more="longer",
        less="shorter",
        most="longest",
        least="shortest",
        alike="No two of them are the same length.",
    ),
    "towers": _topic(
        "tower",
        "towers",
        more="taller",
        less="shorter",
        most="tallest",
        least="shortest",
        alike="No two of them are the same height.",
    ),
    "trains": _topic(
        "train",
        "trains",
        more="faster",
        less="slower",
        most="fastest",
        least="slowest",
        alike="No two of them go at the same speed.",
    ),
    "folders": _topic(
        "folder",
        "folders",
        more="thicker",
        less="thinner",
        most="thickest",
        least="thinnest",
        alike="No two of them are the same thickness.",
    ),
}


def _change(step: int) -> str:
    return f"{abs(step)} {'more' if step > 0 else 'less'}"


def _move(step: int, _both: bool) -> str:
    places = "one place" if abs(step) == 1 else f"{_COUNTS[abs(step)]} places"
    return f"{places} {'forward' if step > 0 else 'back'}"


_SERIES = SeriesWords(
    next_number="Which number comes next?",
    next_letter="Which letter comes next?",
    next_letters="Which pair of letters comes next?",
    numbers={
        "constant_difference": "Each number is {first} than the one before.",
        "growing_difference": "The differences are {d}: each is {growth} more than the one before.",
        "growing_fall": "The numbers fall by {d}: each time by {growth} more.",
        "doubling_difference": "The differences are {d}: each is twice the one before.",
        "factor": "Each number is {times} times the one before.",
        "two_in_turn": "Two operations alternate: {first}, then {second}.",
        "two_series": "Two series alternate. In one of them, each number is {first} than the one before, in the other "
        "{second}.",
        "sum_and_number": "Each number is the sum of the two before it, {first}.",
        "growing_growth": "The differences are {d}. They grow by {g}: each time by {more} more.",
    },
    letters={
        "one_step": "Both letters move {first} in the alphabet each time.",
        "two_steps": "Each time, the first letter moves {first} in the alphabet, the second {second}.",
        "two_series": "Two series alternate. The letters of one move {first} in the alphabet, those of the other "
        "{second}.",
        "growing_step": "The {growing} letter moves {first} in the alphabet, then by one place more each time. The "
        "{even} letter moves {second} each time.",
    },
    change=_change,
    operation={"plus": "add {n}", "minus": "subtract {n}", "times": "multiply by {n}"},
    more_or_less=("plus {n}", "minus {n}"),
    move=_move,
    ordinals=("first", "second"),
    so="So {answer} comes next.",
)

EN = TaskWords(
    series=_SERIES,
    topics=_TOPICS,
    counts=_COUNTS,
    seating_intro="{names} sit side by side in seats 1 to {n}, numbered from left to right.",
    seating={
        "at": "{a} sits in seat {n}.",
        "at_end": "{a} sits at one end of the row.",
        "not_at_end": "{a} does not sit at an end of the row.",
        "directly_left": "{a} sits directly to the left of {b}.",
        "directly_right": "{a} sits directly to the right of {b}.",
        "left": "{a} sits somewhere to the left of {b}.",
        "right": "{a} sits somewhere to the right of {b}.",
        "next_to": "{a} sits next to {b}.",
        "not_next_to": "{a} does not sit next to {b}.",
    },
    seating_question="Who sits in seat {n}?",
    seating_order="from left to right",
    cannot_say="It is impossible to say.",
    sets_intro="There are {names}: at least one of each. “Some” means at least one, perhaps all.",
    sets={
        "all": "All {a} are {b}.",
        "no": "No {a} are {b}.",
        "some": "Some {a} are {b}.",
        "some_not": "Some {a} are not {b}.",
    },
    sets_question="Which of these must be true if the statements are true?",
    none_follows="None of these follows from the statements.",
    group=lambda name: name,
    listed_group=lambda name: name,
    and_=" and ",
    semicolon="; ",
    one_order="Only one order fits all the statements, {order}: {one}.",
    orders_agree="More than one order fits all the statements, but the answer is the same in all of them. For example, "
    "{order}: {one}; or {other}.",
    orders_differ="More than one order fits all the statements, and they differ in the answer. For example, {order}: "
    "{one}; or {other}.",
    sets_follow="The statements lead from one group to the other: {statements}. So {claim}.",
    sets_open="The statements do not settle how {one} and {other} are related: each of the three claims can be false "
    "while all the statements are true.",
)
