"""All tests run at one moment, with mail captured."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import override_settings

from tests.support import factories


@pytest.fixture(autouse=True)
def at_a_fixed_moment() -> Iterator[None]:
    mailers = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    with override_settings(MAILERS=mailers), time_machine.travel(factories.NOW, tick=False):
        yield
