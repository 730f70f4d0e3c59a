from collections.abc import Callable

import httpx2

from greenhouse_sandbox.permissions import V1_CATEGORIES, V3_CATEGORIES
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.webhooks import Webhook

SECRET = "s3cret-ключ"
ALL_SCOPES = [scope for members in V3_CATEGORIES.values() for scope in members]
ALL_PERMISSIONS = [key for members in V1_CATEGORIES.values() for key in members]

type V3Maker = Callable[..., httpx2.Client]


class Receiver:
    """Receives webhooks in this process and responds with `status`."""

    def __init__(self) -> None:
        self.requests: list[httpx2.Request] = []
        self.status = 200

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        return httpx2.Response(self.status)


def add_hook(store: Store, action: str, url: str = "https://goodword.example/hook") -> Webhook:
    now = store.clock.now()
    return store.webhooks.insert(
        Webhook(
            id=store.webhooks.new_id(),
            created_at=now,
            updated_at=now,
            name=action,
            action=action,
            endpoint_url=url,
            secret_key=SECRET,
            active=True,
        )
    )
