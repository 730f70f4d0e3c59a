"""The report in English, the source of the other languages."""

EN = {
    # Every report
    "assessment": "Assessment",
    "reference_check": "Reference check",
    "title": "{kind}: {name}, {role}",
    "lead": "Candidate for {role} at {organisation}",
    "name_removed": "Name removed",
    "text_removed": "Text removed",
    "redacted": "Personal data were removed from this version of the report.",
    "role": "Role",
    "report": "Report",
    "reused": "Taken over",
    "reused_from": "From an earlier application, for the role {role}, completed {when} (report {code})",
    "reused_discreetly": "From an earlier application, completed {when} (report {code})",
    "made": "Made",
    "code_version": "{code}, version {version}",
    "footer": "{code} · version {version} · made {made}",
    "page": "Page {page} of {pages}",
    "logo": "Logo of {organisation}",
    "summary": "Summary",
    "method": "Method and limits",
    "no_verdict": "This report shows what was asked and what was answered. It has no total and no verdict.",
    "no_automatic": "No automatic decision: Goodword advances and rejects nobody. People decide.",
    "replaced": (
        "Some characters could not be printed with the fonts at hand. They stand in square brackets, by "
        "their name or number, or were left out where they only mark another letter: {characters}."
    ),
    "replaced_more": "{characters} and {n} more",
    "not_given": "Not given",
    "quote": "“{text}”",
    # Assessment
    "title_of_assessment": "Assessment",
    "taken": "Taken",
    "taken_in": "Language",
    "test": "Test",
    "measures": "What it is about",
    "answered": "Answered",
    "n_of_m": "{n} of {m}",
    "version": "Version",
    "test_version": "{version}, scoring {scoring}",
    "why_asked": "Why this was asked",
    "requirement": "{test} serves this requirement of the job: {text} Named by {who}, {when}.",
    "no_requirement": "{test}: no requirement of the job was named for this test.",
    "scales": "Scales",
    "scales_read": (
        "The large dot is the mean of the answers on the scale from {low} to {high}. Each small dot "
        "below it is one answer, so that the spread can be seen; statements worded the other way are "
        "turned round first."
    ),
    "no_better_end": "Neither end of a scale is better, and there is no total.",
    "no_norm": (
        "There is no norm group for this test yet, so no result is compared with those of other people."
    ),
    "norm": "The shaded bands show the norm group {name}, version {version} ({n} people). {text}",
    "scale": "Scale",
    "low_end": "Low end",
    "high_end": "High end",
    "mean": "Mean",
    "no_mean": "–",
    "no_mean_note": "not enough answers",
    "scale_alt": "{scale}, scale from {low} to {high}: mean {mean}. Answers: {answers}.",
    "scale_alt_band": "{alt} Norm group: {low} to {high}, {label}.",
    "no_answers": "none",
    "answers_behind": "The answers behind each mean",
    "scale_line": "Mean {mean} from {n} of {m} answers.",
    "scale_line_none": "No mean: {n} of {m} statements were answered.",
    "statement_asked": "Statement",
    "answer": "Answer",
    "counts_as": "Counts as",
    "turned": "{value}, turned",
    "not_answered": "Not answered",
    "sheet": "About this test",
    "reliability": "Reliability",
    "validity": "Validity",
    "limits": "Limits",
    "method_assessment": (
        "The candidate answered online, by a personal link, in their own time. The answers are the "
        "candidate’s own description of how they work; how people see themselves, what they expect to be"
        " wanted and the day itself all play a part."
    ),
    "method_scales": (
        "Each scale is the mean of its answers. A small difference between two scales or two people "
        "means little. What suits depends on the work: read the results beside the requirement, and talk"
        " about them."
    ),
    # Reference check
    "references": "References",
    "completed": "Completed",
    "questionnaire": "Questionnaire",
    "questionnaire_version": "{title}, version {version}",
    "received": "{n} of {m} received",
    "received.one": "One reference came in, of {m} asked for.",
    "received.other": "{n} references came in, of {m} asked for.",
    "factual.one": "One of them confirms dates and title only.",
    "factual.other": "{n} of them confirm dates and title only.",
    "self_apart": (
        "The candidate answered the same questions too; those answers are shown apart, as hollow dots."
    ),
    "referee": "Referee",
    "referee_n": "Referee {n}",
    "relationship": "Relationship",
    "company": "Company",
    "worked_together": "Worked together",
    "answered_on": "Answered",
    "factual_mark": "Dates and title only",
    "self_mark": "The candidate, about themself",
    "self": "Self",
    "ratings": "Ratings by relationship",
    "ratings_read": (
        "Each dot is the answer of one person. The short line marks the mean where a relationship has "
        "several answers."
    ),
    "identifiable_note": (
        "A relationship with one referee is marked as identifiable: whoever knows who was asked knows "
        "whose answer it is. Please treat it with care."
    ),
    "identifiable": "identifiable",
    "group.one": "1 answer",
    "group.other": "{n} answers",
    "skipped.one": "1 could not say",
    "skipped.other": "{n} could not say",
    "answers": "Answers",
    "rating_alt": "{relationship}, scale from {low} to {high}. Answers: {answers}.",
    "option": "Answer",
    "how_many": "Number",
    "who": "By relationship",
    "who_n": "{relationship} {n}",
    "choice_alt.one": "1 answer",
    "choice_alt.other": "{n} answers",
    "not_chosen": "Chosen by nobody: {options}.",
    "nobody_answered": "Nobody answered this question.",
    "comments": "Comments in full",
    "comments_read": "Comments stand as they were written.",
    "verification": "Dates and title",
    "verification_read": "What the candidate stated, and what the referee confirmed, side by side.",
    "what": "What",
    "stated": "Stated by the candidate",
    "confirmed": "The referee says",
    "questions": "Questions asked",
    "type_rating": "Rating from {low} to {high}",
    "type_statement": "A place between two statements, from {low} to {high}",
    "type_choice": "One answer",
    "type_multiple": "Any number of answers",
    "type_long_text": "Free text",
    "sent.one": "One person was asked.",
    "sent.other": "{n} people were asked.",
    "declined.one": "One of them declined.",
    "declined.other": "{n} of them declined.",
    "late.one": "One came when the check was already done.",
    "late.other": "{n} came when the check was already done.",
    "gone.one": "One reference was erased with its referee.",
    "gone.other": "{n} references were erased with their referees.",
    "late_mark": "Came when the check was done",
    "language_mark": "Answered in {language}",
    "erased_mark": "Erased",
    "own_text": "The candidate was asked: {text}",
    "not_asked.one": "One referee was not asked this.",
    "not_asked.other": "{n} referees were not asked this.",
    "short_answers": "Short answers",
    "is_confirmed": "Confirmed",
    "is_unsure": "Not sure",
    "contradictions": "Where referees differ",
    "contradictions_read": (
        "The candidate stated the same of these referees, and they say different things. Titles change and "
        "memories differ: ask before you conclude."
    ),
    "says_who": "{text}: {who}",
    "left_out.one": "One referee was erased and is left out of this version.",
    "left_out.other": "{n} referees were erased and are left out of this version.",
    "type_agreement": "Agreement from {low} to {high}",
    "type_pick.one": "One word to pick",
    "type_pick.other": "{n} words to pick",
    "type_line": "A short answer",
    "level": "Level",
    "meaning": "Meaning",
    "example": "Example",
    "method_referees": (
        "The candidate named the referees and how to reach them. Goodword wrote to each one by e-mail "
        "and gave each a personal link; it cannot prove who answered."
    ),
    "method_answers": (
        "Each referee saw the same questions, except where this report says that one was for some only, "
        "perhaps in another language, and could not change the answers after sending them. "
        "Numbers and comments are shown as they were given; nothing was left out, weighted or reworded."
    ),
    "method_few": (
        "A few people’s opinions are not a measurement. They depend on the work, the time and the "
        "relationship; a difference of one step means little. Nothing is compared with other candidates."
    ),
}
