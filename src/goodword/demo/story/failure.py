"""When the story breaks."""


class StoryFailed(Exception):
    """A step did not come out as it must. `step` names it; the message is a sentence."""

    def __init__(self, step: str, sentence: str) -> None:
        super().__init__(sentence)
        self.step = step
