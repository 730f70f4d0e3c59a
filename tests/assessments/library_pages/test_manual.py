"""A test's technical manual follows the chapters of the Standards and says *None yet* where there is no data."""

import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goodword.accounts.models import Membership
from goodword.assessments.catalogue.packs import publish_pack, sign_off
from goodword.assessments.kinds.builtin import BUILT_IN
from goodword.assessments.kinds.judgement.content import JudgementSet
from goodword.assessments.kinds.registry import kind_of
from goodword.assessments.kinds.scales.content import Instrument
from goodword.assessments.manual.chapters import TechnicalManual, as_markdown, line, show, technical_manual
from goodword.assessments.manual.evidence import RECOVERY
from goodword.assessments.manual.facts import ManualFacts, manual_facts
from goodword.assessments.models import Calibration, NormGroup, Test, TestVersion
from goodword.assessments.psychometrics import strata
from goodword.assessments.psychometrics.rasch import CalibrationResult as Calibrated
from goodword.assessments.psychometrics.rasch import Difficulty
from goodword.assessments.psychometrics.strata import Calibrations, Effect, Pool, StrataComparison, Stratum
from goodword.assessments.queries import content_of
from goodword.core.report_blocks import Cell, Heading, Labelled, Prose, Section, Table
from goodword.roles.models import JobAnalysis, Role
from tests.assessments.all_kinds import PANEL
from tests.assessments.kinds.judgements import small_set
from tests.assessments.kinds.packs import small_pack
from tests.assessments.library_pages.support import (
    NOW,
    builtin,
    custom_questions,
    imported,
    published,
    url,
    used,
)
from tests.assessments.library_pages.test_sheet_page import normed
from tests.assessments.plans import PlannedTest
from tests.assessments.validity.people import judged, rate, took
from tests.support import factories
from tests.support.pages import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]

ROOT = Path(__file__).resolve().parents[3]
COMPUTER, PHONE = Stratum("en", "computer"), Stratum("en", "phone")


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation())


def facts_of(version: TestVersion, form: str = "", **more: Any) -> ManualFacts:
    form = form or content_of(version).offers()[0].id
    return manual_facts(version, form, language=version.language or "en", **more)


def manual_of(version: TestVersion, form: str = "", **more: Any) -> TechnicalManual:
    return technical_manual(facts_of(version, form, **more), now=NOW)


def written(version: TestVersion, form: str = "", **more: Any) -> str:
    manual = manual_of(version, form, **more)
    return as_markdown(manual.title, manual.sections)


def version_of(test: Test, language: str = "en") -> TestVersion:
    rows = test.versions.filter(published_at__isnull=False).select_related("test__organisation")
    return rows.filter(language__in=("", language)).order_by("-pk")[0]


def topic(manual: TechnicalManual, heading: str) -> Any:
    return next(one for chapter in manual.chapters for one in chapter.topics if one.heading == heading)


def all_of(rita: Membership) -> list[TestVersion]:
    builtins = [version_of(builtin(rita.organisation, key)) for key in BUILT_IN]
    return [*builtins, published(rita, small_pack()), published(rita, custom_questions())]


def test_every_kind_of_test_has_all_chapters_that_apply(rita: Membership) -> None:
    for version in all_of(rita):
        manual = manual_of(version)
        assert [chapter.number for chapter in manual.chapters] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 11]
        headings = [one.heading for chapter in manual.chapters for one in chapter.topics]
        assert len(set(headings)) == len(headings)
        assert all(one.blocks for chapter in manual.chapters for one in chapter.topics)


@pytest.mark.world
def test_no_manual_contains_items_or_keys(rita: Membership) -> None:
    for version in all_of(rita):
        text, content = written(version), content_of(version)
        items = [text for _, text in kind_of(content).texts(content)]
        if isinstance(content, Instrument):
            items = [item.text for item in content.items]
        if isinstance(content, JudgementSet):
            items = [situation.text for situation in content.situations]
            items += [text for action in content.actions for text in (action.text, action.reason) if text]
        assert items or not version.language
        assert [item for item in items if line(item) in text] == []


