"""A role's results as CSV and JSON."""

import csv
import io
import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pydantic import TypeAdapter

from goodword.accounts.models import AuditEntry, Membership
from goodword.assessments.kinds.registry import kind_named
from goodword.candidates.models import Application
from goodword.reports.models import Report
from goodword.reports.phrases import words_for
from goodword.roles.models import Role
from goodword.workspace.comparison import files
from goodword.workspace.comparison.files import RoleResults
from tests.reports.pdf.typical import assessment, reference_check
from tests.support import factories
from tests.support.pages import signed_in
from tests.support.workbooks import sheets_of
from tests.workspace.applications import named, path

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(), name="Rita Recruiter")


@pytest.fixture
def role(rita: Membership) -> Role:
    return factories.role(rita.organisation, title="Account manager", owner=rita)


def reported(application: Application, kind: str, *, version: int = 1, **values: Any) -> Report:
    found = Report.objects.of(application.organisation).filter(
        step_request__application=application, step_request__step__kind=kind
    )
    earlier = found.first()
    snapshot: Any = values.pop("snapshot", None) or (
        assessment() if kind == "assessment" else reference_check(4)
    )
    return Report.objects.create(
        **{
            "organisation": application.organisation,
            "step_request": earlier.step_request if earlier else factories.step_request(application, kind),
            "version": version,
            "code": f"GW-{application.pk}-{kind[0]}{version}",
            "snapshot": snapshot,
            "state": Report.State.READY,
            "created_at": factories.NOW,
        }
        | values
    )


def content(who: Membership, role: Role, form: str) -> str:
    response: Any = signed_in(who).get(path(f"role_results_{form}", role.organisation, role.pk))
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode().removeprefix("\ufeff")


def results(who: Membership, role: Role) -> RoleResults:
    return TypeAdapter(RoleResults).validate_python(json.loads(content(who, role, "json")))


def lines(who: Membership, role: Role) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content(who, role, "csv"))))


def test_the_newest_report_of_each_step_is_in_the_file(role: Role, rita: Membership) -> None:
    ada = named(role, "Ada", "Okonkwo")
    reported(ada, "assessment")
    reported(ada, "reference_check", version=1)
    reported(ada, "reference_check", version=2)
    reported(ada, "reference_check", version=3, state=Report.State.BUILDING)
    found = results(rita, role)["results"]
    assert [(one["candidate"], one["step"], one["report_version"]) for one in found] == [
        ("Ada Okonkwo", "assessment", 1),
        ("Ada Okonkwo", "reference_check", 2),
    ]


def test_figures_match_page_1(role: Role, rita: Membership) -> None:
    ada = named(role, "Ada", "Okonkwo")
    reported(ada, "assessment")
    reported(ada, "reference_check")
    taken, check = results(rita, role)["results"]
    figures = {
        (test["test"], figure["name"]): figure for test in taken["tests"] for figure in test["figures"]
    }
    reasoning = figures["Reasoning", ""]
    assert (reasoning["value"], reasoning["out_of"], reasoning["percentile"]) == (14, 20, 68)
    assert (reasoning["band_low"], reasoning["band_high"], reasoning["group_size"]) == (12, 16, 412)
    correlation = figures["Situations with customers", "correlation within situations"]
    assert (correlation["value"], correlation["band_low"], correlation["band_high"]) == (0.71, 0.52, 0.83)
    assert (correlation["percentile"], correlation["group_size"]) == (61, 187)
    distance = figures["Situations with customers", "mean distance from the key"]
    assert (distance["value"], distance["band_low"], distance["percentile"]) == (0.9, None, None)
    assert figures["Work style", "Conscientiousness"]["value"] == 4.75
    assert figures["Questions about the role", "right"]["value"] == 1
    assert check["would_work_again"] == {
        "Yes": 3,
        "Yes, with reservations": 1,
        "No": 0,
        "I prefer not to say": 0,
    }
    assert check["facts"] == {"confirmed": 7, "corrected": 1, "unsure": 0}
    serving = check["ratings"][0]
    assert [(answer["relationship"], answer["value"]) for answer in serving["answers"]] == [
        ("Manager", 4),
        ("Colleague", 3),
        ("Direct report", 2),
        ("Client", 4),
        ("Self", 5),
    ]


