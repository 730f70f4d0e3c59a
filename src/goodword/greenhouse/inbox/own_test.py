"""The test delivery that we send to our own endpoint: signed like Greenhouse's, and of no effect.

It proves that the public address leads here and that nothing on the way changes the body. It is kept nowhere,
so that it is not taken for something that Greenhouse said.
"""

import json

ACTION = "goodword_test"

#: a body that is longer is none of ours, and is not read twice
LONGEST = 300


def body(nonce: str) -> bytes:
    """What is sent, and signed."""
    return json.dumps({"action": ACTION, "payload": {"nonce": nonce}}).encode()


def answer(nonce: str) -> str:
    """What we say to it: something that no other server would."""
    return f"Received the test {nonce}."


def answer_to(signed_body: bytes) -> str | None:
    """The answer if this signed body is such a test, else None."""
    if len(signed_body) > LONGEST or ACTION.encode() not in signed_body:
        return None
    try:
        data = json.loads(signed_body)
        nonce = data["payload"]["nonce"] if data["action"] == ACTION else None
    except (ValueError, LookupError, TypeError):
        return None
    return answer(nonce) if isinstance(nonce, str) else None