def test_chapters_without_studies_say_none_yet(rita: Membership) -> None:
    manual = manual_of(version_of(builtin(rita.organisation, "work_style")))
    none = {chapter.number: chapter.missing for chapter in manual.chapters if chapter.missing}
    assert none == {
        1: [
            "Test content",
            "Response processes",
            "Internal structure",
            "Relations to other variables",
            "Consequences of testing",
        ],
        2: ["Reliability", "Stability over time"],
        3: [
            "Differential functioning by language and device",
            "Differences by sex, age, ethnicity or disability",
        ],
        4: ["Pilot study"],
        5: ["Norms"],
        11: ["Relation to performance at work"],
    }
    assert ("2. Reliability, precision and errors of measurement", "Reliability, Stability over time") in (
        manual.about[1].blocks[0].rows  # type: ignore[union-attr]  # Labelled
    )
    for chapter in manual.chapters:
        for one in chapter.topics:
            (first, *_) = one.blocks
            says = isinstance(first, Prose) and first.paragraphs[0].startswith("None yet")
            assert (one.heading, says) == (one.heading, one.missing)


@pytest.mark.world
def test_correlations_with_ratings_are_evidence_from_fifty_people_on(rita: Membership) -> None:
    role = factories.role(rita.organisation)
    test = PlannedTest(test="reasoning", form="short_12")
    people = took(role, 60, lambda place: (place * 37) % 53, test=test)
    rate(people[:49], lambda place: 1 + place % 5)
    version = version_of(builtin(rita.organisation, "reasoning"))
    headings = ("Relations to other variables", "Relation to performance at work")
    few = manual_of(version, "short_12")
    assert [topic(few, heading).missing for heading in headings] == [True, True]
    rate(people[49:], lambda place: 1 + place % 5)
    manual = manual_of(version, "short_12")
    assert [topic(manual, heading).missing for heading in headings] == [False, False]
    [row] = topic(manual, headings[0]).blocks[1].rows
    assert row[:3] == ["Overall (1–5)", "Overall", "60"] and row[4] == "–"
    assert [topic(manual_of(version, "standard_20"), heading).missing for heading in headings] == [True, True]


@pytest.mark.world
def test_only_the_correlation_of_a_judgement_set_is_related_to_ratings(rita: Membership) -> None:
    found = topic(manual_of(judged(factories.role(rita.organisation))), "Relations to other variables")
    rows = {row[1]: row[3] for row in found.blocks[1].rows}
    assert set(rows) == {"Correlation within situations"}
    assert not any(figure.startswith(("-", "−")) for figure in rows.values())


def test_own_norms_bring_reliability_and_standard_errors(rita: Membership) -> None:
    version = published(rita, small_pack())
    normed(version.test)
    manual = manual_of(version, "full")
    assert [topic(manual, one).missing for one in ("Reliability", "Norms")] == [False, False]
    table = topic(manual, "Reliability").blocks[1]
    assert table.caption == "Norms 2: English, on a phone"
    assert table.rows == [["Warm", "0.81", "90", "0.51", "± 0.83"]]  # 1.16 × √0.19, times 1.645
    assert topic(manual, "Norms").blocks[-1].rows == [["Warm", "100", "2.98", "1.16"]]


def test_norms_of_another_form_or_organisation_do_not_count(rita: Membership) -> None:
    version = published(rita, small_pack())
    normed(version.test, form="half")
    other = published(factories.member(factories.organisation()), small_pack())
    normed(other.test)
    assert topic(manual_of(version, "full"), "Reliability").missing


def calibrated(test: Test, comparisons: tuple[StrataComparison, ...]) -> None:
    pool = Pool(
        strata={COMPUTER: 300},
        calibration=Calibrated(
            cells={("number_series", 1): Difficulty(-1.25, 0.2, 240)},
            sd=1.0,
            n=300,
            iterations=9,
            reliability=0.7,
        ),
    )
    Calibration.objects.create(
        organisation=test.organisation,
        test=test,
        version=version_of(test).number,
        number=1,
        content=strata.to_json(Calibrations(pools=(pool,), comparisons=comparisons, left_out={})),
        n=300,
        created_at=NOW,
    )


@pytest.mark.world
def test_a_calibration_brings_difficulties_and_comparisons_of_groups(rita: Membership) -> None:
    test = builtin(rita.organisation, "reasoning")
    heading = "Differential functioning by language and device"
    before = manual_of(version_of(test), "standard_20")
    assert (topic(before, heading).missing, topic(before, "Response processes").missing) == (True, False)
    assert {row[3] for row in topic(before, "Difficulties").blocks[1].rows} == {"assumed"}
    effects = {("number_series", 1): Effect(-2.4, 0.3), ("sets", 1): Effect(0.2, 0.3)}
    calibrated(test, (StrataComparison(reference=COMPUTER, focal=PHONE, effects=effects),))
    manual = manual_of(version_of(test), "standard_20")
    assert topic(manual, heading).blocks[1].rows == [
        ["English, on a phone", "English, on a computer", "1", "0", "1", "No"]
    ]
    assert topic(manual, "Difficulties").blocks[1].rows[0] == ["Number series", "1", "-1.25 ± 0.20", "240"]
    assert "are on a common scale" in topic(manual, "Linking of scores").blocks[0].paragraphs[0]


