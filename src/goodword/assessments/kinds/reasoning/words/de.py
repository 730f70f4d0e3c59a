from collections.abc import Mapping

from goodword.assessments.kinds.reasoning.words.phrases import SeriesWords, TaskWords, Topic

_COLOURS = {
    "red": "rot",
    "blue": "blau",
    "green": "grün",
    "yellow": "gelb",
    "grey": "grau",
    "white": "weiß",
    "black": "schwarz",
    "brown": "braun",
}
_COUNTS = ("null", "eine", "zwei", "drei", "vier", "fünf", "sechs")
#: the definite article, the indefinite one, and the adjective ending after the latter
_ARTICLES = {"m": ("der", "ein", "er"), "f": ("die", "eine", "e"), "n": ("das", "ein", "es")}
_WHICH = {"m": "Welcher", "f": "Welche", "n": "Welches"}


def _topic(
    noun: str, plural: str, gender: str, *, more: str, less: str, most: str, least: str, even: str
) -> Topic:
    """`most` and `least` as used after an article, `even` as in "gleich schwer"."""
    the, a, ending = _ARTICLES[gender]
    which = _WHICH[gender]
    from_the, to_the = ("von der", "zur") if gender == "f" else ("vom", "zum")
    return Topic(
        things={colour: f"{the} {word}e {noun}" for colour, word in _COLOURS.items()},
        compared={colour: f"im Vergleich {to_the} {word}en {noun}" for colour, word in _COLOURS.items()},
        listed=dict(_COLOURS),
        intro=f"Es gibt {{n}} {plural}: {{names}}. Keine zwei davon sind gleich {even}.",
        introduced={colour: f"{a} {word}{ending}" for colour, word in _COLOURS.items()},
        statements={
            "more": f"{{a}} ist {more} als {{b}}.",
            "less": f"{{a}} ist {less} als {{b}}.",
            "against_more": f"{{a}} ist {{b}} {more}.",
            "against_less": f"{{a}} ist {{b}} {less}.",
            "between": f"{{a}} ist {more} als {{b}}, aber {less} als {{c}}.",
            "not_most": f"{{a}} ist nicht {the} {most}.",
            "not_least": f"{{a}} ist nicht {the} {least}.",
        },
        questions={
            ("most",): f"{which} {noun} ist {the} {most}?",
            ("least",): f"{which} {noun} ist {the} {least}?",
            ("more_than_all",): f"{which} {noun} ist {more} als alle anderen?",
            ("less_than_all",): f"{which} {noun} ist {less} als alle anderen?",
            ("rank", 2): f"{which} {noun} ist {the} zweit{most}?",
            ("rank", 3): f"{which} {noun} ist {the} dritt{most}?",
            ("rank", 4): f"{which} {noun} ist {the} viert{most}?",
        },
        order=f"{from_the} {most}n bis {to_the} {least}n",
    )


_TOPICS: Mapping[str, Topic] = {
    "boxes": _topic(
        "Kiste",
        "Kisten",
        "f",
        more="schwerer",
        less="leichter",
        most="schwerste",
        least="leichteste",
        even="schwer",
    ),
    "ropes": _topic(
        "Seil", "Seile", "n", more="länger", less="kürzer", most="längste", least="kürzeste", even="lang"
    ),
    "towers": _topic(
        "Turm", "Türme", "m", more="höher", less="niedriger", most="höchste", least="niedrigste", even="hoch"
    ),
    "trains": _topic(
        "Zug",
        "Züge",
        "m",
        more="schneller",
        less="langsamer",
        most="schnellste",
        least="langsamste",
        even="schnell",
    ),
    "folders": _topic(
        "Ordner", "Ordner", "m", more="dicker", less="dünner", most="dickste", least="dünnste", even="dick"
    ),
}


def _change(step: int) -> str:
    return f"um {abs(step)} {'größer' if step > 0 else 'kleiner'}"


def _move(step: int, _both: bool) -> str:
    places = "eine Stelle" if abs(step) == 1 else f"{_COUNTS[abs(step)]} Stellen"
    return f"um {places} {'vor' if step > 0 else 'zurück'}"


