"""The story that most tests of the Activity Feed begin with."""

import pytest

from tests.greenhouse.activity_feed.story import Story, tell_story
from tests.greenhouse.kept import BEFORE

BEFORE["story"] = tell_story


@pytest.fixture
def story(made: Story) -> Story:
    """Ada's report is ready and her note is queued."""
    return made
