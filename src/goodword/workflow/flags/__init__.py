"""Flags: facts about a check or an attempt that a person should look at. One mechanism for both.

`references.flags` and `assessments.flags` have the rules that raise them, and their wording. Only the candidate's page
shows flags: they change no result and enter no report, list, comparison, mail or note (an architecture test).
"""
