"""A test's page: technical sheet, local data, norms, items with keys."""

from datetime import UTC, datetime

import pytest

from goodword.accounts.models import Membership
from goodword.assessments.kinds.reasoning.content import VERSION
from goodword.assessments.models import Calibration, NormGroup, NormSet, Test
from goodword.assessments.psychometrics import rasch, strata
from goodword.assessments.psychometrics.norms import norm_table, to_json
from tests.assessments.all_kinds import pooled
from tests.assessments.kinds.judgements import small_set
from tests.assessments.kinds.packs import small_pack
from tests.assessments.library_pages.support import NOW, builtin, custom_questions, published, url
from tests.support import factories
from tests.support.pages import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation())


def normed(test: Test, *, form: str = "full", scale: str = "warm") -> NormGroup:
    """Norms of a hundred people with scores 1, 2, … on one scale; reliability from 90 of them."""
    norm_set = NormSet.objects.create(
        organisation=test.organisation, test=test, version="1", form=form, number=2, created_at=NOW
    )
    table = to_json(norm_table([1 + n / 25 for n in range(100)], 0.81))
    return NormGroup.objects.create(
        organisation=test.organisation,
        norm_set=norm_set,
        language="en",
        device="phone",
        n=100,
        tables={scale: {**table, "reliability_n": 90, "alpha": 0.79, "omega": 0.81}},
    )


def test_until_norms_exist_reliability_is_none_yet(rita: Membership) -> None:
    version = published(rita, small_pack())
    sheet = signed_in(rita).get(url("test", rita.organisation, version.test_id)).context["sheet"]
    assert [text[:8] for text in (sheet.reliability, sheet.norms, sheet.validity)] == ["None yet"] * 3
    assert sheet.own_norms == ()


def test_own_norms_are_shown_with_number_mean_spread_and_reliability(rita: Membership) -> None:
    version = published(rita, small_pack())
    normed(version.test)
    page = signed_in(rita).get(url("test", rita.organisation, version.test_id))
    sheet = page.context["sheet"]
    assert sheet.reliability.startswith("In English on a phone: Warm omega 0.81, alpha 0.79 (n 90). omega = ")
    assert sheet.norms.startswith(
        "Your own norms 2: 100 first attempts at version 1 (full) in “English” on a phone"
    )
    (scale,) = sheet.own_norms[0].scales
    assert (scale.name, scale.n, round(scale.mean, 2), round(scale.sd, 2)) == ("Warm", 100, 2.98, 1.16)
    html = page.content.decode()
    assert ("omega 0.81" in html, "alpha 0.79" in html, "n 90" in html, "2.98" in html) == (True,) * 4


def test_norms_are_dated_in_the_organisations_time_zone() -> None:
    rita = factories.member(factories.organisation(time_zone="Pacific/Auckland"))
    version = published(rita, small_pack())
    normed(version.test)
    NormSet.objects.of(rita.organisation).update(created_at=datetime(2026, 3, 31, 18, tzinfo=UTC))
    page = signed_in(rita).get(url("test", rita.organisation, version.test_id))
    assert page.context["sheet"].norms.endswith(", made on 1 April 2026.")


@pytest.mark.world
def test_norms_of_another_form_language_or_organisation_are_not_shown(rita: Membership) -> None:
    version = published(rita, small_pack())
    german = published(rita, small_pack(language="de"))
    normed(version.test, form="half")
    other = published(factories.member(factories.organisation()), small_pack())
    normed(other.test)
    browser = signed_in(rita)
    for query in ("form=full", f"language={german.language}&form=half"):
        page = browser.get(url("test", rita.organisation, version.test_id, query=query))
        assert page.context["sheet"].own_norms == ()


@pytest.mark.parametrize("n", [99, 5000])
def test_published_norms_are_shown_whatever_their_size(rita: Membership, n: int) -> None:
    version = published(rita, small_pack(norms=[small_pack()["norms"][0] | {"n": n}]))
    where = url("test", rita.organisation, version.test_id, query="form=half")
    html = signed_in(rita).get(where).content.decode()
    said = ("For information only.", "a survey", "not representative", f">{n}<")
    assert [html.count(one) > 0 for one in said] == [True] * 4
    assert "Unusable" not in html


