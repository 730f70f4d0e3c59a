"""The organisation's own questions and files, scored by right answers or marked by people."""
