class RefusedError(Exception):
    """The action isn't allowed. `field` is the input at fault; the message says why."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence
