from importlib.metadata import version
from typing import Final

VERSION: Final = version("goodword")
#: The oldest release whose programs can run on this release's schema. A migration that removes, renames or tightens
#: something raises it to the first release that no longer uses it (tests/architecture/test_migrations.py).
OLDEST_ON_SCHEMA: Final = "0.1.0"
