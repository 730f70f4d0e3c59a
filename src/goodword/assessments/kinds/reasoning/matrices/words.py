"""The words of the rules of matrices, whole sentences in three languages."""

from collections.abc import Mapping
from dataclasses import dataclass

from goodword.assessments.kinds.reasoning.item import Shading, Shape


@dataclass(frozen=True, slots=True)
class RuleWords:
    """The sentences of one language.

    `same` and `three` are by aspect; `step` is by aspect and step (above 0 more, or clockwise; turns in eighths).
    `three` lists its values at `{values}` where they have names. `missing` ends the rule, for one mark and for
    several, with the words of the right figure at `{figure}`.
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

WORDS: Mapping[str, RuleWords] = {
    "en": RuleWords(
        question="Which figure belongs in the empty place?",
        same={
            "shape": "All figures in a row have the same shape.",
            "turn": "All figures in a row point the same way.",
            "shading": "All figures in a row have the same shading.",
            "size": "All figures in a row have the same size.",
            "count": "Each row has the same number of marks in all its places.",
        },
        three={
            "shape": "Each row has the same three shapes, each once: {values}.",
            "turn": "Each row has the same three directions, each once.",
            "shading": "Each row has the same three shadings, each once: {values}.",
            "size": "Each row has the same three sizes, each once.",
            "count": "Each row has the same three numbers of marks, each once: {values}.",
            "place": "In each row the mark stands once in each of the same three places.",
        },
        step={
            ("turn", 2): "In each row the figure turns by 90 degrees to the right from place to place.",
            ("turn", 1): "In each row the figure turns by 45 degrees to the right from place to place.",
            ("turn", -1): "In each row the figure turns by 45 degrees to the left from place to place.",
            ("turn", -2): "In each row the figure turns by 90 degrees to the left from place to place.",
            ("count", 1): "In each row every figure has one mark more than the one before.",
            ("count", -1): "In each row every figure has one mark fewer than the one before.",
            ("place", 2): "In each row the mark moves two places clockwise round the edge each time.",
            ("place", 1): "In each row the mark moves one place clockwise round the edge each time.",
            ("place", -1): "In each row the mark moves one place anticlockwise round the edge each time.",
            ("place", -2): "In each row the mark moves two places anticlockwise round the edge each time.",
        },
        reckoned={
            "add": "In each row the third figure has as many marks as the first and the second together.",
            "take": "In each row the third figure has as many marks as are left when the number of the second is "
            "taken from that of the first.",
            "over": "In each row the third figure shows the first and the second laid over each other; "
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
