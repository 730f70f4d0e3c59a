"""Items in French. No-break spaces precede ? : ; and are used inside quotation marks."""

from collections.abc import Mapping

from goodword.assessments.kinds.reasoning.words.phrases import SeriesWords, TaskWords, Topic

#: masculine and feminine
_COLOURS = {
    "red": ("rouge", "rouge"),
    "blue": ("bleu", "bleue"),
    "green": ("vert", "verte"),
    "yellow": ("jaune", "jaune"),
    "grey": ("gris", "grise"),
    "white": ("blanc", "blanche"),
    "black": ("noir", "noire"),
    "brown": ("brun", "brune"),
}
_COUNTS = ("zéro", "un", "deux", "trois", "quatre", "cinq", "six")


def _topic(noun: str, plural: str, *, feminine: bool, more: str, less: str, alike: str) -> Topic:
    """`more` and `less`: adjectives that agree with the noun. `alike`: the sentence that none are equal."""
    the, a, which = ("la", "une", "Quelle") if feminine else ("le", "un", "Quel")
    from_the = "de la" if feminine else "du"
    to_the = "à la" if feminine else "au"
    others = "toutes les autres" if feminine else "tous les autres"
    colours = {colour: words[feminine] for colour, words in _COLOURS.items()}
    order = f"{from_the} plus {more} {to_the} plus {less}"
    ranked = f"Rangez les {plural} {order}. {which} {noun} vient en {{}} position\u00a0?"
    return Topic(
        things={colour: f"{the} {noun} {word}" for colour, word in colours.items()},
        compared={colour: f"par rapport {to_the} {noun} {word}" for colour, word in colours.items()},
        listed=colours,
        intro=f"Il y a {{n}} {plural}\u00a0: {{names}}. {alike}",
        introduced={colour: f"{a} {word}" for colour, word in colours.items()},
        statements={
            "more": f"{{a}} est plus {more} que {{b}}.",
            "less": f"{{a}} est plus {less} que {{b}}.",
            "against_more": f"{{a}}, {{b}} est plus {more}.",
            "against_less": f"{{a}}, {{b}} est plus {less}.",
            "between": f"{{a}} est plus {more} que {{b}}, mais plus {less} que {{c}}.",
            "not_most": f"{{a}} n’est pas {the} plus {more}.",
            "not_least": f"{{a}} n’est pas {the} plus {less}.",
        },
        questions={
            ("most",): f"{which} {noun} est {the} plus {more}\u00a0?",
            ("least",): f"{which} {noun} est {the} plus {less}\u00a0?",
            ("more_than_all",): f"{which} {noun} est plus {more} que {others}\u00a0?",
            ("less_than_all",): f"{which} {noun} est plus {less} que {others}\u00a0?",
            ("rank", 2): ranked.format("deuxième"),
            ("rank", 3): ranked.format("troisième"),
            ("rank", 4): ranked.format("quatrième"),
        },
        order=order,
    )


_TOPICS: Mapping[str, Topic] = {
    "boxes": _topic(
        "caisse",
        "caisses",
        feminine=True,
        more="lourde",
        less="légère",
        alike="Elles ont toutes un poids différent.",
    ),
    "ropes": _topic(
        "corde",
        "cordes",
        feminine=True,
        more="longue",
        less="courte",
        alike="Elles ont toutes une longueur différente.",
    ),
    "towers": _topic(
        "tour",
        "tours",
        feminine=True,
        more="haute",
        less="basse",
        alike="Elles ont toutes une hauteur différente.",
    ),
    "trains": _topic(
        "train",
        "trains",
        feminine=False,
        more="rapide",
        less="lent",
        alike="Ils roulent tous à une vitesse différente.",
    ),
    "folders": _topic(
        "classeur",
        "classeurs",
        feminine=False,
        more="épais",
        less="mince",
        alike="Ils ont tous une épaisseur différente.",
    ),
}


def _change(step: int) -> str:
    return f"{abs(step)} de {'plus' if step > 0 else 'moins'}"


def _move(step: int, both: bool) -> str:
    by = "d’un rang" if abs(step) == 1 else f"de {_COUNTS[abs(step)]} rangs"
    verb = "avance" if step > 0 else "recule"
    return f"{verb}{'nt' if both else ''} {by}"