def test_agreement_of_a_panel_is_stated_or_none_yet(rita: Membership) -> None:
    heading = "Agreement of the experts behind the key"
    assert topic(manual_of(version_of(builtin(rita.organisation, "judgement_customer"))), heading).missing
    version = published(rita, small_set())
    version.content |= {"panel": PANEL}
    found = topic(manual_of(version), heading)
    assert (found.missing, found.blocks[1].rows) == (
        False,
        [["One expert", "0.62", "0.48", "0.75"], ["Mean of 9 experts", "0.94", "0.89", "0.96"]],
    )


def test_the_recorded_simulation_is_that_of_the_documentation() -> None:
    text = (ROOT / "docs/scoring.md").read_text(encoding="utf-8")
    people, form = f"calibrated on {RECOVERY.people} people", f"`{RECOVERY.form}` calibrated"
    assert (people in text, form in text) == (True, True)
    rmse, bias = re.search(r"RMSE, bias \|[^|]*\| ([\d.]+), ([+-][\d.]+) \|", text).groups()  # type: ignore[union-attr]  # found
    covered = re.search(r"intervals of abilities cover \|[^|]*\| ([\d.]+)% \|", text)
    assert covered is not None
    assert (float(rmse), float(bias), float(covered[1])) == (RECOVERY.rmse, RECOVERY.bias, RECOVERY.covered)


@pytest.mark.world
def test_statements_about_a_kind_appear_only_for_it(rita: Membership) -> None:
    def says(version: TestVersion, form: str = "") -> list[bool]:
        text = written(version, form)
        return [
            one in text
            for one in (
                "A form without figures can be taken instead",
                "their own tasks",
                "can practise on an example",
                "Agreement of raters",
                "Recovery in simulations",
                "answers to individual items, or keys",
                "under supervision",
            )
        ]

    reasoning = version_of(builtin(rita.organisation, "reasoning"))
    assert says(reasoning, "standard_20") == [True, True, True, False, True, True, True]
    assert says(reasoning, "figureless_20") == [False, True, True, False, True, True, True]
    assert says(published(rita, small_pack())) == [False, False, True, False, False, True, False]
    assert says(published(rita, custom_questions())) == [False, False, True, True, False, False, False]


def test_texts_about_health_are_counted_and_their_sign_off_is_stated(rita: Membership) -> None:
    pack = small_pack()
    pack["items"][0]["text"] = "I sleep well."
    draft = imported(rita, pack)
    assert topic(manual_of(draft), "Content about health").blocks[0].paragraphs == [
        "The word list finds 1 text that may relate to health."
    ]
    sign_off(version=draft, name="Dr. Ann Vogel", why="Night shifts.", by=rita, now=NOW)
    version = publish_pack(version=draft, by=rita, now=NOW)
    assert "Dr. Ann Vogel has signed them off: Night shifts." in written(version)


def test_a_form_with_emotional_stability_states_the_law(rita: Membership) -> None:
    style = version_of(builtin(rita.organisation, "work_style"))
    assert ["42 U.S.C. 12112(d)" in written(style, form) for form in ("short20", "short20:openness")] == [
        True,
        False,
    ]


@pytest.mark.world
def test_the_page_shows_the_chosen_version_and_roles_of_the_reader(rita: Membership) -> None:
    version = published(rita, small_pack())
    german = published(rita, small_pack(language="de"))
    role: Role = factories.role(rita.organisation)
    used(role, version)
    where = url("test_manual", rita.organisation, version.test_id, query="language=de&form=half")
    page = signed_in(rita).get(where)
    manual = page.context["manual"]
    assert dict(manual.facts)["Language"] == "German"
    html = page.content.decode()
    assert ("1 of your roles uses the test now." in html, german.content["name"] in html) == (True, True)
    assert topic(manual, "Job analysis").missing
    confirmed = partial(
        JobAnalysis.objects.create, organisation=role.organisation, role=role, confirmed_at=NOW
    )
    confirmed(number=1, matrix={"tests": [version.test_id + 1000], "rows": []})
    assert topic(signed_in(rita).get(where).context["manual"], "Job analysis").missing
    confirmed(number=2, matrix={"tests": [version.test_id], "rows": []})
    again = signed_in(rita).get(where)
    assert "and whose job analysis has a requirement for it: 1 of 1." in again.content.decode()
    assert not topic(again.context["manual"], "Job analysis").missing
    assert html.count('id="chapter-') == 20  # each with its heading
    sheet = url("test", rita.organisation, version.test_id, query="language=de&form=half")
    link = f"{url('test_manual', rita.organisation, version.test_id)}?version=1&amp;language=de&amp;form=half"
    assert link in signed_in(rita).get(sheet).content.decode()


