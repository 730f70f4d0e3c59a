"""Renders template text with cotton and the project's template engine."""

from collections.abc import Callable
from typing import Any

import pytest
from django.template import engines
from django_cotton.compiler_regex import CottonCompiler

Render = Callable[..., str]


@pytest.fixture
def render() -> Render:
    """A function from template text and variables to HTML, with white space collapsed."""

    def rendered(source: str, **context: Any) -> str:
        template = engines["django"].from_string(CottonCompiler().process(source))
        return " ".join(template.render(context).split())

    return rendered
