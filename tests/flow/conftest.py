"""Stories of the Greenhouse road, told in this process."""

from tests.greenhouse.conftest import world

__all__ = ["world"]
