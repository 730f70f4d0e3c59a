from importlib.metadata import version
from typing import Final

#: of the installed package
VERSION: Final = version("goodword")
