"""Text descriptions of matrix figures, without any hint at the rule or at other figures.

Identical marks are described together: "Two small striped triangles pointing right: top left and bottom right".
Different figures always have different descriptions.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from goodword.assessments.kinds.reasoning.item import Figure, Mark, Shading, Shape

MIDDLE = 4


@dataclass(frozen=True, slots=True)
class Tongue:
    """The words of one language. `noun` tells a number of marks of a size and shading; `turned` is for a shape
    that has no point; places are in the order of `Mark.place`."""

    noun: Callable[[int, Mark], str]
    pointing: str
    directions: tuple[str, ...]
    turned: str
    places: tuple[str, ...]
    at: str
    also: str
    together: str


def alt(figure: Figure, language: str) -> str:
    """What the figure shows, as one phrase in "en", "de" or "fr". Raises `KeyError` for another language."""
    tongue = TONGUES[language]
    groups: dict[Mark, list[int]] = {}
    for mark in figure.marks:
        groups.setdefault(_placeless(mark), []).append(mark.place)
    said = tongue.together.join(_group(mark, places, tongue) for mark, places in groups.items())
    return said[:1].upper() + said[1:]


def _placeless(mark: Mark) -> Mark:
    return Mark(shape=mark.shape, shading=mark.shading, turn=mark.turn, size=mark.size)


def _group(mark: Mark, places: Sequence[int], tongue: Tongue) -> str:
    said = tongue.noun(len(places), mark)
    if mark.shape in _POINTED:
        # every rotation of a pointed shape is described, since none of them is the obvious default
        said += tongue.pointing.format(direction=tongue.directions[mark.turn // 45])
    elif mark.turn:
        said += tongue.turned.format(degrees=mark.turn)
    if list(places) == [MIDDLE]:
        return said
    names = [tongue.places[place] for place in places]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {tongue.also} {names[-1]}"
    return said + tongue.at.format(places=listed)


_POINTED: tuple[Shape, ...] = ("triangle", "arrow")

_EN_NUMBERS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_EN_SIZES = {1: "small", 2: "medium-sized", 3: "large"}
_EN_SHADINGS: Mapping[Shading, str] = {
    "empty": "empty",
    "striped": "striped",
    "grey": "grey",
    "full": "solid",
}


def _english(count: int, mark: Mark) -> str:
    noun = mark.shape if count == 1 else {"cross": "crosses"}.get(mark.shape, f"{mark.shape}s")
    return f"{_EN_NUMBERS[count]} {_EN_SIZES[mark.size]} {_EN_SHADINGS[mark.shading]} {noun}"


_DE_NUMBERS = ("", "", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun")
_DE_SIZES = {1: "klein", 2: "mittelgroß", 3: "groß"}
_DE_SHADINGS: Mapping[Shading, str] = {
    "empty": "leer",
    "striped": "gestreift",
    "grey": "grau",
    "full": "ausgefüllt",
}
#: one, its article, the ending of its adjectives, several
_DE_SHAPES: Mapping[Shape, tuple[str, str, str, str]] = {
    "circle": ("Kreis", "ein", "er", "Kreise"),
    "square": ("Quadrat", "ein", "es", "Quadrate"),
    "triangle": ("Dreieck", "ein", "es", "Dreiecke"),
    "diamond": ("Raute", "eine", "e", "Rauten"),
    "pentagon": ("Fünfeck", "ein", "es", "Fünfecke"),
    "star": ("Stern", "ein", "er", "Sterne"),
    "cross": ("Kreuz", "ein", "es", "Kreuze"),
    "arrow": ("Pfeil", "ein", "er", "Pfeile"),
}


def _german(count: int, mark: Mark) -> str:
    one, article, ending, several = _DE_SHAPES[mark.shape]
    if count > 1:
        article, ending, one = _DE_NUMBERS[count], "e", several
    return f"{article} {_DE_SIZES[mark.size]}{ending} {_DE_SHADINGS[mark.shading]}{ending} {one}"


_FR_NUMBERS = ("", "", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf")
#: masculine and feminine, one and several
_FR_SIZES = {1: ("petit", "petite", "petits", "petites"), 3: ("grand", "grande", "grands", "grandes")}
_FR_SHADINGS: Mapping[Shading, tuple[str, str, str, str]] = {
    "empty": ("vide", "vide", "vides", "vides"),
    "striped": ("rayé", "rayée", "rayés", "rayées"),
    "grey": ("gris", "grise", "gris", "grises"),
    "full": ("plein", "pleine", "pleins", "pleines"),
}
#: one, several, whether feminine
_FR_SHAPES: Mapping[Shape, tuple[str, str, bool]] = {
    "circle": ("cercle", "cercles", False),
    "square": ("carré", "carrés", False),
    "triangle": ("triangle", "triangles", False),
    "diamond": ("losange", "losanges", False),
    "pentagon": ("pentagone", "pentagones", False),
    "star": ("étoile", "étoiles", True),
    "cross": ("croix", "croix", True),
    "arrow": ("flèche", "flèches", True),
}


def _french(count: int, mark: Mark) -> str:
    one, several, feminine = _FR_SHAPES[mark.shape]
    form = int(feminine) + (2 if count > 1 else 0)
    number = _FR_NUMBERS[count] if count > 1 else "une" if feminine else "un"
    before = f"{_FR_SIZES[mark.size][form]} " if mark.size in _FR_SIZES else ""
    after = "" if mark.size in _FR_SIZES else " de taille moyenne"
    return f"{number} {before}{one if count == 1 else several} {_FR_SHADINGS[mark.shading][form]}{after}"


TONGUES: Mapping[str, Tongue] = {
    "en": Tongue(
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
    "de": Tongue(
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
    "fr": Tongue(
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
