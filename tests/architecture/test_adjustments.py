"""Adjustment requests are hidden from the hiring team: only listed modules read them."""

import ast

from tests.architecture.source import ROOT, imports, nodes

APP = "goodword.assessments"
PACKAGE = f"{APP}.adjustments"

#: modules outside the package that may import it
MAY_IMPORT = {
    # pages of the candidate and of the contact
    f"{APP}.views.adjustments",
    f"{APP}.views.attempt",
    # the candidate's page names the contact
    f"{APP}.views.verification",
    # warns members if nobody outside the hiring team is named
    f"{APP}.plans.publishing",
    # requests delay the start and the deadline; grants carry over to a new attempt
    f"{APP}.attempts.parts",
    f"{APP}.attempts.invitations",
    f"{APP}.jobs",
    "goodword.flow",
    # personal data
    f"{APP}.personal_data",
    # grants that the candidate has agreed to share
    "goodword.workspace.candidate.cards",
    # the contact's own requests, on their Home alone
    "goodword.workspace.needs_you.sources",
}
#: modules outside the package that may use the model
MAY_USE_MODEL = {
    f"{APP}.personal_data",
    f"{APP}.models.__init__",
    f"{APP}.models.attempts",
    f"{APP}.views.adjustments",
}
#: modules that may read the length of a clock, which reveals extra time
MAY_READ_CLOCKS = {
    f"{APP}.adjustments.status",
    f"{APP}.attempts.answers",
    f"{APP}.attempts.parts",
    f"{APP}.attempts.completion",
    f"{APP}.attempts.overview",
    f"{APP}.personal_data",
    # the verification gets the same time per task
    f"{APP}.verification",
}
#: names under which adjustments appear in code and templates
NAMES = (
    "assessments.adjustments",
    "adjustments_",
    ".adjusted",
    ".adjustments",
    "Adjustment",
    "part.seconds",
    ".seconds }}",
)
#: folders of pages for members and of content that is sent elsewhere
FOR_MEMBERS = ("workspace", "reports", "greenhouse", "assessments/kinds", "assessments/report.py", "ui")


def test_only_listed_modules_import_adjustments() -> None:
    users = {
        module
        for module, names in imports().items()
        if not module.startswith(PACKAGE) and any(name.startswith(PACKAGE) for name in names)
    }
    assert users == MAY_IMPORT


def test_only_listed_modules_use_the_adjustment_model() -> None:
    users = {
        module
        for kind in (ast.Name, ast.ClassDef, ast.Attribute, ast.ImportFrom)
        for module, node in nodes(kind)
        if not module.startswith(PACKAGE) and _uses_model(node)
    }
    assert users == MAY_USE_MODEL


def test_only_listed_modules_read_clock_lengths() -> None:
    users = {
        module
        for module, node in nodes(ast.Attribute)
        if node.attr == "seconds" and _names_a_part(node.value)
    }
    assert users - MAY_READ_CLOCKS == set()


def test_member_pages_and_reports_do_not_mention_adjustments_or_clocks() -> None:
    found = {
        path.relative_to(ROOT / "src" / "goodword").as_posix()
        for folder in FOR_MEMBERS
        for top in [ROOT / "src" / "goodword" / folder]
        for path in [top, *top.rglob("*")]
        if path.suffix in {".html", ".txt", ".typ", ".py"}
        for text in [path.read_text(encoding="utf-8")]
        if any(name in text for name in NAMES)
    }
    assert found == {
        # Settings > Organisation: the contact for requests
        "workspace/settings_pages/organisation.py",
        "workspace/members/views.py",
        "workspace/templates/workspace/settings_pages/organisation.html",
        # the draft impact assessment names the contact
        "workspace/templates/workspace/retention/impact_assessment.txt",
        # grants that the candidate has agreed to share
        "workspace/candidate/cards.py",
        "workspace/templates/workspace/candidate/step.html",
        # the contact's own requests, on their Home alone
        "workspace/needs_you/sources.py",
    }


def _uses_model(node: ast.AST) -> bool:
    match node:
        case ast.Name(id="Adjustment") | ast.ClassDef(name="Adjustment") | ast.Attribute(attr="adjustments"):
            return True
        case ast.ImportFrom(names=names):
            return any(name.name == "Adjustment" for name in names)
    return False


def _names_a_part(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in {"part", "attempt_part", "taken"}