_SERIES = SeriesWords(
    next_number="Quel nombre vient ensuite\u00a0?",
    next_letter="Quelle lettre vient ensuite\u00a0?",
    next_letters="Quelle paire de lettres vient ensuite\u00a0?",
    numbers={
        "constant_difference": "Chaque nombre vaut {first} que le précédent.",
        "growing_difference": "Les écarts sont {d}\u00a0: chacun est plus grand de {growth} que le précédent.",
        "growing_fall": "Les nombres diminuent de {d}\u00a0: chaque fois de {growth} de plus.",
        "doubling_difference": "Les écarts sont {d}\u00a0: chacun est le double du précédent.",
        "factor": "Chaque nombre est le précédent multiplié par {times}.",
        "two_in_turn": "Deux opérations alternent\u00a0: {first}, puis {second}.",
        "two_series": "Deux suites alternent. Dans l’une, chaque nombre vaut {first} que le précédent\u00a0; dans "
        "l’autre, {second}.",
        "sum_and_number": "Chaque nombre est la somme des deux précédents, {first}.",
        "growing_growth": "Les écarts sont {d}. Ils augmentent de {g}\u00a0: chaque fois de {more} de plus.",
    },
    letters={
        "one_step": "Chaque fois, les deux lettres {first} dans l’alphabet.",
        "two_steps": "Chaque fois, la première lettre {first} dans l’alphabet et la seconde {second}.",
        "two_series": "Deux suites alternent. Dans l’alphabet, les lettres de l’une {first}, celles de l’autre "
        "{second}.",
        "growing_step": "La {growing} lettre {first} dans l’alphabet, puis chaque fois d’un rang de plus. La {even} "
        "lettre {second} chaque fois.",
    },
    change=_change,
    operation={"plus": "ajouter {n}", "minus": "soustraire {n}", "times": "multiplier par {n}"},
    more_or_less=("plus {n}", "moins {n}"),
    move=_move,
    ordinals=("première", "seconde"),
    so="La suite est donc {answer}.",
)

FR = TaskWords(
    series=_SERIES,
    topics=_TOPICS,
    counts=_COUNTS,
    seating_intro="{names} occupent côte à côte les places 1 à {n}, numérotées de gauche à droite.",
    seating={
        "at": "{a} occupe la place {n}.",
        "at_end": "{a} est à une extrémité de la rangée.",
        "not_at_end": "{a} n’est pas à une extrémité de la rangée.",
        "directly_left": "{a} est juste à gauche de {b}.",
        "directly_right": "{a} est juste à droite de {b}.",
        "left": "{a} est quelque part à gauche de {b}.",
        "right": "{a} est quelque part à droite de {b}.",
        "next_to": "{a} est à côté de {b}.",
        "not_next_to": "{a} n’est pas à côté de {b}.",
    },
    seating_question="Qui occupe la place {n}\u00a0?",
    seating_order="de gauche à droite",
    cannot_say="On ne peut pas le savoir.",
    sets_intro="Il y a {names}, au moins un de chaque. «\u00a0Certains\u00a0» veut dire au moins un, peut-être tous.",
    sets={
        "all": "Tous les {a} sont des {b}.",
        "no": "Aucun {a1} n’est un {b1}.",
        "some": "Certains {a} sont des {b}.",
        "some_not": "Certains {a} ne sont pas des {b}.",
    },
    sets_question="Quelle affirmation est forcément vraie si les phrases ci-dessus sont vraies\u00a0?",
    none_follows="Aucune de ces affirmations ne découle des phrases.",
    group=lambda name: name,
    listed_group=lambda name: f"des {name}",
    and_=" et ",
    semicolon="\u00a0; ",
    one_order="Un seul ordre convient à toutes les phrases, {order}\u00a0: {one}.",
    orders_agree="Plusieurs ordres conviennent à toutes les phrases, mais la réponse est la même dans tous. Par "
    "exemple, {order}\u00a0: {one}\u00a0; ou {other}.",
    orders_differ="Plusieurs ordres conviennent à toutes les phrases, et la réponse n’est pas la même dans tous. Par "
    "exemple, {order}\u00a0: {one}\u00a0; ou {other}.",
    sets_follow="Les phrases mènent d’un groupe à l’autre\u00a0: {statements}. Donc {claim}.",
    sets_open="Les phrases ne disent pas quel lien il y a entre les {one} et les {other}\u00a0: chacune des trois "
    "affirmations peut être fausse alors que toutes les phrases sont vraies.",
)
