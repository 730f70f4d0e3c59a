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
    "no_verdict": "This report shows results. It has no total and no verdict.",
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
        "The dot is the mean of the answers on the scale from {low} to {high}; statements worded the other "
        "way are turned round first."
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
    "scale_alt": "{scale}, scale from {low} to {high}: mean {mean}.",
    "scale_alt_band": "{alt} Norm group: {low} to {high}, {label}.",
    "no_answers": "none",
    "scale_line": "Mean {mean} from {n} of {m} answers.",
    "scale_line_none": "No mean: {n} of {m} statements were answered.",
    "answer": "Answer",
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
    "no_verdict_alone": "This report shows results. It has no verdict.",
    "no_better_end_alone": "Neither end of a scale is better.",
    "total": "Total",
    "total_is": "{value} % solved, over the tests that have right and wrong answers.",
    "total_none": "There is no total: not every right-or-wrong test has a count, or a weight.",
    "total_categories": (
        "It is the mean of the categories, so that one with many tasks does not outweigh the others. No scale "
        "and no judgement is part of it."
    ),
    "total_weights": "It is weighted, for this reason: {reason} No scale and no judgement is part of it.",
    "total_rule": "{made} = {value} %",
    "total_harder": "A harder test pulls the total down; it says nothing of how other people did.",
    "category": "Category",
    "category_numerical": "Numbers",
    "category_letters": "Letters",
    "category_figural": "Figures",
    "category_deductive": "Conclusions",
    "solved": "Solved",
    "share_solved": "Share solved",
    "weight": "Weight",
    "percent": "{value} %",
    "standing": "With its uncertainty, percentiles {low} to {high} of {group}.",
    "standing_nearer": "With its uncertainty, nearer to the key than {low} to {high} of 100 in the group of {group}.",
    "standing_band": "The 90 % band is {low} to {high}.",
    "standing_reliability": "Reliability in that group: {value}.",
    "group_phone": "{n} first attempts in {language} on phones, norms {norms}",
    "group_computer": "{n} first attempts in {language} on computers, norms {norms}",
    "group_any": "{n} first attempts in {language}, norms {norms}",
    "band_read": "The shaded band around a mean is its 90 % band: where it could lie on another day.",
    "band_note": "percentiles {low} to {high}",
    "scale_alt_standing": "{alt} 90 % band: {low} to {high}.",
    "tasks_solved": "{n} of {m} tasks solved; {answered} were answered.",
    "tasks_erased": "There were {m} tasks.",
    "not_ranked": (
        "The tasks are not calibrated yet and there is no norm group, so nothing is ranked: the count says how "
        "many were solved, and no more."
    ),
    "ability": (
        "Calibrated: an ability of {value}, with a standard error of {error}, on the scale of those whose answers "
        "it was calibrated by, whose mean is 0."
    ),
    "figures_behind": "Figures and rules behind bands and abilities",
    "percentile_rule": (
        "Percentile: people of the group with a lower score, and half of those with the same, of all; rounded, from 1 "
        "to 99."
    ),
    "distance_rule": (
        "Nearness to a key: people of the group who lie nearer, and half of those who lie as near, of all; rounded, "
        "from 1 to 99. The rest of 100 lie further off."
    ),
    "error_rule": (
        "Standard error of measurement: the standard deviation of the group × √(1 − reliability). By so much a score "
        "typically lies off by chance alone. The 90 % band is the score ± 1.645 standard errors; its two ends are held "
        "against the same people."
    ),
    "coefficient_omega": (
        "Reliability, omega: (Σa)² ÷ ((Σa)² + Σu), where a is what the one factor that all items share explains of an "
        "item, and u the variance that it leaves."
    ),
    "coefficient_alpha": (
        "Reliability, alpha: k ÷ (k − 1) × (1 − sum of the variances of the k items ÷ variance of their sum)."
    ),
    "coefficient_halves": (
        "Reliability by two halves: 2r ÷ (1 + r), where r is the correlation between two halves of each person’s tasks."
    ),
    "coefficient_calibration": (
        "Reliability by the calibration: 1 − mean squared standard error of the abilities ÷ variance of the abilities."
    ),
    "way_omega": "omega",
    "way_alpha": "alpha",
    "way_halves": "two halves",
    "way_calibration": "calibration",
    "way_unknown": "reliability",
    "coefficient_of": "{coefficient}, {n} people",
    "score": "Score",
    "all_tasks": "All tasks",
    "lower_and_same": "Lower and the same, of all",
    "nearer_of_100": "Nearer, of 100",
    "percentile": "Percentile",
    "measurement_error": "Standard error",
    "band": "90 % band",
    "from_to": "{low} to {high}",
    "group_made": "Held against {group}, made {when}.",
    "ability_in": "Ability in {test}",
    "calibration": (
        "Calibration {number}, from the first attempts of {n} people, made {when}. Standard deviation of their "
        "abilities {sd}, reliability {reliability}."
    ),
    "ability_rule": (
        "The chance to solve a task is 1 ÷ (1 + exp(difficulty − ability)): one half where both are equal, 73 % where "
        "the ability is 1 higher. The ability shown is the mean of all by which these answers could have come about, "
        "weighed by how likely each is; few answers draw it towards 0, the mean of the calibrated people."
    ),
    "ability_error": (
        "The standard error is the standard deviation of those abilities: in about two of three cases the true one "
        "lies no further than that from the figure, in 19 of 20 no further than twice that."
    ),
    "family": "Family and level",
    "family_level": "{family}, level {level}",
    "difficulty": "Difficulty in logits",
    "family_number_series": "Number series",
    "family_letter_series": "Letter series",
    "family_matrices_one_rule": "Figures with one rule",
    "family_matrices_two_rules": "Figures with two rules",
    "family_matrices_three_rules": "Figures with three rules",
    "family_seating": "Who sits where",
    "family_ordering": "What comes first",
    "family_sets": "Groups and what follows",
    "options": "Options",
    "judgement_is": (
        "On average the ratings lie {distance} steps from the key. Ratings of these actions can come as near as "
        "{smallest} and as far as {largest}."
    ),
    "judgement_halves": "Some keys lie halfway between two answers.",
    "judgement_is_at_most": (
        "On average the ratings lie {distance} steps from the key. {largest} is the furthest that ratings of these "
        "actions can lie from it."
    ),
    "judgement_none": "No distance: {n} of {m} actions were rated, which is too few.",
    "judgement_voided": "Not counted, because the line broke while they were on screen: situations, {n}.",
    "judgement_erased": "There were {m} actions to rate.",
    "key_basis": "The key: {text}",
    "distance": "Distance",
    "own_right": "{n} of {m} right, of the questions that have a right answer.",
    "together": "Together",
    "method_online": "The candidate answered online, by a personal link.",
    "method_self": (
        "Scales are the candidate’s own description of how they work; how people see themselves, what they expect "
        "to be wanted and the day itself all play a part."
    ),
    "method_tasks": (
        "Tasks are drawn anew for each candidate, of like difficulty and not equal. Practice, the device and the day "
        "itself play a part; a difference of one or two tasks means nothing."
    ),
    "method_judgement": (
        "A judgement is held against a key that people have set. A large distance may also come from using only "
        "the ends of the scale, or only its middle."
    ),
    "about_scales": "About each scale",
    "own_answered": "{n} of {m} questions answered.",
    "own_points": (
        "{n} of {m} points for marked answers ({marked}). Where two people marked an answer, their mean "
        "counts."
    ),
    "own_to_mark": "Answers not fully marked when this report was made: {n}.",
    "items_left_out": (
        "Test items, answers to single items and scoring keys are left out, because this file can be passed "
        "on. Signed-in members can read them on the candidate’s page in Goodword."
    ),
    "method_own": "The organisation’s own questions are read by people; points by a rubric are theirs.",
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
