"""The forms of the editor: one per question type, and those for a questionnaire as a whole."""
