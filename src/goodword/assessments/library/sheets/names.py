"""What forms, families and categories are called on members' pages."""

from typing import Final

from django.utils.translation import gettext, ngettext

from goodword.assessments.library.instrument import FULL_FORM, Instrument
from goodword.assessments.library.judgement import JudgementSet
from goodword.assessments.library.questions import QuestionSet
from goodword.assessments.library.reasoning.forms import Forms

type Content = Instrument | JudgementSet | QuestionSet | Forms

#: what must be seen or held in mind to solve an item of a family and level, as the families' own files define it
LOADS: Final = {
    ("number_series", 1): "One difference, the same throughout",
    ("number_series", 2): "One change on the way: growing differences, or one factor",
    ("number_series", 3): "Two operations in turn",
    ("number_series", 4): "Two series that take turns",
    ("number_series", 5): "A rule on two terms, or growth that itself grows",
    ("letter_series", 1): "Pairs of letters that move by the same step",
    ("letter_series", 2): "Pairs of letters, each with its own step",
    ("letter_series", 3): "Two series of single letters that take turns",
    ("letter_series", 4): "Pairs of letters, one with a step that grows",
    ("matrices_one_rule", 1): "One rule: a step along the row",
    ("matrices_one_rule", 2): "One rule: an addition or subtraction",
    ("matrices_two_rules", 2): "Two rules: the same in a row, and a step",
    ("matrices_two_rules", 3): "Two rules: a step, and the same three in each row",
    ("matrices_two_rules", 4): "Two rules: the same three in each row, and an addition or subtraction",
    ("matrices_three_rules", 4): "Three rules: the same in a row, a step, the same three in each row",
    (
        "matrices_three_rules",
        5,
    ): "Three rules: the same three in each row, twice, and an addition or subtraction",
    ("seating", 1): "Four people, three statements, one of them on a place",
    ("seating", 2): "Four people, three statements, none on a place",
    ("seating", 3): "Five people, four statements, one of them negative",
    ("seating", 4): "Five people, five statements, two of them negative",
    ("ordering", 1): "Four things, three comparisons in one direction",
    ("ordering", 2): "Four things, three comparisons in both directions",
    ("ordering", 3): "Five things, four comparisons in both directions",
    ("ordering", 4): "Five things, three statements that say more than one thing each",
    ("sets", 1): "Three groups, two statements with “all” or “no”",
    ("sets", 2): "Three groups, two statements, one with “some”",
    ("sets", 3): "Four groups, three statements with “all” or “no”",
    ("sets", 4): "Four groups, three statements, one with “some”",
}

_FAMILIES: Final = {
    "number_series": "Number series",
    "letter_series": "Letter series",
    "matrices_one_rule": "Figures with one rule",
    "matrices_two_rules": "Figures with two rules",
    "matrices_three_rules": "Figures with three rules",
    "seating": "Who sits where",
    "ordering": "What comes first",
    "sets": "Groups and what follows",
}
_CATEGORIES: Final = {
    "numerical": "Numbers",
    "letters": "Letters",
    "figural": "Figures",
    "deductive": "Conclusions",
}


def forms_of(content: Content) -> tuple[str, ...]:
    """The ids of a test's forms, the one that is given first where nobody chooses."""
    match content:
        case Instrument():
            return tuple(form.id for form in content.forms)
        case Forms():
            # stored JSON keeps no order: with figures and more tasks first
            return tuple(
                sorted(
                    content.forms,
                    key=lambda form: (not has_figures(content, form), -content.blueprint(form).n, form),
                )
            )
    return (FULL_FORM,)


def form_name(content: Content, form: str) -> str:
    """What a form is called. Raises `LookupError` for one that is not there."""
    match content:
        case Instrument():
            found = content.form(form)
            return found.name or gettext("Full form, %(count)s items") % {"count": len(found.item_ids)}
        case Forms():
            blueprint = content.blueprint(form)
            return gettext("%(n)s tasks in %(minutes)s minutes%(without)s") % {
                "n": blueprint.n,
                "minutes": blueprint.minutes,
                "without": "" if has_figures(content, form) else gettext(", without figures"),
            }
        case JudgementSet():
            n = len(content.scenarios)
            return ngettext("%(n)s situation", "%(n)s situations", n) % {"n": n}
    n = len(content.questions)
    return ngettext("%(n)s question", "%(n)s questions", n) % {"n": n}


def has_figures(forms: Forms, form: str) -> bool:
    """Whether a form has items that must be seen."""
    return any(entry.family.startswith("matrices") for entry in forms.blueprint(form).entries)


def family_name(family: str) -> str:
    """A family of generated items in words."""
    return gettext(_FAMILIES.get(family, family))


def category_name(category: str) -> str:
    """A category of families in words."""
    return gettext(_CATEGORIES.get(category, category))


def load_of(family: str, level: int) -> str:
    """The rule load of a family and level in words."""
    return gettext(LOADS[family, level]) if (family, level) in LOADS else ""
