"""The forms of the editor: one a type of question, and those for a questionnaire as a whole."""
