"""Norm groups restricted to one sex, race or age are detected by name."""

import pytest

from goodword.assessments.kinds.packs import PackError
from goodword.assessments.kinds.scales.content import parse_pack
from goodword.assessments.kinds.scales.published_norms import split_of
from tests.assessments.kinds.packs import small_pack


@pytest.mark.parametrize(
    ("split", "names"),
    [
        ("sex", ("Women in sales", "Männer")),
        (
            "race",
            (
                "White applicants",
                "Black employees",
                "Asian job seekers",
                "African American adults",
                "Hispanic or Latino",
                "Schwarze Bewerber",
                "Weiße Angestellte",
                "Candidats noirs",
                "Personnes blanches",
            ),
        ),
        (
            "age",
            (
                "Adults aged 18-29",
                "Adults 18–64",
                "18 to 29 years",
                "over 50s",
                "Over-50s in retail",
                "Employees over 50",
                "50+",
                "Applicants 40 and over",
                "Under 30",
                "Applicants under 30 in sales",
                "Young professionals",
                "Older workers",
                "Erwachsene von 18 bis 29",
                "18- bis 29-Jährige",
                "Über 50 Jahre",
                "50 Jahre und älter",
                "Personen ab 50",
                "Ältere Beschäftigte",
                "Adultes de 18 à 29 ans",
                "Plus de 50 ans",
                "Moins de 30 ans",
                "50 ans et plus",
                "Jeunes diplômés",
            ),
        ),
        (
            "",
            (
                "Adults (18+)",
                "Adults, all ages",
                "Aged 18 and over, all",
                "Adults aged 16 to 99",
                "Women and men",
                "Erwachsene ab 18",
                "Erwachsene jeden Alters",
                "18 Jahre und älter",
                "Adultes, 18 ans et plus",
                "Tous les âges",
                "visitors",
                "White-collar workers",
                "Hotels in the Black Forest",
                "Applicants 2019-2021",
                "Employees of over 50 companies",
                "Applicants in 20+ countries",
                "Managers with 10 to 15 years of experience",
                "Senior managers",
                "Adults, studies 1 and 2",
                "Younger and older workers",
            ),
        ),
    ],
)
def test_group_names_reveal_splits(split: str, names: tuple[str, ...]) -> None:
    assert {name: split_of(name) for name in names} == dict.fromkeys(names, split)


@pytest.mark.parametrize(
    ("split", "name"), [("race", "Black employees"), ("age", "Adults aged 18-29"), ("sex", "Women")]
)
def test_groups_named_after_a_split_are_refused(split: str, name: str) -> None:
    with pytest.raises(PackError) as refused:
        parse_pack(small_pack(norms=[small_pack()["norms"][0] | {"name": name}]))
    assert str(refused.value) == (
        f"Norm group 1 of the content pack is split by {split}, as its name “{name}” says; "
        "norms for selection must not be."
    )
