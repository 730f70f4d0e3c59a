"""There are no circular imports, including imports in functions and for type checking."""

from graphlib import CycleError, TopologicalSorter

from tests.architecture.source import imports, modules


def _module(name: str) -> str | None:
    """The module that an imported name is or belongs to; None outside Goodword."""
    for one in (name, name.rpartition(".")[0]):
        for found in (one, f"{one}.__init__"):
            if found in modules():
                return found
    return None


def _circle() -> list[str]:
    """The modules of one circular import, if there is any."""
    graph = {
        module: {found for name in names if (found := _module(name)) not in {None, module}}
        for module, names in imports().items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_imports_form_a_circle() -> None:
    assert _circle() == []
