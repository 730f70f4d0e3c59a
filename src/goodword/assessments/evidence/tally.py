"""How many of what was issued come out again, with a sentence for each that does not."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Tally:
    """What was compared: how many agree, and a sentence for each that differs."""

    agree: int = 0
    differ: list[str] = field(default_factory=list)

    @property
    def n(self) -> int:
        """How many were compared."""
        return self.agree + len(self.differ)

    def say(self, sentence: str) -> None:
        """Something differs."""
        self.differ.append(sentence)

    def count(self, what: str, wrong: Sequence[str]) -> None:
        """One was compared: it agrees if nothing is wrong with it."""
        if wrong:
            self.say(f"{what}: {'; '.join(wrong)}.")
        else:
            self.agree += 1
