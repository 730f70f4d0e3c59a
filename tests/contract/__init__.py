"""The Harvest client against the sandbox over real sockets, and against Greenhouse if a key is set."""
