"""`make audit` fails for packages that it could not look up."""

from typing import Any

import audit


def package(name: str, *advisories: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "version": "1.0", "vulns": list(advisories)}


def skipped(name: str) -> dict[str, Any]:
    return {"name": name, "skip_reason": "Dependency not found on PyPI and could not be audited"}


def test_nothing_passes_without_an_advisory_database() -> None:
    said = "some.lock: nothing was checked, because no advisory database could be reached."
    assert audit.verdict(None, lock="some.lock") == (3, said)
    assert audit.verdict({"dependencies": [skipped("django")]}, lock="some.lock") == (3, said)
    assert audit.verdict({"dependencies": []}, lock="some.lock") == (3, said)


def test_skipped_packages_are_named() -> None:
    report = {"dependencies": [package("django"), skipped("waitress"), skipped("holidays")]}
    assert audit.verdict(report, lock="some.lock") == (
        3,
        "some.lock: 1 of 3 packages checked, 0 advisories.\n  not checked: holidays, waitress",
    )


def test_advisories_are_listed_with_their_fix() -> None:
    known = package(
        "django", {"id": "CVE-1", "fix_versions": ["1.1", "2.0"]}, {"id": "CVE-2", "fix_versions": []}
    )
    assert audit.verdict({"dependencies": [known, package("waitress")]}, lock="some.lock") == (
        1,
        (
            "some.lock: 2 of 2 packages checked, 2 advisories.\n"
            "  django 1.0: CVE-1, fixed in 1.1 or 2.0\n"
            "  django 1.0: CVE-2, no fix yet"
        ),
    )


def test_a_clean_report_passes() -> None:
    report = {"dependencies": [package("django"), package("waitress")]}
    assert audit.verdict(report, lock="some.lock") == (0, "some.lock: 2 of 2 packages checked, 0 advisories.")
