from datetime import datetime
from typing import Any

from django.core.cache.backends.db import DatabaseCache


class UnculledCache(DatabaseCache):
    """A cache in the database that deletes only expired entries.

    Above MAX_ENTRIES Django also deletes a third of the others. Requests from many addresses, such as those of an IPv6
    network, would then reset the counts of failed sign-ins. Our entries expire within an hour, SAML providers' metadata
    within four, which limits the size.
    """

    def _cull(self, db: str, cursor: Any, now: datetime, num: int) -> None:  # noqa: ARG002 - Django's signature
        table = self.cache_model_class._meta.db_table
        cursor.execute(f'DELETE FROM "{table}" WHERE expires < %s', [now])  # noqa: S608 - from the settings
