"""Each action written to the audit log has a text, and each text an action."""

import ast
import re
from functools import cache

import goodword.urls  # noqa: F401 - loads every kind of drafts
from goodword.accounts.domain.audit import TRAIL
from goodword.drafts.versions import VersionedDrafts
from goodword.workspace.audit_log.wording import WORDINGS
from tests.architecture.source import modules, nodes, texts

ACTION = re.compile(r"[a-z_]+\.[a-z_]+")
VERB = re.compile(r"published|draft_discarded|archived|restored")
#: actions made of a prefix and a verb (drafts.versions)
DRAFTS = "goodword.drafts.versions"


def constants() -> dict[tuple[str, str], set[str]]:
    """The texts assigned to each module and name."""
    found: dict[tuple[str, str], set[str]] = {}
    for module, node in [*nodes(ast.Assign), *nodes(ast.AnnAssign)]:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                found.setdefault((module, name), set()).update(texts(value))
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                for one, value in zip(names, values, strict=True):
                    if isinstance(one, ast.Name):
                        found.setdefault((module, one.id), set()).update(texts(value))
    return found


@cache
def written() -> set[str]:
    """The texts passed as `action`: by keyword, by a constant's name, or as first or second argument of an audit
    function.
    """
    known = constants()
    found: set[str] = set(TRAIL)
    for module, call in nodes(ast.Call):
        values = [word.value for word in call.keywords if word.arg == "action"]
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        values += call.args[:2] if "audit" in name or name == "write_by" else []
        for value in values:
            found |= set(texts(value))
            for one in ast.walk(value):
                if isinstance(one, ast.Name):
                    found |= known.get((module, one.id), set())
    return {text for text in found if ACTION.fullmatch(text)} | of_drafts()


def of_drafts() -> set[str]:
    """For each kind of draft, its name with the verbs that its classes pass to `_audit`."""
    verbs: dict[str, set[str]] = {}
    for kind in ast.walk(modules()[DRAFTS]):
        if isinstance(kind, ast.ClassDef) and any(
            getattr(node, "attr", "") == "_audit" for node in ast.walk(kind)
        ):
            verbs[kind.name] = {text for text in texts(kind) if VERB.fullmatch(text)}
    return {
        f"{vars(kind)['name']}.{verb}"
        for kind in subclasses(VersionedDrafts)
        if "name" in vars(kind)
        for base in kind.__mro__
        for verb in verbs.get(base.__name__, ())
    }


def subclasses(of: type) -> list[type]:
    below: list[type] = of.__subclasses__()
    return [*below, *(subclass for kind in below for subclass in subclasses(kind))]


def test_every_written_action_has_a_wording() -> None:
    assert sorted(written() - set(WORDINGS)) == []


def test_every_wording_belongs_to_a_written_action() -> None:
    assert sorted(set(WORDINGS) - written()) == []
