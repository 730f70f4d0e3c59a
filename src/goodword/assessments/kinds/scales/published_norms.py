"""Published norm groups of a content pack. Groups split by sex, race or age are rejected.

The Civil Rights Act of 1991, section 106, forbids scoring by sex and race in the United States; anti-discrimination
law elsewhere has the same effect. Splits are recognised by fields and by name; "Adults (18+)" is accepted, since it
excludes nobody.
"""

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, StrictInt, model_validator
from pydantic import StringConstraints as Limits

from goodword.assessments.kinds.content import Norm, PublishedNormGroup
from goodword.assessments.kinds.packs import KNOWN_NAMES, TEXT, wrong

#: words for each sex; words from only one list indicate a split, words from both a whole group
_WOMEN: Final = frozenset({"women", "female", "females", "girls", "frauen", "weiblich", "femmes", "filles"})
_MEN: Final = frozenset({"men", "male", "males", "boys", "männer", "männlich", "hommes", "garçons"})

_RACE: Final = re.compile(
    r"\b(?:whites?(?!-|\s+(?:collar|goods))|blacks?(?!\s+(?:forest|sea|country|friday|belts?)\b)|caucasians?"
    r"|african[\s-]americans?|asians?|asian[\s-]americans?|hispanics?|latin[oax]s?|native\s+americans?"
    r"|pacific\s+islanders?|indigenous|bame|bipoc|people\s+of\s+colou?r|ethnic\s+minorit(?:y|ies)"
    r"|weiße[rnm]?|schwarze[rnm]?|asiat(?:en|innen|isch\w*)|ethnische\s+minderheit(?:en)?"
    r"|blanc(?:s|he|hes)?|(?<!forêt-)(?<!forêt )noir(?:s|e|es)?|asiatiques?|hispaniques?|minorités?\s+ethniques?)\b"
)

_YOUNG: Final = re.compile(
    r"\b(?:young(?!\s+(?:compan|firm))|younger|teenagers?|millennials|gen(?:eration)?[\s-]z"
    r"|junge[rn]?(?!\s+(?:unternehmen|firmen))|jüngere[rn]?|jugendliche[rn]?|jeunes(?!\s+entreprises))\b"
)
_OLD: Final = re.compile(
    r"\b(?:older\s+(?:adults|people|workers|employees|applicants|candidates|men|women)|elderly|middle-aged"
    r"|(?:baby[\s-])?boomers|seniors|senioren|ältere[rn]?|personnes\s+âgées)\b"
)
_ALL_AGES: Final = re.compile(
    r"\b(?:all\s+ages|any\s+age|every\s+age|alle\s+altersgruppen|jeden\s+alters|tous\s+(?:les\s+)?âges)\b"
)

#: years of experience don't count as age
_AT_WORK: Final = re.compile(
    r"\d+\s*(?:\+|plus|(?:-|–|to|bis|à)\s*\d+)?\s*(?:years?|jahren?|ans)\W+(?:(?:of|de)\W+|d['’])?(?:\w+\s+)?"
    r"(?:experience|service|tenure|employment|berufserfahrung|erfahrung|expérience|ancienneté)"
)
#: what can follow a number that is an age; other words make it a count ("over 50 companies")
_END: Final = (
    r"(?![\d%]|[.,]\d|\s%)(?=\s*(?:$|[^\w\s%+-]|s\b"
    r"|[\s-]*(?:years?|yrs?|jahren?|jähr\w+|ans|olds?|in|at|from|of|and|or|with|who|und|oder|aus|im|et|ou|en|au)\b))"
)
_FIGURE: Final = r"(?<![\d.,])(\d\d)"
_YEARS: Final = r"(?:\s*(?:years?|jahren?|ans))?"
_RANGE: Final = re.compile(rf"{_FIGURE}{_YEARS}-?\s*(?:-|–|—|to|bis|à|and|und|et)\s*(\d\d){_END}")
#: words that make a range of numbers a range of ages
_OF_PEOPLE: Final = re.compile(
    r"\b(?:age[ds]?|years?|yrs?|olds?|adults?|people|persons|workers|employees|applicants|candidates|men|women"
    r"|alters?|altersgruppe|jahren?|jährig\w*|erwachsene\w*|personen|bewerber\w*|beschäftigte\w*"
    r"|ans|âges?|âgée?s?|adultes?|personnes|candidat\w*|salarié\w*)\b"
)
_FROM: Final = (
    re.compile(rf"\b(?:over|above|older\s+than|ab|über|älter\s+als|plus\s+de)[\s-]*(\d\d){_END}"),
    re.compile(
        rf"{_FIGURE}(?:s\b)?{_YEARS}\s*(?:\+|plus\b|(?:and|or)\s+(?:over|older|above|up)\b|(?:und|oder)\s+älter\b"
        r"|(?:et|ou)\s+plus\b)(?!\s+[^\W\d]{4,})"
    ),
)
_BELOW: Final = re.compile(
    rf"\b(?:under|below|younger\s+than|unter|jünger\s+als|moins\s+de)[\s-]*(\d\d){_END}"
)
_AT: Final = (
    re.compile(r"\b(?:aged?|im\s+alter\s+von|âgée?s?\s+de)\s+(\d\d)\b"),
    re.compile(r"\b(\d\d)[\s-]*(?:years?-olds?\b|year\s+olds?\b|jährige)"),
)
#: limits of working age: groups from the first or up to the second include everyone
_EVERYBODY_FROM: Final = 18
_EVERYBODY_TO: Final = 90


