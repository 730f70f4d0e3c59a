from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from goodword.assessments.kinds.generated import Figure, Mark, Shading, Shape

_EN_SHAPES: Mapping[Shape, str] = {
    "circle": "circle",
    "square": "square",
    "triangle": "triangle",
    "diamond": "diamond",
    "pentagon": "pentagon",
    "star": "star",
    "cross": "cross",
    "arrow": "arrow",
}
_DE_SHAPES: Mapping[Shape, str] = {
    "circle": "Kreis",
    "square": "Quadrat",
    "triangle": "Dreieck",
    "diamond": "Raute",
    "pentagon": "Fünfeck",
    "star": "Stern",
    "cross": "Kreuz",
    "arrow": "Pfeil",
}
_FR_SHAPES: Mapping[Shape, str] = {
    "circle": "cercle",
    "square": "carré",
    "triangle": "triangle",
    "diamond": "losange",
    "pentagon": "pentagone",
    "star": "étoile",
    "cross": "croix",
    "arrow": "flèche",
}
_EN_SHADINGS: Mapping[Shading, str] = {
    "empty": "empty",
    "striped": "striped",
    "grey": "grey",
    "full": "solid",
}
_DE_SHADINGS: Mapping[Shading, str] = {
    "empty": "leer",
    "striped": "gestreift",
    "grey": "grau",
    "full": "ausgefüllt",
}
_FR_SHADINGS: Mapping[Shading, str] = {"empty": "vide", "striped": "rayé", "grey": "gris", "full": "plein"}
MIDDLE = 4
_POINTED: tuple[Shape, ...] = ("triangle", "arrow")
_EN_NUMBERS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_EN_SIZES = {1: "small", 2: "medium-sized", 3: "large"}
_DE_NUMBERS = ("", "", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun")
_DE_SIZES = {1: "klein", 2: "mittelgroß", 3: "groß"}
#: singular, its article, the ending of its adjectives, plural
_DE_SHAPE_FORMS: Mapping[Shape, tuple[str, str, str, str]] = {
    "circle": ("Kreis", "ein", "er", "Kreise"),
    "square": ("Quadrat", "ein", "es", "Quadrate"),
    "triangle": ("Dreieck", "ein", "es", "Dreiecke"),
    "diamond": ("Raute", "eine", "e", "Rauten"),
    "pentagon": ("Fünfeck", "ein", "es", "Fünfecke"),
    "star": ("Stern", "ein", "er", "Sterne"),
    "cross": ("Kreuz", "ein", "es", "Kreuze"),
    "arrow": ("Pfeil", "ein", "er", "Pfeile"),
}
_FR_NUMBERS = ("", "", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf")
#: masculine and feminine, one and several
_FR_SIZES = {1: ("petit", "petite", "petits", "petites"), 3: ("grand", "grande", "grands", "grandes")}
_FR_SHADING_FORMS: Mapping[Shading, tuple[str, str, str, str]] = {
    "empty": ("vide", "vide", "vides", "vides"),
    "striped": ("rayé", "rayée", "rayés", "rayées"),
    "grey": ("gris", "grise", "gris", "grises"),
    "full": ("plein", "pleine", "pleins", "pleines"),
}
#: singular, plural, whether feminine
_FR_SHAPE_FORMS: Mapping[Shape, tuple[str, str, bool]] = {
    "circle": ("cercle", "cercles", False),
    "square": ("carré", "carrés", False),
    "triangle": ("triangle", "triangles", False),
    "diamond": ("losange", "losanges", False),
    "pentagon": ("pentagone", "pentagones", False),
    "star": ("étoile", "étoiles", True),
    "cross": ("croix", "croix", True),
    "arrow": ("flèche", "flèches", True),
}


@dataclass(frozen=True, slots=True)
class RuleWords:
    """`step` by aspect and step, `same` and `three` by aspect.

    Steps above 0 mean more, or clockwise; turns are in eighths. `missing`: the end of the rule, for one mark and for
    several.
    """

    question: str
    same: Mapping[str, str]
    three: Mapping[str, str]
    step: Mapping[tuple[str, int], str]
    reckoned: Mapping[str, str]
    shapes: Mapping[Shape, str]
    shadings: Mapping[Shading, str]
    also: str
    missing: tuple[str, str]


WORDS: Mapping[str, RuleWords] = {
    "en": RuleWords(
        question="Which figure belongs in the empty space?",
        same={
            "shape": "All figures in a row have the same shape.",
            "turn": "All figures in a row point the same way.",
            "shading": "All figures in a row have the same shading.",
            "size": "All figures in a row have the same size.",
            "count": "All figures in a row have the same number of marks.",
        },
        three={
            "shape": "Each row has the same three shapes, each once: {values}.",
            "turn": "Each row has the same three directions, each once.",
            "shading": "Each row has the same three shadings, each once: {values}.",
            "size": "Each row has the same three sizes, each once.",
            "count": "Each row has the same three numbers of marks, each once: {values}.",
            "place": "In each row the mark appears once in each of the same three places.",
        },
        step={
            ("turn", 2): "In each row the figure turns 90 degrees clockwise from place to place.",
            ("turn", 1): "In each row the figure turns 45 degrees clockwise from place to place.",
            ("turn", -1): "In each row the figure turns 45 degrees anticlockwise from place to place.",
            ("turn", -2): "In each row the figure turns 90 degrees anticlockwise from place to place.",
            ("count", 1): "In each row every figure has one mark more than the one before.",
            ("count", -1): "In each row every figure has one mark fewer than the one before.",
            ("count", 2): "In each row every figure has two marks more than the one before.",
            ("count", -2): "In each row every figure has two marks fewer than the one before.",
            ("place", 2): "In each row the mark moves two places clockwise round the edge each time.",
            ("place", 1): "In each row the mark moves one place clockwise round the edge each time.",
            ("place", -1): "In each row the mark moves one place anticlockwise round the edge each time.",
            ("place", -2): "In each row the mark moves two places anticlockwise round the edge each time.",
        },
        reckoned={
            "add": "In each row the third figure has as many marks as the first and the second together.",
            "take": "In each row the number of marks in the third figure is that of the first minus that of the "
            "second.",
            "over": "In each row the third figure shows the first and the second on top of each other; "
            "a place that is filled in both is filled once.",
            "minus": "In each row the third figure shows what is left of the first when the places of the second "
            "are taken away.",
        },
        shapes=_EN_SHAPES,
        shadings=_EN_SHADINGS,
        also="and",
        missing=("The missing figure shows {figure}.", "The missing figure shows {figure}."),
    ),
    "de": RuleWords(
        question="Welche Figur gehört an die leere Stelle?",
        same={
            "shape": "Alle Figuren einer Zeile haben dieselbe Form.",
            "turn": "Alle Figuren einer Zeile zeigen in dieselbe Richtung.",
            "shading": "Alle Figuren einer Zeile haben dieselbe Füllung.",
            "size": "Alle Figuren einer Zeile sind gleich groß.",
            "count": "In einer Zeile stehen überall gleich viele Zeichen.",
        },
        three={
            "shape": "In jeder Zeile kommen dieselben drei Formen je einmal vor: {values}.",
            "turn": "In jeder Zeile kommen dieselben drei Richtungen je einmal vor.",
            "shading": "In jeder Zeile kommen dieselben drei Füllungen je einmal vor: {values}.",
            "size": "In jeder Zeile kommen dieselben drei Größen je einmal vor.",
            "count": "In jeder Zeile kommen dieselben drei Anzahlen je einmal vor: {values}.",
            "place": "In jeder Zeile steht das Zeichen je einmal an denselben drei Plätzen.",
        },
        step={
            ("turn", 2): "In jeder Zeile dreht sich die Figur von Stelle zu Stelle um 90 Grad nach rechts.",
            ("turn", 1): "In jeder Zeile dreht sich die Figur von Stelle zu Stelle um 45 Grad nach rechts.",
            ("turn", -1): "In jeder Zeile dreht sich die Figur von Stelle zu Stelle um 45 Grad nach links.",
            ("turn", -2): "In jeder Zeile dreht sich die Figur von Stelle zu Stelle um 90 Grad nach links.",
            ("count", 1): "In jeder Zeile hat jede Figur ein Zeichen mehr als die vor ihr.",
            ("count", -1): "In jeder Zeile hat jede Figur ein Zeichen weniger als die vor ihr.",
            ("count", 2): "In jeder Zeile hat jede Figur zwei Zeichen mehr als die vor ihr.",
            ("count", -2): "In jeder Zeile hat jede Figur zwei Zeichen weniger als die vor ihr.",
            (
                "place",
                2,
            ): "In jeder Zeile wandert das Zeichen am Rand je zwei Plätze im Uhrzeigersinn weiter.",
            (
                "place",
                1,
            ): "In jeder Zeile wandert das Zeichen am Rand je einen Platz im Uhrzeigersinn weiter.",
            (
                "place",
                -1,
            ): "In jeder Zeile wandert das Zeichen am Rand je einen Platz gegen den Uhrzeigersinn weiter.",
            (
                "place",
                -2,
            ): "In jeder Zeile wandert das Zeichen am Rand je zwei Plätze gegen den Uhrzeigersinn weiter.",
        },
        reckoned={
            "add": "In jeder Zeile hat die dritte Figur so viele Zeichen wie die erste und die zweite zusammen.",
            "take": "In jeder Zeile hat die dritte Figur so viele Zeichen, wie übrig bleiben, wenn man die Anzahl der "
            "zweiten von der Anzahl der ersten abzieht.",
            "over": "In jeder Zeile zeigt die dritte Figur die erste und die zweite übereinandergelegt; "
            "ein Platz, der in beiden besetzt ist, ist einmal besetzt.",
            "minus": "In jeder Zeile zeigt die dritte Figur, was von der ersten bleibt, wenn man die Plätze der "
            "zweiten wegnimmt.",
        },
        shapes=_DE_SHAPES,
        shadings=_DE_SHADINGS,
        also="und",
        missing=("Es fehlt {figure}.", "Es fehlen {figure}."),
    ),
    "fr": RuleWords(
        question="Quelle figure va à la place vide\u00a0?",
        same={
            "shape": "Toutes les figures d’une ligne ont la même forme.",
            "turn": "Toutes les figures d’une ligne pointent dans la même direction.",
            "shading": "Toutes les figures d’une ligne ont le même remplissage.",
            "size": "Toutes les figures d’une ligne ont la même taille.",
            "count": "Dans une ligne, toutes les cases ont le même nombre de signes.",
        },
        three={
            "shape": "Chaque ligne a les trois mêmes formes, chacune une fois\u00a0: {values}.",
            "turn": "Chaque ligne a les trois mêmes directions, chacune une fois.",
            "shading": "Chaque ligne a les trois mêmes remplissages, chacun une fois\u00a0: {values}.",
            "size": "Chaque ligne a les trois mêmes tailles, chacune une fois.",
            "count": "Chaque ligne a les trois mêmes nombres de signes, chacun une fois\u00a0: {values}.",
            "place": "Dans chaque ligne, le signe est une fois à chacune des trois mêmes places.",
        },
        step={
            (
                "turn",
                2,
            ): "Dans chaque ligne, la figure tourne de 90 degrés vers la droite d’une case à l’autre.",
            (
                "turn",
                1,
            ): "Dans chaque ligne, la figure tourne de 45 degrés vers la droite d’une case à l’autre.",
            (
                "turn",
                -1,
            ): "Dans chaque ligne, la figure tourne de 45 degrés vers la gauche d’une case à l’autre.",
            (
                "turn",
                -2,
            ): "Dans chaque ligne, la figure tourne de 90 degrés vers la gauche d’une case à l’autre.",
            ("count", 1): "Dans chaque ligne, chaque figure a un signe de plus que la précédente.",
            ("count", -1): "Dans chaque ligne, chaque figure a un signe de moins que la précédente.",
            ("count", 2): "Dans chaque ligne, chaque figure a deux signes de plus que la précédente.",
            ("count", -2): "Dans chaque ligne, chaque figure a deux signes de moins que la précédente.",
            ("place", 2): "Dans chaque ligne, le signe avance le long du bord de deux places à la fois, "
            "dans le sens des aiguilles d’une montre.",
            ("place", 1): "Dans chaque ligne, le signe avance le long du bord d’une place à la fois, "
            "dans le sens des aiguilles d’une montre.",
            ("place", -1): "Dans chaque ligne, le signe avance le long du bord d’une place à la fois, "
            "dans le sens inverse des aiguilles d’une montre.",
            ("place", -2): "Dans chaque ligne, le signe avance le long du bord de deux places à la fois, "
            "dans le sens inverse des aiguilles d’une montre.",
        },
        reckoned={
            "add": "Dans chaque ligne, la troisième figure a autant de signes que la première et la deuxième ensemble.",
            "take": "Dans chaque ligne, la troisième figure a autant de signes qu’il en reste quand on retire "
            "le nombre de la deuxième de celui de la première.",
            "over": "Dans chaque ligne, la troisième figure montre la première et la deuxième superposées\u00a0; "
            "une place occupée dans les deux est occupée une fois.",
            "minus": "Dans chaque ligne, la troisième figure montre ce qui reste de la première quand on retire "
            "les places de la deuxième.",
        },
        shapes=_FR_SHAPES,
        shadings=_FR_SHADINGS,
        also="et",
        missing=("Il manque {figure}.", "Il manque {figure}."),
    ),
}


@dataclass(frozen=True, slots=True)
class DescriptionWords:
    """`turned` is for a shape without a point; places are in the order of `Mark.place`."""

    noun: Callable[[int, Mark], str]
    pointing: str
    directions: tuple[str, ...]
    turned: str
    places: tuple[str, ...]
    at: str
    also: str
    together: str


def alt(figure: Figure, language: str) -> str:
    """A description in "en", "de" or "fr". Raises `KeyError` for another language."""
    tongue = DESCRIPTIONS[language]
    groups: dict[Mark, list[int]] = {}
    for mark in figure.marks:
        groups.setdefault(_placeless(mark), []).append(mark.place)
    description = tongue.together.join(_group(mark, places, tongue) for mark, places in groups.items())
    return description[:1].upper() + description[1:]


def _placeless(mark: Mark) -> Mark:
    return Mark(shape=mark.shape, shading=mark.shading, turn=mark.turn, size=mark.size)


def _group(mark: Mark, places: Sequence[int], tongue: DescriptionWords) -> str:
    description = tongue.noun(len(places), mark)
    if mark.shape in _POINTED:
        # describe every rotation of a pointed shape, since none is the obvious default
        description += tongue.pointing.format(direction=tongue.directions[mark.turn // 45])
    elif mark.turn:
        description += tongue.turned.format(degrees=mark.turn)
    if list(places) == [MIDDLE]:
        return description
    names = [tongue.places[place] for place in places]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {tongue.also} {names[-1]}"
    return description + tongue.at.format(places=listed)


def _english(count: int, mark: Mark) -> str:
    noun = mark.shape if count == 1 else {"cross": "crosses"}.get(mark.shape, f"{mark.shape}s")
    return f"{_EN_NUMBERS[count]} {_EN_SIZES[mark.size]} {_EN_SHADINGS[mark.shading]} {noun}"


def _german(count: int, mark: Mark) -> str:
    one, article, ending, several = _DE_SHAPE_FORMS[mark.shape]
    if count > 1:
        article, ending, one = _DE_NUMBERS[count], "e", several
    return f"{article} {_DE_SIZES[mark.size]}{ending} {_DE_SHADINGS[mark.shading]}{ending} {one}"


def _french(count: int, mark: Mark) -> str:
    one, several, feminine = _FR_SHAPE_FORMS[mark.shape]
    form = int(feminine) + (2 if count > 1 else 0)
    number = _FR_NUMBERS[count] if count > 1 else "une" if feminine else "un"
    before = f"{_FR_SIZES[mark.size][form]} " if mark.size in _FR_SIZES else ""
    after = "" if mark.size in _FR_SIZES else " de taille moyenne"
    return f"{number} {before}{one if count == 1 else several} {_FR_SHADING_FORMS[mark.shading][form]}{after}"


DESCRIPTIONS: Mapping[str, DescriptionWords] = {
    "en": DescriptionWords(
        noun=_english,
        pointing=" pointing {direction}",
        directions=(
            "up",
            "up and to the right",
            "right",
            "down and to the right",
            "down",
            "down and to the left",
            "left",
            "up and to the left",
        ),
        turned=" turned by {degrees} degrees",
        places=(
            "top left",
            "top middle",
            "top right",
            "middle left",
            "centre",
            "middle right",
            "bottom left",
            "bottom middle",
            "bottom right",
        ),
        at=": {places}",
        also="and",
        together="; ",
    ),
    "de": DescriptionWords(
        noun=_german,
        pointing=", Spitze {direction}",
        directions=(
            "nach oben",
            "nach rechts oben",
            "nach rechts",
            "nach rechts unten",
            "nach unten",
            "nach links unten",
            "nach links",
            "nach links oben",
        ),
        turned=", um {degrees} Grad gedreht",
        places=(
            "oben links",
            "oben in der Mitte",
            "oben rechts",
            "links in der Mitte",
            "in der Mitte",
            "rechts in der Mitte",
            "unten links",
            "unten in der Mitte",
            "unten rechts",
        ),
        at=": {places}",
        also="und",
        together="; ",
    ),
    "fr": DescriptionWords(
        noun=_french,
        pointing=", pointe {direction}",
        directions=(
            "vers le haut",
            "vers le haut à droite",
            "vers la droite",
            "vers le bas à droite",
            "vers le bas",
            "vers le bas à gauche",
            "vers la gauche",
            "vers le haut à gauche",
        ),
        turned=", avec une rotation de {degrees} degrés",
        places=(
            "en haut à gauche",
            "en haut au milieu",
            "en haut à droite",
            "au milieu à gauche",
            "au centre",
            "au milieu à droite",
            "en bas à gauche",
            "en bas au milieu",
            "en bas à droite",
        ),
        at="\u00a0: {places}",
        also="et",
        together="\u00a0; ",
    ),
}