def test_the_files_tell_apart_questionnaire_versions_and_languages(role: Role, rita: Membership) -> None:
    for version in (1, 2):
        snapshot: Any = deepcopy(reference_check(1))
        snapshot["check"]["questionnaire"] = {"title": "Sales", "version": version}
        reported(named(role, "Ada", f"V{version}"), "reference_check", snapshot=snapshot)
    for language in ("English", "French"):
        snapshot = deepcopy(assessment())
        snapshot["assessment"]["language"] = language
        reported(named(role, "Bo", language), "assessment", snapshot=snapshot)
    found = results(rita, role)["results"]
    assert [(one["questionnaire"], one["language"]) for one in found] == [
        ({"title": "Sales", "version": 1}, None),
        ({"title": "Sales", "version": 2}, None),
        (None, "English"),
        (None, "French"),
    ]
    of_people = {
        (line["candidate"], line["questionnaire"], line["language"])
        + ((line["version"],) if line["questionnaire"] else ())
        for line in lines(rita, role)
    }
    assert of_people == {
        ("Ada V1", "Sales", "", "1"),
        ("Ada V2", "Sales", "", "2"),
        ("Bo English", "", "English"),
        ("Bo French", "", "French"),
    }


@pytest.mark.parametrize(("kind", "at", "band"), [("reasoning", 68, (55, 81)), ("judgement", 61, (40, 78))])
def test_percentiles_are_those_of_page_1(
    role: Role, rita: Membership, kind: str, at: int, band: tuple[int, int]
) -> None:
    snapshot = of_kind(kind)
    reported(named(role, "Ada", "Okonkwo"), "assessment", snapshot=snapshot)
    [part] = snapshot["assessment"]["tests"]
    [on_page_1] = kind_named(kind).report.scores(part, words_for("en"))
    [test] = results(rita, role)["results"][0]["tests"]
    found = test["figures"][0]
    assert (on_page_1.at, on_page_1.band) == (at, band)
    assert (found["percentile"], (found["percentile_low"], found["percentile_high"])) == (at, band)
    assert lines(rita, role)[0]["percentile"] == str(at)
    assert test["for_practice"] is False


def test_a_set_for_practice_is_marked_and_has_no_percentiles(role: Role, rita: Membership) -> None:
    snapshot = of_kind("judgement")
    snapshot["assessment"]["tests"][0]["for_practice"] = True
    reported(named(role, "Ada", "Okonkwo"), "assessment", snapshot=snapshot)
    [test] = results(rita, role)["results"][0]["tests"]
    found: Mapping[str, object] = test["figures"][0]
    assert (test["for_practice"], found["value"]) == (True, 0.71)
    without = ("percentile", "percentile_low", "percentile_high", "group_size")
    assert [found[key] for key in without] == [None] * 4
    line, other = lines(rita, role)
    assert [line[key] for key in ("for_practice", "value", *without)] == ["True", "0.71", *[""] * 4]
    assert [other[key] for key in ("figure", "value")] == ["mean distance from the key", "0.9"]


@pytest.mark.parametrize("early", [True, False])
def test_a_test_that_a_member_ended_early_is_marked(role: Role, rita: Membership, early: bool) -> None:
    snapshot = of_kind("reasoning")
    if early:
        snapshot["assessment"]["tests"][0]["cut_short"] = True
    reported(named(role, "Ada", "Okonkwo"), "assessment", snapshot=snapshot)
    [test] = results(rita, role)["results"][0]["tests"]
    assert test["ended_early"] is early
    assert {line["ended_early"] for line in lines(rita, role)} == {str(early)}


def of_kind(kind: str) -> dict[str, Any]:
    """A snapshot of only this test."""
    snapshot: dict[str, Any] = deepcopy({**assessment()})
    tests = snapshot["assessment"]["tests"]
    tests[:] = [part for part in tests if part["kind"] == kind]
    return snapshot


def test_no_items_answers_or_keys_are_in_the_files(role: Role, rita: Membership) -> None:
    reported(named(role, "Ada", "Okonkwo"), "assessment")
    told = (content(rita, role, "json") + content(rita, role, "csv")).casefold()
    statements = [
        item["text"].casefold()
        for scale in assessment()["assessment"]["tests"][2]["scales"]  # type: ignore[typeddict-item]  # the third test has scales
        for item in scale["items"]
    ]
    assert "conscientiousness" in told
    assert [one for one in ("secret", "3117", *statements) if one in told] == []


