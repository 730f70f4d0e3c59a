"""Drawings and texts of matrices in three languages."""

import re
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup, Tag
from django.template.loader import render_to_string

from goodword.assessments.kinds.generated import Family, Figure, GeneratedItem, Mark, Matrix, Shown
from goodword.assessments.kinds.reasoning.matrices import FAMILIES, one_rule, three_rules
from goodword.assessments.kinds.reasoning.matrices.drawing import (
    literal,
    matrix_rule_in_words,
    picture,
    show_matrix,
)
from goodword.assessments.kinds.reasoning.matrices.words import alt
from goodword.core.text import language_codes

SEEDS = range(50)
EACH = [(family, level) for family in FAMILIES for level in family.levels]
each_level = pytest.mark.parametrize(
    ("family", "level"), EACH, ids=[f"{family.id}-{level}" for family, level in EACH]
)
each_language = pytest.mark.parametrize("language", language_codes())
DRAWN_WITH = {
    "svg": {"viewBox", "class", "role", "aria-label", "focusable"},
    "path": {"d", "fill", "fill-opacity", "stroke", "stroke-width", "stroke-linejoin"},
    "circle": {"cx", "cy", "r", "fill", "fill-opacity", "stroke", "stroke-width", "stroke-linejoin"},
}
COLOURS = {None, "none", "currentColor"}


def _figures(item: GeneratedItem) -> set[Figure]:
    assert isinstance(item.task, Matrix)
    return {*item.task.cells, *(option.value for option in item.options if isinstance(option.value, Figure))}


@pytest.mark.matrix
@each_language
@each_level
def test_figures_that_differ_never_have_the_same_words(family: Family, level: int, language: str) -> None:
    for seed in SEEDS:
        figures = _figures(family.generate(seed, level))
        assert len({alt(figure, language) for figure in figures}) == len(figures)


@pytest.mark.slow
@each_level
def test_figures_that_differ_are_drawn_differently_by_shapes_and_lines_alone(
    family: Family, level: int
) -> None:
    for seed in SEEDS:
        figures = _figures(family.generate(seed, level))
        drawings = {picture(figure, "en").svg for figure in figures}
        assert len({re.sub('aria-label="[^"]*"', "", drawing) for drawing in drawings}) == len(figures)
        for drawing in drawings:
            for element in ET.fromstring(drawing).iter():
                tag = element.tag.removeprefix("{http://www.w3.org/2000/svg}")
                assert set(element.attrib) <= DRAWN_WITH[tag]
                assert {element.get("fill"), element.get("stroke")} <= COLOURS


@pytest.mark.slow
@each_level
def test_drawings_stay_inside_the_picture(family: Family, level: int) -> None:
    for seed in SEEDS:
        for figure in _figures(family.generate(seed, level)):
            for path in re.findall(' d="([^"]*)"', picture(figure, "en").svg):
                numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", path)]
                assert 1.25 <= min(numbers) <= max(numbers) <= 94.75


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Two small striped triangles pointing right: top left and bottom right"),
        ("de", "Zwei kleine gestreifte Dreiecke, Spitze nach rechts: oben links und unten rechts"),
        (
            "fr",
            "Deux petits triangles rayés, pointe vers la droite\u00a0: en haut à gauche et en bas à droite",
        ),
    ],
)
def test_equal_marks_are_described_together(language: str, words: str) -> None:
    marks = [Mark(shape="triangle", shading="striped", turn=90, place=place, size=1) for place in (0, 8)]
    assert alt(Figure(tuple(marks)), language) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "One medium-sized solid star; one small grey circle: top right"),
        ("de", "Ein mittelgroßer ausgefüllter Stern; ein kleiner grauer Kreis: oben rechts"),
        (
            "fr",
            "Une étoile pleine de taille moyenne\u00a0; un petit cercle gris\u00a0: en haut à droite",
        ),
    ],
)
def test_different_marks_are_described_in_order(language: str, words: str) -> None:
    star = Mark(shape="star", shading="full", size=2)
    circle = Mark(shape="circle", shading="grey", place=2, size=1)
    assert alt(Figure((star, circle)), language) == words


