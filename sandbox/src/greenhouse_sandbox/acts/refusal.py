class RefusedError(Exception):
    """A forbidden action. `field` is the offending input; the message says why."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence
