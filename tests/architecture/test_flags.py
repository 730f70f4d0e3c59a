"""Flags stay on the candidate's page: reports, lists, comparisons, mails and notes can't read them."""

import ast

import pytest

from tests.architecture.source import ROOT, imports, modules, nodes

REFERENCES = "goodword.references.flags"
ASSESSMENTS = "goodword.assessments.flags"
#: shared by both kinds of flag
SHARED = "goodword.workflow.flags"

#: which modules may import which parts of a package
MAY_IMPORT = {
    REFERENCES: {
        # handlers and URLs
        "goodword.flow": {"raising"},
        "goodword.references.urls": {"display"},
        # the one page that shows flags
        "goodword.workspace.candidate.views": {"display"},
        # hints about the address that a candidate is typing; reads no flag
        "goodword.references.views.candidate": {"rules"},
        # record and delete traces
        "goodword.references.jobs": {"traces"},
        "goodword.references.views.nominations": {"traces"},
        "goodword.references.views.referee": {"traces"},
        "goodword.references.views.self_reference": {"traces"},
        # data exports for members
        "goodword.references.personal_data": {"display"},
        # the purpose of its keyed hashes, for key rotation; deletion of expired raw addresses
        "goodword.references.apps": {"traces"},
        "goodword.workspace.retention.rules": {"traces"},
    },
    ASSESSMENTS: {
        "goodword.flow": {"raising"},
        "goodword.assessments.urls": {"display"},
        "goodword.workspace.candidate.views": {"display"},
        "goodword.assessments.personal_data": {"display"},
        # the note on careless responding in reports and beside scores; no flags are read
        "goodword.reports.domain.versions": {"raising"},
        "goodword.workspace.results": {"raising"},
    },
}

#: which other modules may use the models
MAY_KNOW_ROWS = {
    # personal data
    "CheckFlag": {
        "goodword.references.personal_data",
        "goodword.references.models",
    },
    "AttemptFlag": {
        "goodword.assessments.personal_data",
        "goodword.assessments.models.attempts",
        # removes the names of erased referees from notes
        "goodword.workspace.personal_data",
    },
    # recording
    "Observation": {
        "goodword.assessments.attempts.completion",
        "goodword.assessments.attempts.answers",
        "goodword.assessments.personal_data",
        "goodword.assessments.models.attempts",
    },
}

#: reverse relations to flags, and the modules that may use them
RELATIONS = {
    ("check", "flags"): set[str](),
    ("check", "traces"): set[str](),
    ("referee", "flags"): set[str](),
    ("request", "traces"): set[str](),
    ("attempt", "flags"): {"goodword.assessments.personal_data"},
    ("part", "observations"): {"goodword.assessments.personal_data"},
}


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_only_listed_modules_import_flags(package: str) -> None:
    users: dict[str, set[str]] = {}
    for module in modules():
        for part in _parts_imported(module, package):
            if not module.startswith((REFERENCES, ASSESSMENTS, SHARED)):
                users.setdefault(module, set()).add(part)
    assert users == MAY_IMPORT[package]


def test_only_the_two_flag_packages_use_the_shared_code() -> None:
    users = {
        module for module in modules() if any(name.startswith(f"{SHARED}.") for name in imports()[module])
    }
    assert {module for module in users if not module.startswith((REFERENCES, ASSESSMENTS, SHARED))} == {
        "goodword.workspace.candidate.views",
    }


def test_the_two_packages_are_independent() -> None:
    found = {
        (module, part)
        for module in modules()
        for package, other in ((REFERENCES, ASSESSMENTS), (ASSESSMENTS, REFERENCES))
        if module.startswith(package)
        for part in _parts_imported(module, other)
    }
    assert found == set()


@pytest.mark.parametrize("row", MAY_KNOW_ROWS)
def test_only_modules_for_personal_data_use_the_flag_models(row: str) -> None:
    users = {
        module
        for module, name in [
            *((module, node.id) for module, node in nodes(ast.Name)),
            *((module, node.name) for module, node in nodes(ast.ClassDef)),
        ]
        if name == row and not module.startswith((REFERENCES, ASSESSMENTS))
    }
    assert users == MAY_KNOW_ROWS[row]


@pytest.mark.parametrize("relation", RELATIONS)
def test_flags_are_not_read_through_relations(relation: tuple[str, str]) -> None:
    users = {
        module
        for module, node in nodes(ast.Attribute)
        if isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) == relation
        and not module.startswith((REFERENCES, ASSESSMENTS))
    }
    assert users == RELATIONS[relation]


@pytest.mark.parametrize(
    ("name", "templates"),
    [
        (
            "workflow/flags/",
            [
                "workflow/templates/workflow/flags/dismiss.html",
                "workflow/templates/workflow/flags/run.html",
                "workspace/templates/workspace/candidate/section_flags.html",
            ],
        ),
    ],
)
def test_only_the_candidate_page_includes_flag_templates(name: str, templates: list[str]) -> None:
    assert [
        path.relative_to(ROOT / "src" / "goodword").as_posix()
        for path in sorted((ROOT / "src" / "goodword").rglob("*.html"))
        if name in path.read_text(encoding="utf-8")
    ] == templates


def _parts_imported(module: str, package: str) -> set[str]:
    """The modules of the package that are imported: "shown" for `from goodword.references.flags.shown import ...`."""
    start = f"{package}."
    return {name.removeprefix(start).split(".")[0] for name in imports()[module] if name.startswith(start)}
