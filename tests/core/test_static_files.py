"""Generated static files are built before the first request, and only once."""

import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from django.http import HttpResponse
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from goodword.core import middleware, web_processes

LISTED: list[int] = []


class SlowFinder(BaseFinder):
    """Finds one file, slowly."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:  # noqa: ARG002 - Django's signature
        LISTED.append(1)
        time.sleep(0.05)
        yield Path(__file__).name, FileSystemStorage(location=Path(__file__).parent)


@pytest.fixture(autouse=True)
def slow(settings: Settings) -> None:
    settings.STATICFILES_FINDERS = [f"{__name__}.SlowFinder"]
    settings.SERVESTATIC_USE_FINDERS = True
    LISTED.clear()


@pytest.mark.django_db
def test_static_files_are_built_before_the_first_request(settings: Settings) -> None:
    web_processes._load()
    assert len(LISTED) == 1
    settings.SERVESTATIC_USE_FINDERS = False  # production collects them
    web_processes._load()
    assert len(LISTED) == 1


def test_concurrent_requests_build_the_file_list_once() -> None:
    files = middleware.StaticFiles(lambda _: HttpResponse("elsewhere"))
    together = threading.Barrier(8)

    def ask(_: int) -> bytes:
        together.wait(60)
        return b"".join(files(RequestFactory().get(f"/static/{Path(__file__).name}")))

    with ThreadPoolExecutor(8) as many:
        assert list(many.map(ask, range(8))) == [Path(__file__).read_bytes()] * 8
    assert len(LISTED) == 1