def test_formulas_are_exported_as_text(role: Role, rita: Membership) -> None:
    reported(named(role, "=HYPERLINK(1)", "Bo"), "assessment")
    assert {line["candidate"] for line in lines(rita, role)} == {"'=HYPERLINK(1) Bo"}


def test_negative_figures_are_exported_as_numbers(role: Role, rita: Membership) -> None:
    snapshot = of_kind("judgement")
    [part] = snapshot["assessment"]["tests"]
    part["within"], part["within_normed"] = -0.25, None
    part["within_band"] = {"low": -0.5, "high": 0.05}
    reported(named(role, "Ada", "Okonkwo"), "assessment", snapshot=snapshot)
    line, _distance = lines(rita, role)
    assert (line["value"], line["band_low"], line["band_high"]) == ("-0.25", "-0.5", "0.05")


def test_downloads_are_audited_and_contain_only_what_the_member_may_see(role: Role, rita: Membership) -> None:
    reported(named(role, "Ada", "Zorn"), "assessment")
    reported(named(role, "Hidden", "Bo", private=True), "assessment")
    reported(named(role, "Gone", "Cy", erased_at=factories.NOW), "assessment")
    other = factories.member(role.organisation)
    assert len(results(other, role)["results"]) == 1
    assert len(results(rita, role)["results"]) == 2
    entries = AuditEntry.objects.of(role.organisation).filter(action="results.exported")
    assert [entry.details for entry in entries] == [{"role": role.pk, "format": "json"}] * 2


def test_the_workbook_has_the_lines_of_the_csv_with_numbers_and_dates(role: Role, rita: Membership) -> None:
    reported(named(role, "=HYPERLINK(1)", "Bo"), "assessment")
    response: Any = signed_in(rita).get(path("role_results_xlsx", role.organisation, role.pk))
    assert response["Content-Disposition"].endswith('.xlsx"')
    [[head, *rows]] = sheets_of(b"".join(response.streaming_content))
    expected = lines(rita, role)
    assert [*head.values()] == [*expected[0]]
    names = {name: column for column, name in head.items()}
    for row, line in zip(rows, expected, strict=True):
        assert row[names["candidate"]] == "=HYPERLINK(1) Bo"  # a text, so without an apostrophe
        assert row[names["reported_at"]].startswith("s2 ")
        assert row[names["value"]] == f"n {float(line['value']):.10g}"
    entries = AuditEntry.objects.of(role.organisation).filter(action="results.exported")
    assert [entry.details["format"] for entry in entries.order_by("pk")] == ["xlsx", "csv"]


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_others_get_no_file_and_no_audit_entry(form: str, role: Role) -> None:
    where = path(f"role_results_{form}", role.organisation, role.pk)
    stranger = factories.member(factories.organisation(), kind="admin")
    manager = factories.member(role.organisation, kind="hiring_manager")
    assert [signed_in(who).get(where).status_code for who in (stranger, manager)] == [404, 404]
    assert Client().get(where).status_code == 302
    assert not AuditEntry.objects.of(role.organisation).filter(action="results.exported").exists()


@pytest.mark.world
def test_each_batch_takes_two_queries_and_an_erasure_in_between_counts(
    role: Role, rita: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "BATCH", 2)
    people = [named(role, "Ada", f"N{number}") for number in range(5)]
    named(role, "Not", "Finished")
    for of in reversed(people):
        reported(of, "assessment")
        reported(of, "reference_check")
    reported(people[1], "assessment", version=2)
    with CaptureQueriesContext(connection) as seen:
        found = list(files._results(role, rita))
    assert [(one["application"], one["step"], one["report_version"]) for one in found] == [
        (of.pk, step, 2 if of == people[1] and step == "assessment" else 1)
        for of in people
        for step in (
            ("reference_check", "assessment") if of == people[1] else ("assessment", "reference_check")
        )
    ]
    assert len(seen) == 2 * 3
    rest = files._results(role, rita)
    next(rest)
    Application.objects.of(role.organisation).filter(pk=people[3].pk).update(erased_at=factories.NOW)
    assert {one["application"] for one in rest} == {people[n].pk for n in (0, 1, 2, 4)}


@pytest.mark.world
def test_more_results_take_no_more_queries(role: Role, rita: Membership) -> None:
    counts = []
    for number in range(3):
        reported(named(role, "Ada", f"N{number}"), "assessment")
        with CaptureQueriesContext(connection) as seen:
            assert len(results(rita, role)["results"]) == number + 1
        counts.append(len(seen))
    assert counts[0] == counts[2]
