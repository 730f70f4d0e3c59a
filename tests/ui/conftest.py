"""Renders a line of a page as a page would be rendered: through cotton and the project's template engine."""

from collections.abc import Callable
from typing import Any

import pytest
from django.template import engines
from django_cotton.compiler_regex import CottonCompiler

Render = Callable[..., str]


@pytest.fixture
def render() -> Render:
    """Gives a function from template text and variables to HTML, runs of white space folded to one space."""

    def rendered(source: str, **context: Any) -> str:
        template = engines["django"].from_string(CottonCompiler().process(source))
        return " ".join(template.render(context).split())

    return rendered
