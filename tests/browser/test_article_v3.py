"""The article with Harvest v3, in a browser with all real programs."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import article

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_the_article_click_by_click(browser: Browser, tmp_path: Path) -> None:
    article.walk(browser, tmp_path)
