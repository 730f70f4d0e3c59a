"""What the editors of tests do with a draft's content: pure functions on its JSON, and their forms."""