_SERIES = SeriesWords(
    next_number="Welche Zahl kommt als Nächstes?",
    next_letter="Welcher Buchstabe kommt als Nächstes?",
    next_letters="Welches Buchstabenpaar kommt als Nächstes?",
    numbers={
        "constant_difference": "Jede Zahl ist {first} als die vorige.",
        "growing_difference": "Die Abstände sind {d}: Jeder ist um {growth} größer als der vorige.",
        "growing_fall": "Die Zahlen nehmen um {d} ab: jedes Mal um {growth} mehr.",
        "doubling_difference": "Die Abstände sind {d}: Jeder ist doppelt so groß wie der vorige.",
        "factor": "Jede Zahl ist {times}-mal so groß wie die vorige.",
        "two_in_turn": "Zwei Rechenschritte wechseln sich ab: {first}, dann {second}.",
        "two_series": "Zwei Reihen wechseln sich ab. In der einen ist jede Zahl {first} als die vorige, in der "
        "anderen {second}.",
        "sum_and_number": "Jede Zahl ist die Summe der beiden vorigen, {first}.",
        "growing_growth": "Die Abstände sind {d}. Sie wachsen um {g}: jedes Mal um {more} mehr.",
    },
    letters={
        "one_step": "Beide Buchstaben rücken im Alphabet jedes Mal {first}.",
        "two_steps": "Jedes Mal rückt der erste Buchstabe im Alphabet {first}, der zweite {second}.",
        "two_series": "Zwei Reihen wechseln sich ab. Die Buchstaben der einen rücken im Alphabet {first}, die der "
        "anderen {second}.",
        "growing_step": "Der {growing} Buchstabe rückt im Alphabet zuerst {first}, dann jedes Mal um eine Stelle "
        "mehr. Der {even} Buchstabe rückt jedes Mal {second}.",
    },
    change=_change,
    operation={"plus": "{n} addieren", "minus": "{n} abziehen", "times": "mit {n} malnehmen"},
    more_or_less=("plus {n}", "minus {n}"),
    move=_move,
    ordinals=("erste", "zweite"),
    so="Also folgt {answer}.",
)

DE = TaskWords(
    series=_SERIES,
    topics=_TOPICS,
    counts=_COUNTS,
    seating_intro="{names} sitzen nebeneinander auf den Plätzen 1 bis {n}, die von links nach rechts nummeriert sind.",
    seating={
        "at": "{a} sitzt auf Platz {n}.",
        "at_end": "{a} sitzt an einem Ende der Reihe.",
        "not_at_end": "{a} sitzt nicht an einem Ende der Reihe.",
        "directly_left": "{a} sitzt direkt links von {b}.",
        "directly_right": "{a} sitzt direkt rechts von {b}.",
        "left": "{a} sitzt irgendwo links von {b}.",
        "right": "{a} sitzt irgendwo rechts von {b}.",
        "next_to": "{a} sitzt neben {b}.",
        "not_next_to": "{a} sitzt nicht neben {b}.",
    },
    seating_question="Wer sitzt auf Platz {n}?",
    seating_order="von links nach rechts",
    cannot_say="Das lässt sich nicht sagen.",
    sets_intro="Es gibt {names}, jeweils mindestens einen. „Einige“ heißt: mindestens einer, vielleicht alle.",
    sets={
        "all": "Alle {a} sind {b}.",
        "no": "Kein {a1} ist ein {b1}.",
        "some": "Einige {a} sind {b}.",
        "some_not": "Einige {a} sind keine {b}.",
    },
    sets_question="Welche Aussage muss stimmen, wenn die Sätze oben stimmen?",
    none_follows="Keine dieser Aussagen folgt aus den Sätzen.",
    group=lambda name: name.capitalize(),
    listed_group=lambda name: name.capitalize(),
    and_=" und ",
    semicolon="; ",
    one_order="Nur eine Reihenfolge passt zu allen Aussagen, {order}: {one}.",
    orders_agree="Mehrere Reihenfolgen passen zu allen Aussagen, doch die Antwort ist in allen dieselbe. Zum Beispiel "
    "{order}: {one}; oder {other}.",
    orders_differ="Mehrere Reihenfolgen passen zu allen Aussagen, und die Antwort ist nicht in allen dieselbe. Zum "
    "Beispiel {order}: {one}; oder {other}.",
    sets_follow="Die Sätze führen von der einen Gruppe zur anderen: {statements}. Also gilt: {claim}.",
    sets_open="Die Sätze legen nicht fest, wie {one} und {other} zusammenhängen: Jede der drei Aussagen kann falsch "
    "sein, während alle Sätze stimmen.",
)