def split_of(name: str) -> str:
    text = name.lower()
    words = set(re.findall(r"\w+", text))
    if bool(words & _WOMEN) != bool(words & _MEN):
        return "sex"
    if _RACE.search(text):
        return "race"
    return "age" if _by_age(text) else ""


def _by_age(text: str) -> bool:
    if _ALL_AGES.search(text):
        return False
    if bool(_YOUNG.search(text)) != bool(_OLD.search(text)):
        return True
    text = _AT_WORK.sub("", text)
    ranges = [(int(low), int(high)) for low, high in _RANGE.findall(text)] if _OF_PEOPLE.search(text) else []
    if any(low > _EVERYBODY_FROM or high < _EVERYBODY_TO for low, high in ranges if low < high):
        return True
    if any(int(age) > _EVERYBODY_FROM for form in (*_FROM, *_AT) for age in form.findall(text)):
        return True
    return any(int(age) < _EVERYBODY_TO for age in _BELOW.findall(text))


_SPLITS: Final = ("sex", "gender", "race", "ethnicity", "age")


def _check_name(name: str) -> str:
    if split := split_of(name):
        raise ValueError(f"is split by {split}, as its name “{name}” says; norms for selection must not be")
    return name


class PackNormGroup(BaseModel):
    """A norm group in a content pack, with a mean and a standard deviation for each scale."""

    model_config = KNOWN_NAMES

    name: Annotated[str, TEXT, Limits(min_length=1, max_length=200), AfterValidator(_check_name)]
    form: Annotated[str, TEXT, Limits(min_length=1, max_length=500)]
    n: StrictInt
    source: Annotated[str, TEXT, Limits(min_length=1, max_length=500)]
    caveat: Annotated[str, TEXT, Limits(min_length=1, max_length=500)]
    scales: dict[str, Norm]

    @model_validator(mode="before")
    @classmethod
    def _check_splits(cls, data: Any) -> Any:
        if isinstance(data, Mapping):
            for split in _SPLITS:
                if data.get(split) is not None:
                    raise ValueError(f"is split by {split}; norms for selection must not be")
        return data


def norm_group(
    group: PackNormGroup, *, whole: str, form_ids: Collection[str], scale_ids: Collection[str]
) -> PublishedNormGroup:
    """Check a group, which must be for one of the forms and have all scales. Raises `PackError`."""
    if group.form not in form_ids:
        raise wrong(whole, f"is for the form “{group.form}”, which the pack does not have")
    if group.n < 1:
        raise wrong(whole, "needs the number of people it comes from under “n”")
    if set(group.scales) != set(scale_ids):
        raise wrong(whole, "must have a mean and a standard deviation for each scale, and for no other")
    for scale_id, norm in group.scales.items():
        if norm.sd <= 0:
            raise wrong(f"“{scale_id}” in the scales of {whole}", "needs a standard deviation above zero")
    return PublishedNormGroup(
        form=group.form,
        name=group.name,
        n=group.n,
        source=group.source,
        caveat=group.caveat,
        scales=tuple(group.scales.items()),
    )
