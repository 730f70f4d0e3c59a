"""The story most tests of the Activity Feed start with."""

import pytest

from tests.greenhouse.activity_feed.story import Story, open_story
from tests.greenhouse.shared_world import BEFORE

BEFORE["story"] = open_story


@pytest.fixture
def story(made: Story) -> Story:
    """Ada's report is ready and her note is queued."""
    return made