@pytest.mark.world
def test_reasoning_shows_assumed_difficulties_until_calibration(rita: Membership) -> None:
    test = builtin(rita.organisation, "reasoning")
    where = url("test", rita.organisation, test.pk, query="form=short_12")
    sheet = signed_in(rita).get(where).context["sheet"]
    assert sheet.more["How hard they are"].startswith(
        "Not calibrated: that takes the first attempts of 200 people."
    )
    assert {cell.difficulty for cell in sheet.cells} == {None}
    first = sheet.cells[0]
    found = rasch.CalibrationResult(
        cells={("number_series", 1): rasch.Difficulty(-1.25, 0.2, 240)},
        sd=1.0,
        n=260,
        iterations=9,
        reliability=0.7,
    )
    Calibration.objects.create(
        organisation=rita.organisation,
        test=test,
        version=VERSION,
        number=1,
        content=strata.to_json(pooled(found)),
        n=260,
        created_at=NOW,
    )
    page = signed_in(rita).get(where)
    sheet = page.context["sheet"]
    assert (first.family, first.level, first.start) == ("Number series", 1, -1.6)
    assert [(cell.difficulty, cell.se, cell.answers) for cell in sheet.cells[:2]] == [
        (-1.25, 0.2, 240),
        (None, None, None),
    ]
    assert "from the first attempts of 260 people (calibration 1" in sheet.more["How hard they are"]
    assert "-1.25 ± 0.20" in page.content.decode()


def test_situations_show_the_basis_of_their_key(rita: Membership) -> None:
    version = published(rita, small_set())
    sheet = signed_in(rita).get(url("test", rita.organisation, version.test_id)).context["sheet"]
    precision = (
        "Too few situations for a band: at least 5 are needed, and the set has 2. So results have no percentile, and "
        "candidates can't be sorted by them."
    )
    assert sheet.more == {"What it can distinguish": precision, "Where the key comes from": "Made up."}
    assert "So candidates are not sorted or compared by it" in sheet.limits[1]


@pytest.mark.world
def test_imported_tests_show_licence_and_source_on_each_page(rita: Membership) -> None:
    version, browser = published(rita, small_pack()), signed_in(rita)
    for name in ("test", "test_items", "test_preview"):
        html = browser.get(url(name, rita.organisation, version.test_id)).content.decode()
        assert ("public domain" in html, "made for the tests" in html) == (True, True)


def test_all_statements_are_opened_with_their_keys(rita: Membership) -> None:
    version = published(rita, small_pack())
    found = signed_in(rita).get(url("test_items", rita.organisation, version.test_id)).context["statements"]
    assert [(item.text, item.keyed, scale) for item, scale in found] == [
        ("I am warm.", "+", "Warm"),
        ("I am quick.", "+", "Quick"),
        ("I am cool.", "-", "Warm"),
        ("I am slow.", "-", "Quick"),
    ]


def test_situations_and_questions_are_opened_with_key_reason_and_rubric(rita: Membership) -> None:
    browser = signed_in(rita)
    html = browser.get(
        url("test_items", rita.organisation, published(rita, small_set()).test_id)
    ).content.decode()
    assert [text in html for text in ("Call for help.", "Help comes.", "1.5")] == [True] * 3
    pk = published(rita, custom_questions()).test_id
    page = browser.get(url("test_items", rita.organisation, pk))
    assert [row["choices"] for row in page.context["questions"]] == [
        [("75 degrees", True), ("30 degrees", False)],
        [],
        [],
    ]
    html = page.content.decode()
    assert [text in html for text in ("Names what can happen", "0 to 3 points", "3: slips, tips")] == [
        True
    ] * 3


@pytest.mark.world
def test_sample_tasks_depend_on_a_seed_and_show_key_and_rule(rita: Membership) -> None:
    test, browser = builtin(rita.organisation, "reasoning"), signed_in(rita)
    pages = [
        browser.get(url("test_items", rita.organisation, test.pk, query=f"form=standard_20&seed={seed}"))
        for seed in (11, 11, 12)
    ]
    rules = [[sample["rule"] for sample in page.context["samples"]] for page in pages]
    assert (len(rules[0]), rules[0] == rules[1], rules[0] == rules[2], all(rules[0])) == (
        20,
        True,
        False,
        True,
    )
    for sample in pages[0].context["samples"]:
        assert sum(right for _, right in sample["options"]) == 1
    assert pages[0].content.decode().count('class="matrix__stem"') == 6
