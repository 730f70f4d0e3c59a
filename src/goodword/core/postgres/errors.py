"""What can go wrong with the embedded server; each message is a sentence that says what to do."""


class PostgresError(Exception):
    """The embedded PostgreSQL cannot be used; the message is fit to be shown as it is."""


class NotRunningError(PostgresError):
    """Nobody has started the server for this data directory."""


class AlreadyRunningError(PostgresError):
    """Another process runs the server for this data directory."""


class OtherVersionError(PostgresError):
    """The data was written by another major version of PostgreSQL."""


class CannotStartError(PostgresError):
    """The server, or something that it needs, does not work here."""
