"""There are no circular imports, including imports in functions and for type checking, and of the `__init__` of every
parent package."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Final

from tests.architecture.source import imports, modules

#: packages whose `__init__` re-exports names of their modules
FACADES: Final = {"goodword.assessments.models", "goodword.greenhouse.client"}


def _module(name: str) -> str | None:
    """The module that an imported name is or belongs to; None outside Goodword."""
    for one in (name, name.rpartition(".")[0]):
        for found in (one, f"{one}.__init__"):
            if found in modules():
                return found
    return None


def _loaded_before(module: str) -> Iterator[str]:
    """The `__init__` of each package that contains the module, except facades."""
    package = module.rpartition(".")[0]
    while package:
        if package not in FACADES and (init := f"{package}.__init__") in modules():
            yield init
        package = package.rpartition(".")[0]


def _circle() -> list[str]:
    """The modules of one circular import, if there is any."""
    graph: dict[str, set[str]] = {}
    for module, names in imports().items():
        found = {imported for name in names if (imported := _module(name)) is not None}
        found |= {init for imported in found for init in _loaded_before(imported)}
        graph[module] = found - {module}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_imports_form_a_circle() -> None:
    assert _circle() == []
