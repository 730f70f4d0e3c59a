"""The report in English, the source of the other languages."""

EN = {
    # Every report
    "assessment": "Assessment",
    "reference_check": "Reference check",
    "title": "{kind}: {name}, {role}",
    "lead": "Candidate for {role} at {organisation}",
    "name_removed": "Name removed",
    "text_removed": "Text removed",
    "redacted": "Personal data was removed from this version of the report.",
    "role": "Role",
    "report": "Report",
    "reused": "Reused",
    "reused_from": "From an earlier application for the role {role}, completed {when} (report {code})",
    "reused_confidential": "From an earlier application, completed {when} (report {code})",
    "made": "Created",
    "code_version": "{code}, version {version}",
    "footer": "{code} · version {version} · created {made}",
    "page": "Page {page} of {pages}",
    "logo": "Logo of {organisation}",
    "summary": "Summary",
    "method": "Method and limits",
    "no_verdict": "This report shows results. It gives no total and no recommendation.",
    "no_automatic": "No automated decision: Goodword neither advances nor rejects candidates. People decide.",
    "replaced": (
        "Some characters cannot be printed with the available fonts. They appear in square brackets by name or "
        "number; marks on other letters were left out: {characters}."
    ),
    "replaced_more": "{characters} and {n} more",
    "not_given": "Not given",
    "quote": "“{text}”",
    # Assessment
    "title_of_assessment": "Assessment",
    "taken": "Completed",
    "taken_in": "Language",
    "test": "Test",
    "measures": "What it measures",
    "answered": "Answered",
    "n_of_m": "{n} of {m}",
    "version": "Version",
    "test_version": "{version}, scoring {scoring}",
    "why_asked": "Job requirement",
    "requirement": "{test} assesses this requirement: {text} (stated by {who}, {when})",
    "no_requirement": "{test}: no job requirement was stated.",
    "scales": "Scales",
    "scales_read": (
        "The dot is the mean of the answers on the scale from {low} to {high}; reverse-worded statements are "
        "reversed first."
    ),
    "no_better_end": "Neither end of a scale is better.",
    "no_norm": (
        "There is no norm group for this test yet, so results are not compared with those of other people."
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
        "The candidate answered online by a personal link, at a time of their choice. The answers are the "
        "candidate’s own description of how they work, shaped by self-image, by what they think is expected, and by "
        "the day."
    ),
    "method_scales": (
        "Each scale is the mean of its answers. Small differences between scales or people mean little. What suits "
        "depends on the work: compare results with the requirement and discuss them."
    ),
    "no_verdict_alone": "This report shows results. It gives no recommendation.",
    "total": "Total",
    "total_is": "{value} % solved in the tests that have right and wrong answers.",
    "total_no_count": "There is no total: a test with right and wrong answers has no count.",
    "total_no_weight": "There is no total: a test with right and wrong answers has no weight.",
    "total_none": (
        "There is no total, because a test with right and wrong answers lacks a count or a weight."
    ),
    "total_categories": (
        "The mean of the categories, so that one with many tasks does not outweigh the others. Scales and judgements "
        "are not included."
    ),
    "total_weights": "Weighted, for this reason: {reason} Scales and judgements are not included.",
    "total_rule": "{made} = {value} %",
    "total_harder": "A harder test lowers the total. It does not show how other people did.",
    "category": "Category",
    "category_numerical": "Numbers",
    "category_letters": "Letters",
    "category_figural": "Figures",
    "category_deductive": "Conclusions",
    "solved": "Solved",
    "share_solved": "Share solved",
    "weight": "Weight",
    "percent": "{value} %",
    "normed_score": "With its uncertainty, percentiles {low} to {high} of {group}.",
    "normed_score_distance": (
        "With its uncertainty, closer to the key than {low} to {high} of 100 in the group of {group}."
    ),
    "normed_score_band": "The 90 % band is {low} to {high}.",
    "normed_score_reliability": "Reliability in that group: {value}.",
    "group_phone": "{n} first attempts in {language} on phones, norms {norms}",
    "group_computer": "{n} first attempts in {language} on computers, norms {norms}",
    "group_any": "{n} first attempts in {language}, norms {norms}",
    "band_read": "The shaded band around a mean is its 90 % band: where it could be on another day.",
    "band_note": "percentiles {low} to {high}",
    "scale_alt_normed": "{alt} 90 % band: {low} to {high}.",
    "tasks_solved": "{n} of {m} tasks solved; {answered} were answered.",
    "tasks_erased": "There were {m} tasks.",
    "not_ranked": (
        "The tasks are not calibrated yet and there is no norm group, so the count shows only how many were solved."
    ),
    "ability": (
        "Calibrated: an ability of {value} with a standard error of {error}, on a scale where the mean of the "
        "calibration sample is 0."
    ),
    "figures_behind": "How bands and abilities were calculated",
    "percentile_rule": (
        "Percentile: the share of the group with a lower score plus half of those with the same score, rounded, from "
        "1 to 99."
    ),
    "distance_rule": (
        "Closeness to the key: the share of the group that is closer plus half of those equally close, rounded, from "
        "1 to 99. The rest of 100 is further away."
    ),
    "error_rule": (
        "Standard error of measurement: the group’s standard deviation × √(1 − reliability), the typical error by "
        "chance alone. The 90 % band is the score ± 1.645 standard errors; both ends are compared with the same "
        "group."
    ),
    "coefficient_omega": (
        "Reliability, omega: (Σa)² ÷ ((Σa)² + Σu), where a is an item’s loading on the factor that all items share, "
        "and u its unexplained variance."
    ),
    "coefficient_alpha": (
        "Reliability, alpha: k ÷ (k − 1) × (1 − sum of the variances of the k items ÷ variance of their sum)."
    ),
    "coefficient_halves": (
        "Split-half reliability: 2r ÷ (1 + r), where r is the correlation between the two halves of each person’s "
        "tasks."
    ),
    "coefficient_calibration": (
        "Reliability by calibration: 1 − mean squared standard error of the abilities ÷ variance of the abilities."
    ),
    "way_omega": "omega",
    "way_alpha": "alpha",
    "way_halves": "split-half",
    "way_calibration": "calibration",
    "way_unknown": "reliability",
    "coefficient_of": "{coefficient}, {n} people",
    "score": "Score",
    "all_tasks": "All tasks",
    "lower_and_same": "Lower and equal, of all",
    "nearer_of_100": "Closer, of 100",
    "percentile": "Percentile",
    "measurement_error": "Standard error",
    "band": "90 % band",
    "from_to": "{low} to {high}",
    "group_made": "Compared with {group}, created {when}.",
    "ability_in": "Ability in {test}",
    "calibration": (
        "Calibration {number}, from the first attempts of {n} people, created {when}. Standard deviation of their "
        "abilities {sd}, reliability {reliability}."
    ),
    "ability_rule": (
        "The probability of solving a task is 1 ÷ (1 + exp(difficulty − ability)): one half if both are equal, 73 % "
        "if the ability is 1 higher. The ability shown is the mean of all abilities that could have led to these "
        "answers, weighted by their probability. Few answers pull it towards 0, the mean of the calibration sample."
    ),
    "ability_error": (
        "The standard error is the standard deviation of those abilities. In about two of three cases the true "
        "ability is within one standard error of the figure, in 19 of 20 within two."
    ),
    "family": "Family and level",
    "family_level": "{family}, level {level}",
    "difficulty": "Difficulty in logits",
    "family_number_series": "Number series",
    "family_letter_series": "Letter series",
    "family_matrices_one_rule": "Matrices, one rule",
    "family_matrices_two_rules": "Matrices, two rules",
    "family_matrices_three_rules": "Matrices, three rules",
    "family_seating": "Seating",
    "family_ordering": "Ordering",
    "family_sets": "Syllogisms",
    "options": "Options",
    "judgement_is": (
        "On average the ratings are {distance} steps from the key. For these actions, {smallest} to {largest} is "
        "possible."
    ),
    "judgement_halves": "Some keys are halfway between two answers.",
    "judgement_is_at_most": (
        "On average the ratings are {distance} steps from the key. For these actions, at most {largest} is possible."
    ),
    "judgement_none": "No distance, because too few actions were rated: {n} of {m}.",
    "judgement_voided": (
        "Not counted, because the connection was lost while they were on screen: situations, {n}."
    ),
    "judgement_erased": "There were {m} actions to rate.",
    "key_basis": "The key: {text}",
    "distance": "Distance",
    "own_right": "{n} of {m} questions with a right answer were answered correctly.",
    "together": "Together",
    "method_online": "The candidate answered online by a personal link.",
    "method_self": (
        "Scales are the candidate’s own description of how they work, shaped by self-image, by what they think is "
        "expected, and by the day."
    ),
    "method_tasks": (
        "Tasks are generated for each candidate and are similar in difficulty, not equal. Practice, the device and "
        "the day play a part; a difference of one or two tasks means nothing."
    ),
    "method_judgement": (
        "Judgements are compared with a key set by people. A large distance may also come from using only the ends "
        "or only the middle of the scale."
    ),
    "about_scales": "About each scale",
    "own_answered": "{n} of {m} questions answered.",
    "own_points": (
        "{n} of {m} points for marked answers ({marked}). If two people marked an answer, the mean counts."
    ),
    "own_to_mark": "Answers not fully marked when this report was created: {n}.",
    "items_left_out": (
        "Test items, answers to single items and scoring keys are not included, because this file can be shared. "
        "Members can see them on the candidate’s page in Goodword."
    ),
    "method_own": (
        "People read the answers to the organisation’s own questions and award points by a rubric."
    ),
    # Reference check
    "references": "References",
    "completed": "Completed",
    "questionnaire": "Questionnaire",
    "questionnaire_version": "{title}, version {version}",
    "received": "{n} of {m} received",
    "received.one": "One of {m} requested references was received.",
    "received.other": "{n} of {m} requested references were received.",
    "factual.one": "One of them confirms dates and title only.",
    "factual.other": "{n} of them confirm dates and title only.",
    "self_apart": (
        "The candidate answered the same questions; those answers are shown separately, as hollow dots."
    ),
    "referee": "Referee",
    "referee_n": "Referee {n}",
    "relationship": "Relationship",
    "company": "Company",
    "worked_together": "Worked together",
    "answered_on": "Answered",
    "factual_mark": "Dates and title only",
    "self_mark": "Self-assessment",
    "self": "Self",
    "ratings": "Ratings by relationship",
    "ratings_read": (
        "Each dot is one person’s answer. The short line marks the mean if a relationship has several answers."
    ),
    "identifiable_note": (
        "A relationship with only one referee is marked as identifiable, since anyone who knows the referees knows "
        "whose answer it is. Please handle it with care."
    ),
    "identifiable": "identifiable",
    "group.one": "1 answer",
    "group.other": "{n} answers",
    "skipped.one": "1 couldn’t say",
    "skipped.other": "{n} couldn’t say",
    "answers": "Answers",
    "rating_alt": "{relationship}, scale from {low} to {high}. Answers: {answers}.",
    "option": "Answer",
    "how_many": "Number",
    "who": "By relationship",
    "who_n": "{relationship} {n}",
    "choice_alt.one": "1 answer",
    "choice_alt.other": "{n} answers",
    "not_chosen": "Not chosen: {options}.",
    "unanswered": "No answers.",
    "comments": "Comments in full",
    "comments_read": "Comments are quoted as written.",
    "verification": "Dates and title",
    "verification_read": "What the candidate stated and what the referee confirmed.",
    "what": "Detail",
    "stated": "Stated by the candidate",
    "confirmed": "Answer of the referee",
    "questions": "Questions asked",
    "type_rating": "Rating from {low} to {high}",
    "type_statement": "A position between two statements, from {low} to {high}",
    "type_choice": "One answer",
    "type_multiple": "Any number of answers",
    "type_long_text": "Free text",
    "sent.one": "One referee was asked.",
    "sent.other": "{n} referees were asked.",
    "declined.one": "One of them declined.",
    "declined.other": "{n} of them declined.",
    "late.one": "One reference was received after the check was completed.",
    "late.other": "{n} references were received after the check was completed.",
    "gone.one": "One reference was erased.",
    "gone.other": "{n} references were erased.",
    "late_mark": "Received after completion",
    "language_mark": "Answered in {language}",
    "erased_mark": "Erased",
    "own_text": "Self-assessment question: {text}",
    "not_asked.one": "One referee was not asked this.",
    "not_asked.other": "{n} referees were not asked this.",
    "short_answers": "Short answers",
    "is_confirmed": "Confirmed",
    "is_unsure": "Not sure",
    "contradictions": "Where referees disagree",
    "contradictions_read": (
        "The candidate stated the same facts about these referees, but they answered differently. Titles change and "
        "memories differ: ask before you draw conclusions."
    ),
    "says_who": "{text}: {who}",
    "left_out.one": "One referee was erased and is not in this version.",
    "left_out.other": "{n} referees were erased and are not in this version.",
    "type_agreement": "Agreement from {low} to {high}",
    "type_pick.one": "One word to pick",
    "type_pick.other": "{n} words to pick",
    "type_line": "A short answer",
    "level": "Level",
    "meaning": "Meaning",
    "example": "Example",
    "method_referees": (
        "The candidate named the referees and their contact details. Goodword sent each of them a personal link by "
        "e-mail; it cannot prove who answered."
    ),
    "method_answers": (
        "All referees saw the same questions, except where this report says otherwise, possibly in another language. "
        "They could not change their answers after sending them. Ratings and comments are shown as given; nothing "
        "was omitted, weighted or reworded."
    ),
    "method_few": (
        "The opinions of a few people are not a measurement. They depend on the work, the time and the relationship; "
        "a difference of one level means little. Nothing is compared with other candidates."
    ),
    "left_open": "Not answered by: {who}.",
    "who_answered": "Who answered what",
    "levels_mean": "What the levels mean",
    "cannot_say": "Couldn’t say",
}