@each_language
@pytest.mark.parametrize("size", [1, 2, 3])
def test_one_mark_in_the_middle_needs_no_place(language: str, size: int) -> None:
    assert ":" not in alt(Figure((Mark(shape="cross", size=size),)), language)


@each_language
def test_a_matrix_is_shown_with_a_question_eight_pictures_and_eight_to_choose_from(language: str) -> None:
    item = three_rules(3, 5)
    shown = show_matrix(item, language)
    assert isinstance(item.task, Matrix)
    assert shown.question.rstrip().endswith("?")
    assert shown.pictures == tuple(picture(cell, language) for cell in item.task.cells)
    assert [(option.id, option.picture) for option in shown.options] == [
        (option.id, picture(option.value, language))
        for option in item.options
        if isinstance(option.value, Figure)
    ]
    assert (shown.lines, shown.terms) == ((), ())


@pytest.mark.matrix
@each_language
@each_level
def test_every_rule_is_a_whole_sentence(family: Family, level: int, language: str) -> None:
    for seed in SEEDS:
        item = family.generate(seed, level)
        told = matrix_rule_in_words(item, language)
        assert not re.search(r"[{}_]|None|\s\s", told)
        rules = item.rule["rules"]
        assert isinstance(rules, list | tuple)
        assert len(re.findall(r"\.(?: |$)", told)) == len(rules) + 1


@pytest.mark.parametrize(
    ("language", "rule", "figure"),
    [
        (
            "en",
            "In each row the figure turns 45 degrees clockwise from place to place.",
            "The missing figure shows one large solid arrow pointing down.",
        ),
        (
            "de",
            "In jeder Zeile dreht sich die Figur von Stelle zu Stelle um 45 Grad nach rechts.",
            "Es fehlt ein großer ausgefüllter Pfeil, Spitze nach unten.",
        ),
        (
            "fr",
            "Dans chaque ligne, la figure tourne de 45 degrés vers la droite d’une case à l’autre.",
            "Il manque une grande flèche pleine, pointe vers le bas.",
        ),
    ],
)
def test_the_rule_leads_to_the_right_figure(language: str, rule: str, figure: str) -> None:
    assert matrix_rule_in_words(one_rule(2, 1), language) == f"{rule} {figure}"


def test_the_page_names_each_position_and_describes_each_option() -> None:
    shown = show_matrix(three_rules(3, 5), "en")
    page = _page(shown, chosen="c")
    assert [
        (place.get_text(strip=True), drawing["aria-label"] if isinstance(drawing, Tag) else "")
        for place, drawing in (
            (cell.find(class_="visually-hidden"), cell.find("svg")) for cell in page.select(".matrix__cell")
        )
        if place
    ] == [
        *(
            (f"Row {at // 3 + 1}, place {at % 3 + 1}:", picture.alt)
            for at, picture in enumerate(shown.pictures)
        ),
        ("Row 3, place 3: empty", ""),
    ]
    assert [
        (radio["name"], radio["value"], radio["aria-label"], radio.has_attr("checked"))
        for radio in page.select("input[type=radio]")
    ] == [
        ("answer", option.id, option.picture.alt, option.id == "c")
        for option in shown.options
        if option.picture
    ]
    assert [legend.get_text() for legend in page.select("legend")] == [shown.question]


def test_the_page_has_nothing_inline_and_no_ids_that_clash() -> None:
    page = _page(show_matrix(three_rules(3, 5), "fr"), chosen="")
    assert page.select("[style], script, style, [checked]") == []
    ids = [element["id"] for element in page.select("[id]")]
    assert ids == [f"id_answer_{at}" for at in range(8)]


def _page(shown: Shown, *, chosen: str) -> BeautifulSoup:
    context = {"shown": shown, "field_name": "answer", "chosen": chosen}
    return BeautifulSoup(render_to_string("assessments/portal/matrix.html", context), "html.parser")


def test_a_drawing_for_paper_has_its_own_colour() -> None:
    drawing = literal(picture(Figure((Mark(shape="star", shading="striped"),)), "en").svg)
    assert "currentColor" not in drawing
    assert 'stroke="#1d1b20"' in drawing
