"""Why an act cannot be done."""


class RefusedError(Exception):
    """An act that the rules forbid. `field` is the offending input, the text says why in one sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence
