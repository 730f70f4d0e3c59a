"""Signs of trouble stay on the candidate's page: no report, list, comparison, mail or note can read them."""

import ast

from tests.architecture.source import ROOT, modules

PACKAGE = "goodword.references.signs"

#: who may reach for what of the package
MAY_IMPORT = {
    # the map and the addresses only call it
    "goodword.flow": {"keep"},
    "goodword.references.urls": {"views"},
    # the one page that shows signs
    "goodword.workspace.views.candidates": {"shown"},
    # tells candidates of the address that they are just typing, by the pure function; knows no sign
    "goodword.references.candidate_page": {"addresses"},
    # tells a member who answers somebody's request for their data what is kept
    "goodword.references.export": {"words"},
}

#: who else knows the rows: what looks after personal data
MAY_KNOW_ROWS = {
    "goodword.references.domain.blank_referee",
    "goodword.references.erase",
    "goodword.references.export",
    "goodword.references.models",
}


def test_only_the_candidates_page_shows_signs() -> None:
    users: dict[str, set[str]] = {}
    for module, tree in modules().items():
        for part in _parts_imported(tree):
            if not module.startswith(PACKAGE):
                users.setdefault(module, set()).add(part)
    assert users == MAY_IMPORT


def test_only_personal_data_is_looked_after_by_who_knows_the_rows() -> None:
    users = {
        module
        for module, tree in modules().items()
        if not module.startswith(PACKAGE)
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.ClassDef)
        and getattr(node, "id", getattr(node, "name", "")) == "Sign"
    }
    assert users == MAY_KNOW_ROWS


def test_nobody_reads_signs_by_the_back_door_of_a_relation() -> None:
    users = {
        module
        for module, tree in modules().items()
        if not module.startswith(PACKAGE)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"signs", "traces"}
        and isinstance(node.value, ast.Name)
        and node.value.id in {"check", "referee", "request"}
    }
    assert users == set()


def test_templates_show_them_on_one_page_alone() -> None:
    templates = [
        path.relative_to(ROOT / "src" / "goodword").as_posix()
        for path in sorted((ROOT / "src" / "goodword").rglob("*.html"))
        if "references/signs" in path.read_text(encoding="utf-8")
    ]
    assert templates == [
        "references/templates/references/signs/dismiss.html",
        "references/templates/references/signs.html",
        "workspace/templates/workspace/candidate.html",
    ]


def _parts_imported(tree: ast.Module) -> set[str]:
    """The modules of the package that are imported: "shown" for `from goodword.references.signs.shown import ...`."""
    found: set[str] = set()
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{name.name}" for name in node.names]
        found |= {
            name.removeprefix(f"{PACKAGE}.").split(".")[0] for name in names if name.startswith(f"{PACKAGE}.")
        }
    return found
