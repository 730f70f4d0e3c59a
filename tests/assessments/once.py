"""Worlds built once per module."""

from collections.abc import Callable, Iterator

import pytest
import pytest_django

from tests.support.shared import shared_world


def once[W](build: Callable[[], W]) -> Callable[..., Iterator[W]]:
    """A module-scoped fixture of what `build` returns; a test takes a `copy.deepcopy` of it, and `db`."""

    @pytest.fixture(scope="module")
    def world(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[W]:
        yield from shared_world(django_db_blocker, build)

    return world