def test_names_and_descriptions_of_scales_are_marked_with_the_language_of_the_test(rita: Membership) -> None:
    published(rita, small_pack())
    german = published(rita, small_pack(language="de"))
    found = {}
    for language in ("en", "de"):
        where = url("test_manual", rita.organisation, german.test_id, query=f"language={language}&form=full")
        page = BeautifulSoup(signed_in(rita).get(where).content, "html.parser")
        table = next(tag for tag in page.select("table") if "Construct" in tag.text)
        found[language] = [
            [cell.text for cell in row.select("[lang=de]")] for row in table.select("tbody tr")
        ]
    scales = facts_of(german, "full").sheet.scales
    texts = [[text for text in (scale.name, scale.construct, scale.description) if text] for scale in scales]
    assert found == {"en": [[] for _scale in scales], "de": texts}


def test_the_download_is_the_same_manual_as_markdown(rita: Membership) -> None:
    version = published(rita, small_pack())
    where = url("test_manual_download", rita.organisation, version.test_id)
    response = signed_in(rita).get(where)
    assert response["Content-Type"] == "text/markdown; charset=utf-8"
    assert re.fullmatch(
        r'attachment; filename="technical-manual-[\w-]+-v1-en\.md"', response["Content-Disposition"]
    )
    assert response.content.decode() == written(version, roles=[])


def test_unknown_versions_and_unpublished_tests_have_no_manual(rita: Membership) -> None:
    version = published(rita, small_pack())
    where = url("test_manual", rita.organisation, version.test_id, query="version=9")
    assert signed_in(rita).get(where).status_code == 404


def test_more_norm_groups_take_no_more_queries(rita: Membership) -> None:
    version = published(rita, small_pack())
    group = normed(version.test)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            manual_of(version, "full")
        return len(found)

    queries()  # loads the version's organisation
    one = queries()
    for device, language in (("computer", "en"), ("phone", "de")):
        NormGroup.objects.create(
            organisation=group.organisation,
            norm_set=group.norm_set,
            language=language,
            device=device,
            n=100,
            tables=group.tables,
        )
    assert queries() == one


@pytest.mark.world
def test_the_command_prints_it_or_says_what_there_is(
    rita: Membership, capsys: pytest.CaptureFixture[str]
) -> None:
    slug = rita.organisation.slug

    def ran(key: str, **more: str) -> tuple[int, str, str]:
        asked = {"number": "", "form": "", "language": ""} | more
        code = show(
            slug=more.pop("slug", slug), key=key, **{k: asked[k] for k in ("number", "form", "language")}
        )
        out, error = capsys.readouterr()
        return code, out.splitlines()[0] if out else "", error.strip()

    code, title, error = ran("reasoning", form="long_40")
    assert (code, title[:29], error) == (0, "# Technical manual: Reasoning", "")
    assert ran("nothing")[2].startswith("goodword: There is no test “nothing”. There are: judgement\\_"[:40])
    assert ran("reasoning", form="tiny")[2].startswith(
        "goodword: “reasoning” has no form “tiny”. There are: "
    )
    assert ran("reasoning", number="99") == (
        2,
        "",
        "goodword: “reasoning” has no such version or language.",
    )
    assert ran("reasoning", slug="nobody")[0] == 2


def test_markdown_shows_texts_as_they_are() -> None:
    section = Section(
        "A *b*",
        [
            Heading("1. One", note="# two"),
            Labelled([("a_b", "<script>\nx")]),
            Table(["A|B", "C"], [["1|2", Cell("x", note="y")]]),
        ],
    )
    assert as_markdown("T", [section]) == (
        "# T\n\n## A \\*b\\*\n\n### 1\\. One\n\n\\# two\n\n- **a\\_b:** \\<script\\> x\n\n"
        "| A\\|B | C |\n| --- | --- |\n| 1\\|2 | x (y) |\n"
    )
