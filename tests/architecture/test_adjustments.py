"""What a candidate asked to be made otherwise for them reaches nobody of the hiring team: who may know of it at all."""

import ast

from tests.architecture.source import ROOT, imports, nodes

APP = "goodword.assessments"
PACKAGE = f"{APP}.adjustments"

#: who else may reach for the package
MAY_IMPORT = {
    # the deadline waits for the mail with the answer
    f"{APP}.attempts.reactions",
    # the candidate's own pages, and that of whoever answers
    f"{APP}.views.adjustment_request",
    f"{APP}.views.adjustment_answer",
    f"{APP}.views.attempt",
    # shows the reader before there is a request
    f"{APP}.plans.publishing",
    # a request delays the start, and grants carry over to a new attempt
    f"{APP}.attempts.begin",
    f"{APP}.attempts.invitations",
    f"{APP}.jobs",
    "goodword.flow",
    # what looks after personal data
    f"{APP}.erase",
    f"{APP}.export",
    # what a candidate has agreed to be told
    "goodword.workspace.candidate.cards",
}
#: who else may know the rows
MAY_KNOW_ROWS = {
    f"{APP}.erase",
    f"{APP}.export",
    f"{APP}.models.__init__",
    f"{APP}.models.attempts",
    f"{APP}.views.adjustment_answer",
}
#: who may read how long a clock is: it shows what was granted
MAY_READ_CLOCKS = {
    f"{APP}.adjustments.status",
    f"{APP}.attempts.answers",
    f"{APP}.attempts.begin",
    f"{APP}.attempts.completion",
    f"{APP}.attempts.overview",
    f"{APP}.attempts.preview",  # of a part that nobody takes
    f"{APP}.export",
}
#: the folders of what members read, and of what leaves the house
#: how what is told of it is called in code and templates
NAMES = (
    "assessments.adjustments",
    "adjustments_",
    ".adjusted",
    ".adjustments",
    "Adjustment",
    "part.seconds",
    ".seconds }}",
)
FOR_MEMBERS = ("workspace", "reports", "greenhouse", "assessments/templates/assessments/result")


def test_few_modules_reach_for_adjustments() -> None:
    users = {
        module
        for module, names in imports().items()
        if not module.startswith(PACKAGE) and any(name.startswith(PACKAGE) for name in names)
    }
    assert users == MAY_IMPORT


def test_fewer_know_the_rows() -> None:
    users = {
        module
        for kind in (ast.Name, ast.ClassDef, ast.Attribute, ast.ImportFrom)
        for module, node in nodes(kind)
        if not module.startswith(PACKAGE) and _knows_rows(node)
    }
    assert users == MAY_KNOW_ROWS


def test_the_length_of_a_clock_is_read_by_what_runs_it_alone() -> None:
    users = {
        module
        for module, node in nodes(ast.Attribute)
        if node.attr == "seconds" and _names_a_part(node.value)
    }
    assert users - MAY_READ_CLOCKS == set()


def test_members_pages_and_reports_do_not_mention_adjustments_or_stopped_clocks() -> None:
    told = {
        path.relative_to(ROOT / "src" / "goodword").as_posix()
        for folder in FOR_MEMBERS
        for path in (ROOT / "src" / "goodword" / folder).rglob("*")
        if path.suffix in {".html", ".txt", ".typ", ".py"}
        for text in [path.read_text(encoding="utf-8")]
        if any(name in text for name in NAMES)
    }
    assert told == {
        # Settings > Organisation: who answers
        "workspace/settings_pages/organisation.py",
        "workspace/templates/workspace/settings_pages/organisation.html",
        # what a candidate has agreed to be told
        "workspace/candidate/cards.py",
        "workspace/templates/workspace/candidate/step.html",
    }


def _knows_rows(node: ast.AST) -> bool:
    match node:
        case ast.Name(id="Adjustment") | ast.ClassDef(name="Adjustment") | ast.Attribute(attr="adjustments"):
            return True
        case ast.ImportFrom(names=names):
            return any(name.name == "Adjustment" for name in names)
    return False


def _names_a_part(node: ast.expr) -> bool:
    """`part`, `row.part`, `attempt_part`: what is called so is an AttemptPart."""
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in {"part", "attempt_part", "taken"}
