"""What the editor knows of questions as JSON (texts, conditions, advice, differences) and its forms. No rows."""
