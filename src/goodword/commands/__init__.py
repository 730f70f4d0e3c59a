"""The commands of `goodword` by topic. cli.py lists all of them.

Each module's `add` defines its commands. It is called before Django is set up, so these modules import models only
within functions, after `database.set_up`, `database.database_for` or `process.set_up`.
"""

import argparse
from collections.abc import Callable

#: sys.stdout is None if the program was started without one
NO_OUTPUT = "standard output is closed. Name a file, or pass the output on to a program."
#: adds a command by name, help text and the function that runs it
type AddCommand = Callable[[str, str, object], argparse.ArgumentParser]
