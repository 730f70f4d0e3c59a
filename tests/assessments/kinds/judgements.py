"""A small judgement set in the published format, for tests of invalid files."""

from typing import Any


def small_set(**changes: Any) -> dict[str, Any]:
    """Two situations with two actions each, keyed 5, 1.5, 3 and 2."""
    judgement: dict[str, Any] = {
        "kind": "judgement",
        "id": "small",
        "version": "1",
        "language": "en",
        "name": "Small",
        "licence": "public domain",
        "source": "made for the tests",
        "construct": "Judging what helps.",
        "instructions": "Rate each action.",
        "response_scale": [{"value": value, "label": f"Answer {value}"} for value in (1, 2, 3, 4, 5)],
        "key_basis": "Made up.",
        "situations": [
            {
                "id": "a",
                "text": "The lift is stuck.",
                "actions": [
                    {"id": "a1", "text": "Call for help.", "effectiveness": 5, "reason": "Help comes."},
                    {"id": "a2", "text": "Wait and see.", "effectiveness": 1.5, "reason": "Nobody knows."},
                ],
            },
            {
                "id": "b",
                "text": "The printer is empty.",
                "actions": [
                    {"id": "b1", "text": "Use another one.", "effectiveness": 3, "reason": "It is quick."},
                    {"id": "b2", "text": "Print it later.", "effectiveness": 2, "reason": "It is slow."},
                ],
            },
        ],
    }
    return judgement | changes


def with_action(**changes: Any) -> dict[str, Any]:
    """The small set with its last action changed."""
    first, second = small_set()["situations"]
    kept, last = second["actions"]
    return small_set(situations=[first, second | {"actions": [kept, last | changes]}])
