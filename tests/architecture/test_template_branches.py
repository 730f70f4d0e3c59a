"""Templates that branch on a kind handle every kind and have no `else`, so a new kind isn't shown as another one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from django.db.models import TextChoices
from django.template import engines
from django.template.defaulttags import IfNode
from django.template.smartif import TokenBase

from goodword.accounts.models import Membership
from goodword.roles.models import Step

SOURCE: Final = Path(__file__).parents[2] / "src" / "goodword"
NAMES: Final = sorted(
    str(file.relative_to(folder))
    for folder in SOURCE.glob("*/templates")
    for file in folder.rglob("*")
    if file.suffix in {".html", ".txt"}
)


@pytest.mark.parametrize("kinds", [Step.Kind, Membership.Kind], ids=["steps", "members"])
def test_branches_on_a_kind_name_every_kind_and_have_no_else(kinds: type[TextChoices]) -> None:
    wrong = {
        name: named
        for name in NAMES
        for branches in _branches(name)
        if len(branches) > 1
        and (named := _kinds_in(branches, kinds))
        and (None in branches or named != set(kinds.values))
    }
    assert wrong == {}


def _branches(name: str) -> Iterator[list[TokenBase | None]]:
    """The conditions of each `if` of a template, with its `elif`s; None for an `else`."""
    template: Any = engines["django"].get_template(name)
    nodes: list[Any] = template.template.nodelist.get_nodes_by_type(IfNode)
    for node in nodes:
        yield [condition for condition, _ in node.conditions_nodelists]


def _kinds_in(branches: list[TokenBase | None], kinds: type[TextChoices]) -> set[str]:
    return {text for condition in branches for text in _literals(condition) if text in kinds.values}


def _literals(condition: TokenBase | None) -> Iterator[str]:
    if condition is None:
        return
    if (value := getattr(condition, "value", None)) is not None and getattr(condition, "id", "") == "literal":
        yield str(getattr(value, "var", value))
    for part in (condition.first, condition.second):
        if isinstance(part, TokenBase):
            yield from _literals(part)
