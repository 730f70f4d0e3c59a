"""Library > Tests as a recruiter uses it: list, sheets, items, preview, an import with sign-off."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from goodword.accounts.models import Membership
from goodword.assessments.catalogue.packs import ensure_all_builtin
from goodword.assessments.models import Test, TestVersion
from tests.assessments.kinds.packs import small_pack
from tests.assessments.library_pages.support import NOW, custom_questions, published, url
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import window
from tests.support import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TOUCHY = {"number": 3, "text": "I am often stressed.", "scale": "warm", "keyed": "-"}


@pytest.fixture
def rita(transactional_db: None) -> Membership:
    return factories.member(factories.organisation(name="Acme"), name="Rita Recruiter")


def of(rita: Membership, key: str) -> Test:
    return Test.objects.of(rita.organisation).get(key=key)


def test_pages_of_tests_are_accessible_and_fit(
    browser: Browser, live_server: object, rita: Membership
) -> None:
    ensure_all_builtin(rita.organisation, now=NOW)
    published(rita, custom_questions())
    looker = Looker(*WIDTHS)
    context = window(browser, rita, live_server, width=WIDTHS[0])
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server}{url('library', rita.organisation)}")
    looker.look(page, "list")
    for key in ("work_style", "reasoning", "judgement_customer", "ladders"):
        pk = of(rita, key).pk
        for name in ("test", "test_items", "test_preview"):
            query = "seed=7&at=2" if name == "test_preview" else "seed=7"
            page.goto(f"{live_server}{url(name, rita.organisation, pk, query=query)}")
            looker.look(page, f"{key} {name}")
    page.goto(
        f"{live_server}{url('test_preview', rita.organisation, of(rita, 'reasoning').pk, query='seed=7&at=9')}"
    )
    looker.look(page, "a matrix on the phone")
    assert (looker.wrong, looker.complaints) == ({}, [])
    context.close()


def test_a_pack_is_imported_signed_off_and_published(
    browser: Browser, live_server: object, rita: Membership, tmp_path: Path
) -> None:
    looker = Looker(*WIDTHS)
    context = window(browser, rita, live_server, width=WIDTHS[0])
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server}{url('test_import', rita.organisation)}")
    looker.look(page, "import")
    page.get_by_label("Or paste it here").fill('{"id": "small",')
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_label("Or paste it here")).to_have_value('{"id": "small",')
    looker.look(page, "import refused")
    pack = small_pack()
    pack["items"][2] = TOUCHY
    file = tmp_path / "small.json"
    file.write_text(json.dumps(pack), "utf-8")
    page.get_by_label("Or paste it here").fill("")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("Imported as a draft")).to_be_visible()
    looker.look(page, "a draft that touches health")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("sign off the health-related items first")).to_be_visible()
    page.get_by_label("Why the job requires them").fill("Calm hands are the work itself.")
    page.get_by_role("button", name="Sign off").click()
    looker.look(page, "signed off")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published. Roles can choose it now")).to_be_visible()
    looker.look(page, "published")
    version = TestVersion.objects.of(rita.organisation).get(test__key="small")
    assert (version.signed_off_by, version.published_by) == ("Rita Recruiter", rita)
    # the browser logs status 422
    complaints = [complaint for complaint in looker.complaints if "422" not in complaint]
    assert (looker.wrong, complaints) == ({}, [])
    context.close()
