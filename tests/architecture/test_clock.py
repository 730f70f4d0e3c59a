"""All code uses the application clock."""

import ast

from tests.architecture.source import called, nodes

#: modules that may read the system time
ALLOWED = {
    "goodword.accounts.reauthentication",  # compares with times that allauth stored
    "goodword.accounts.single_sign_on",  # compares with a provider's time
    "goodword.core.clock",  # the clock itself
    "goodword.demo.mailbox",  # a separate program that uses real time
    "goodword.demo.story",  # uses Goodword from outside, as a person would
}

#: modules that may compare with the database's time: the queue stamps its own rows with it
ALLOWED_OF_THE_DATABASE = {"goodword.core.job_recovery"}

TELLS_TIME = {
    ("timezone", "now"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
}


def test_only_the_clock_reads_system_time() -> None:
    readers = {
        module
        for module, node in nodes(ast.Attribute)
        if isinstance(node.value, ast.Name) and (node.value.id, node.attr) in TELLS_TIME
    }
    assert readers == ALLOWED


def test_database_time_is_not_used_either() -> None:
    readers = {
        module
        for module, node in nodes(ast.Call)
        if called(node) == "Now" or {word.arg for word in node.keywords} & {"auto_now", "auto_now_add"}
    }
    assert readers == ALLOWED_OF_THE_DATABASE
