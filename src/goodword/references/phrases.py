from goodword.core.text import Catalogue

PHRASES: Catalogue = {
    "en": {
        "differs_now": "{what} differs. Referee: {confirmed}.",
        "identifiable_all": (
            "Each relationship has only one referee, so every answer can be traced to a person. Please "
            "handle with care."
        ),
        "summary": "Summary",
        "only_one": "{relationship}, identifiable",
        "completed_at": "completed {when}",
        "quoted": "“{text}”",
        "competency": "Competency",
        "question": "Question",
        "range": "Range",
        "ratings_alt": "{label}. Answers: {answers}.",
        "relationships": "Manager|Colleague|Direct report|Client|Teacher|Fellow student|Other",
        "of_each": "{text}: {n}",
        "again_counts": "Would work together again? {counts}.",
        "facts_agree": "All answers about dates and title confirm what the candidate stated.",
        "facts_unsure.one": "One referee isn’t sure of the dates or the title.",
        "facts_unsure.other": "{n} referees aren’t sure of the dates or the title.",
        "facts_differ.one": "One referee gives different dates or a different title from the candidate.",
        "facts_differ.other": "{n} referees give different dates or a different title from the candidate.",
        "referees": "Referees",
        "again": "Would work together again",
        "unanswered_mark": "Not answered",
        "not_asked_mark": "Not asked",
        "quote_of_each": "In their words",
        "dates_and_title": "Dates and title",
        "answered_at": "answered {when}",
        "unsure_of": "Not sure: {what}",
        "confirmed_of": "Confirmed: {what}",
        "added_of": "{what}: {confirmed}. Not stated by the candidate.",
        "differs_from": "{what} differs. Referee: {confirmed}. Candidate: {stated}.",
        "other_answers": "Other answers",
        "text_removed": "Text removed",
        "not_given": "Not given",
        "no_answers": "none",
        "answer": "Answer",
        "references": "References",
        "questionnaire": "Questionnaire",
        "questionnaire_version": "{title}, version {version}",
        "received": "{n} of {m} received",
        "received_only": "The requested reference was received.",
        "received.one": "One of {m} requested references was received.",
        "received.other": "{n} of {m} requested references were received.",
        "factual.one": "One reference covers dates and title only.",
        "factual.other": "{n} references cover dates and title only.",
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
        "ratings": "Ratings",
        "identifiable_note": (
            "A relationship with only one referee is marked as identifiable, since anyone who knows the "
            "referees knows whose answer it is. Please handle with care."
        ),
        "identifiable": "identifiable",
        "group.one": "1 answer",
        "group.other": "{n} answers",
        "skipped.one": "1 couldn’t say",
        "skipped.other": "{n} couldn’t say",
        "answers": "Answers",
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
        "confirmed": "Referee’s answer",
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
        "erased.one": "One reference was erased.",
        "erased.other": "{n} references were erased.",
        "late_mark": "Received after completion",
        "language_mark": "Answered in {language}",
        "erased_mark": "Erased",
        "self_text": "Self-assessment question: {text}",
        "not_asked.one": "One referee was not asked this.",
        "not_asked.other": "{n} referees were not asked this.",
        "is_confirmed": "Confirmed",
        "is_unsure": "Not sure",
        "contradictions": "Where referees disagree",
        "contradictions_read": (
            "The candidate stated the same facts about these referees, but they answered differently. "
            "Titles change and memories differ: ask before you draw conclusions."
        ),
        "says_who": "{text}: {who}",
        "type_agreement": "Agreement from {low} to {high}",
        "type_pick.one": "One word to pick",
        "type_pick.other": "{n} words to pick",
        "type_line": "A short answer",
        "level": "Level",
        "meaning": "Meaning",
        "example": "Example",
        "method_referees": (
            "The candidate named the referees and gave their addresses, which the recruiting team can correct. "
            "Goodword sent each of them a personal link by e-mail; it cannot prove who answered."
        ),
        "method_answers": (
            "All referees saw the same questions, except where this report says otherwise, possibly in "
            "another language. They could not change their answers after sending them. Ratings and "
            "comments are shown as given; nothing was omitted, weighted or reworded. Page 1 quotes one "
            "sentence from each referee: the one they chose, or else their first."
        ),
        "method_few": (
            "The opinions of a few people are not a measurement. They depend on the work, the time and the "
            "relationship; a difference of one level means little. This report compares nothing with other "
            "candidates."
        ),
        "left_open": "Not answered by: {who}.",
        "who_answered": "Who answered what",
        "levels_mean": "What the levels mean",
        "cannot_say": "Couldn’t say",
        "differs": "differs",
    },
    "de": {
        "differs_now": "{what} weicht ab. Referenzperson: {confirmed}.",
        "identifiable_all": (
            "Zu jeder Beziehung gibt es nur eine Referenzperson, sodass sich jede Antwort einer Person "
            "zuordnen lässt. Bitte gehen Sie sorgsam damit um."
        ),
        "summary": "Überblick",
        "only_one": "{relationship}, zuordenbar",
        "completed_at": "abgeschlossen am {when}",
        "quoted": "„{text}“",
        "competency": "Kompetenz",
        "question": "Frage",
        "range": "Spanne",
        "ratings_alt": "{label}. Antworten: {answers}.",
        "relationships": (
            "Führungskraft|Kollegin oder Kollege|Direkt unterstellte Person|Kundin oder Kunde|Lehrkraft|"
            "Kommilitonin oder Kommilitone|Anderes"
        ),
        "of_each": "{text}: {n}",
        "again_counts": "Wieder zusammenarbeiten? {counts}.",
        "facts_agree": ("Alle Antworten zu Zeitraum und Position bestätigen die Angaben aus der Bewerbung."),
        "facts_unsure.one": "Eine Referenzperson ist sich bei Zeitraum oder Position nicht sicher.",
        "facts_unsure.other": "{n} Referenzpersonen sind sich bei Zeitraum oder Position nicht sicher.",
        "facts_differ.one": (
            "Eine Referenzperson nennt einen anderen Zeitraum oder eine andere Position als angegeben."
        ),
        "facts_differ.other": (
            "{n} Referenzpersonen nennen einen anderen Zeitraum oder eine andere Position als angegeben."
        ),
        "referees": "Referenzpersonen",
        "again": "Wieder zusammenarbeiten",
        "unanswered_mark": "Keine Antwort",
        "not_asked_mark": "Nicht gefragt",
        "quote_of_each": "In eigenen Worten",
        "dates_and_title": "Zeitraum und Position",
        "answered_at": "beantwortet am {when}",
        "unsure_of": "Nicht sicher: {what}",
        "confirmed_of": "Bestätigt: {what}",
        "added_of": "{what}: {confirmed}. In der Bewerbung nicht angegeben.",
        "differs_from": "{what} weicht ab. Referenzperson: {confirmed}. Angegeben: {stated}.",
        "other_answers": "Weitere Antworten",
        "text_removed": "Text entfernt",
        "not_given": "Keine Angabe",
        "no_answers": "keine",
        "answer": "Antwort",
        "references": "Referenzen",
        "questionnaire": "Fragebogen",
        "questionnaire_version": "{title}, Fassung {version}",
        "received": "{n} von {m} eingegangen",
        "received_only": "Die erbetene Referenz ist eingegangen.",
        "received.one": "Eine von {m} erbetenen Referenzen ist eingegangen.",
        "received.other": "{n} von {m} erbetenen Referenzen sind eingegangen.",
        "factual.one": "Eine Referenz betrifft nur Zeitraum und Position.",
        "factual.other": "{n} Referenzen betreffen nur Zeitraum und Position.",
        "self_apart": (
            "Die Selbsteinschätzung zu denselben Fragen wird getrennt gezeigt, mit hohlen Punkten."
        ),
        "referee": "Referenzperson",
        "referee_n": "Referenzperson {n}",
        "relationship": "Beziehung",
        "company": "Unternehmen",
        "worked_together": "Zusammenarbeit",
        "answered_on": "Beantwortet",
        "factual_mark": "Nur Zeitraum und Position",
        "self_mark": "Selbsteinschätzung",
        "self": "Selbst",
        "ratings": "Bewertungen",
        "identifiable_note": (
            "Eine Beziehung mit nur einer Referenzperson ist als zuordenbar gekennzeichnet: Wer die "
            "Referenzpersonen kennt, weiß, von wem die Antwort stammt. Bitte gehen Sie sorgsam damit um."
        ),
        "identifiable": "zuordenbar",
        "group.one": "1 Antwort",
        "group.other": "{n} Antworten",
        "skipped.one": "1 konnte das nicht beurteilen",
        "skipped.other": "{n} konnten das nicht beurteilen",
        "answers": "Antworten",
        "option": "Antwort",
        "how_many": "Anzahl",
        "who": "Nach Beziehung",
        "who_n": "{relationship} {n}",
        "choice_alt.one": "1 Antwort",
        "choice_alt.other": "{n} Antworten",
        "not_chosen": "Nicht gewählt: {options}.",
        "unanswered": "Keine Antworten.",
        "comments": "Kommentare im Wortlaut",
        "comments_read": "Die Kommentare sind wörtlich wiedergegeben.",
        "verification": "Zeitraum und Position",
        "verification_read": "Die Angaben aus der Bewerbung und die Antworten der Referenzpersonen.",
        "what": "Angabe",
        "stated": "Aus der Bewerbung",
        "confirmed": "Antwort der Referenzperson",
        "questions": "Gestellte Fragen",
        "type_rating": "Bewertung von {low} bis {high}",
        "type_statement": "Eine Position zwischen zwei Aussagen, von {low} bis {high}",
        "type_choice": "Eine Antwort",
        "type_multiple": "Beliebig viele Antworten",
        "type_long_text": "Freier Text",
        "sent.one": "Eine Referenzperson wurde angefragt.",
        "sent.other": "{n} Referenzpersonen wurden angefragt.",
        "declined.one": "Eine hat abgelehnt.",
        "declined.other": "{n} haben abgelehnt.",
        "late.one": "Eine Referenz ist nach dem Abschluss eingegangen.",
        "late.other": "{n} Referenzen sind nach dem Abschluss eingegangen.",
        "erased.one": "Eine Referenz wurde gelöscht.",
        "erased.other": "{n} Referenzen wurden gelöscht.",
        "late_mark": "Nach Abschluss eingegangen",
        "language_mark": "Beantwortet auf {language}",
        "erased_mark": "Gelöscht",
        "self_text": "Frage zur Selbsteinschätzung: {text}",
        "not_asked.one": "Einer Referenzperson wurde diese Frage nicht gestellt.",
        "not_asked.other": "{n} Referenzpersonen wurde diese Frage nicht gestellt.",
        "is_confirmed": "Bestätigt",
        "is_unsure": "Nicht sicher",
        "contradictions": "Abweichende Angaben der Referenzpersonen",
        "contradictions_read": (
            "Zu diesen Referenzpersonen wurden dieselben Angaben gemacht, ihre Antworten weichen aber "
            "voneinander ab. Positionen ändern sich, und Erinnerungen trügen: Fragen Sie nach, bevor Sie "
            "Schlüsse ziehen."
        ),
        "says_who": "{text}: {who}",
        "type_agreement": "Zustimmung von {low} bis {high}",
        "type_pick.one": "Ein Wort zu wählen",
        "type_pick.other": "{n} Wörter zu wählen",
        "type_line": "Eine kurze Antwort",
        "level": "Stufe",
        "meaning": "Bedeutung",
        "example": "Beispiel",
        "method_referees": (
            "Die Referenzpersonen und ihre Adressen stammen aus der Bewerbung; das Auswahlteam kann Adressen "
            "berichtigen. Goodword hat ihnen per E-Mail einen persönlichen Link geschickt; wer geantwortet hat, "
            "lässt sich nicht beweisen."
        ),
        "method_answers": (
            "Alle Referenzpersonen sahen dieselben Fragen, soweit dieser Bericht nichts anderes angibt, "
            "gegebenenfalls in einer anderen Sprache. Nach dem Absenden konnten sie ihre Antworten nicht "
            "mehr ändern. Bewertungen und Kommentare sind unverändert wiedergegeben; nichts wurde "
            "weggelassen, gewichtet oder umformuliert. Seite 1 zitiert von jeder Referenzperson einen Satz: "
            "den von ihr ausgewählten, sonst den ersten."
        ),
        "method_few": (
            "Die Meinungen weniger Personen sind keine Messung. Sie hängen von Arbeit, Zeit und Beziehung "
            "ab; ein Unterschied von einer Stufe bedeutet wenig. Dieser Bericht vergleicht nichts mit anderen "
            "Bewerbungen."
        ),
        "left_open": "Nicht beantwortet von: {who}.",
        "who_answered": "Antworten nach Person",
        "levels_mean": "Bedeutung der Stufen",
        "cannot_say": "Nicht zu beurteilen",
        "differs": "weicht ab",
    },
    "fr": {
        "differs_now": "{what} diffère. Référent\u00a0: {confirmed}.",
        "identifiable_all": (
            "Chaque relation ne compte qu’un référent\u00a0: chaque réponse peut être rattachée à une "
            "personne. À traiter avec discrétion."
        ),
        "summary": "Résumé",
        "only_one": "{relationship}, identifiable",
        "completed_at": "terminée le {when}",
        "quoted": "«\u202f{text}\u202f»",
        "competency": "Compétence",
        "question": "Question",
        "range": "Étendue",
        "ratings_alt": "{label}. Réponses\u00a0: {answers}.",
        "relationships": (
            "Responsable|Collègue|Personne encadrée|Client ou cliente|Enseignant ou enseignante|"
            "Camarade d’études|Autre"
        ),
        "of_each": "{text}\u00a0: {n}",
        "again_counts": "Retravailler ensemble\u202f? {counts}.",
        "facts_agree": ("Toutes les réponses confirment les dates et le poste indiqués dans la candidature."),
        "facts_unsure.one": "Un référent n’est pas certain des dates ou du poste.",
        "facts_unsure.other": "{n} référents ne sont pas certains des dates ou du poste.",
        "facts_differ.one": ("Un référent indique d’autres dates ou un autre poste que la candidature."),
        "facts_differ.other": (
            "{n} référents indiquent d’autres dates ou un autre poste que la candidature."
        ),
        "referees": "Référents",
        "again": "Retravailler ensemble",
        "unanswered_mark": "Sans réponse",
        "not_asked_mark": "Question non posée",
        "quote_of_each": "Avec leurs mots",
        "dates_and_title": "Dates et poste",
        "answered_at": "réponse le {when}",
        "unsure_of": "Sans certitude\u00a0: {what}",
        "confirmed_of": "Confirmé\u00a0: {what}",
        "added_of": "{what}\u00a0: {confirmed}. Non indiqué dans la candidature.",
        "differs_from": "{what} diffère. Référent\u00a0: {confirmed}. Candidature\u00a0: {stated}.",
        "other_answers": "Autres réponses",
        "text_removed": "Texte supprimé",
        "not_given": "Non indiqué",
        "no_answers": "aucune",
        "answer": "Réponse",
        "references": "Références",
        "questionnaire": "Questionnaire",
        "questionnaire_version": "{title}, version {version}",
        "received": "{n} sur {m} reçues",
        "received_only": "La référence demandée a été reçue.",
        "received.one": "{n} référence reçue, sur {m} demandées.",
        "received.other": "{n} références reçues, sur {m} demandées.",
        "factual.one": "Une référence ne porte que sur les dates et le poste.",
        "factual.other": "{n} références ne portent que sur les dates et le poste.",
        "self_apart": "L’auto-évaluation sur les mêmes questions est présentée à part, en points creux.",
        "referee": "Référent",
        "referee_n": "Référent {n}",
        "relationship": "Relation",
        "company": "Entreprise",
        "worked_together": "Travail en commun",
        "answered_on": "Réponse",
        "factual_mark": "Dates et poste seulement",
        "self_mark": "Auto-évaluation",
        "self": "Soi-même",
        "ratings": "Évaluations",
        "identifiable_note": (
            "Une relation avec un seul référent est marquée comme identifiable\u00a0: qui connaît les "
            "référents sait de qui vient la réponse. Merci de la traiter avec précaution."
        ),
        "identifiable": "identifiable",
        "group.one": "{n} réponse",
        "group.other": "{n} réponses",
        "skipped.one": "{n} ne pouvait pas en juger",
        "skipped.other": "{n} ne pouvaient pas en juger",
        "answers": "Réponses",
        "option": "Réponse",
        "how_many": "Nombre",
        "who": "Par relation",
        "who_n": "{relationship} {n}",
        "choice_alt.one": "{n} réponse",
        "choice_alt.other": "{n} réponses",
        "not_chosen": "Non choisis\u00a0: {options}.",
        "unanswered": "Aucune réponse.",
        "comments": "Commentaires complets",
        "comments_read": "Les commentaires sont reproduits mot pour mot.",
        "verification": "Dates et poste",
        "verification_read": "Les indications de la candidature et les réponses des référents.",
        "what": "Élément",
        "stated": "Selon la candidature",
        "confirmed": "Réponse du référent",
        "questions": "Questions posées",
        "type_rating": "Note de {low} à {high}",
        "type_statement": "Une position entre deux affirmations, de {low} à {high}",
        "type_choice": "Une réponse",
        "type_multiple": "Plusieurs réponses possibles",
        "type_long_text": "Texte libre",
        "sent.one": "{n} référent a été sollicité.",
        "sent.other": "{n} référents ont été sollicités.",
        "declined.one": "L’un d’eux a décliné.",
        "declined.other": "{n} d’entre eux ont décliné.",
        "late.one": "Une référence est arrivée après la clôture.",
        "late.other": "{n} références sont arrivées après la clôture.",
        "erased.one": "Une référence a été supprimée.",
        "erased.other": "{n} références ont été supprimées.",
        "late_mark": "Arrivée après la clôture",
        "language_mark": "Répondu en {language}",
        "erased_mark": "Supprimé",
        "self_text": "Question de l’auto-évaluation\u00a0: {text}",
        "not_asked.one": "Cette question n’a pas été posée à un référent.",
        "not_asked.other": "Cette question n’a pas été posée à {n} référents.",
        "is_confirmed": "Confirmé",
        "is_unsure": "Sans certitude",
        "contradictions": "Indications divergentes des référents",
        "contradictions_read": (
            "La candidature donne les mêmes indications pour ces référents, mais leurs réponses diffèrent. Les "
            "postes changent et les souvenirs aussi\u00a0: posez la question avant de conclure."
        ),
        "says_who": "{text}\u00a0: {who}",
        "type_agreement": "Accord de {low} à {high}",
        "type_pick.one": "Un mot à choisir",
        "type_pick.other": "{n} mots à choisir",
        "type_line": "Une réponse courte",
        "level": "Niveau",
        "meaning": "Sens",
        "example": "Exemple",
        "method_referees": (
            "Les référents et leurs adresses viennent de la candidature\u202f; l’équipe de recrutement peut corriger "
            "ces adresses. Goodword a envoyé à chacun un lien personnel par e-mail, sans pouvoir prouver qui a répondu."
        ),
        "method_answers": (
            "Tous les référents ont vu les mêmes questions, sauf indication contraire dans ce rapport, "
            "parfois dans une autre langue. Ils ne pouvaient plus modifier leurs réponses après l’envoi. "
            "Notes et commentaires sont reproduits tels quels\u202f; rien n’a été omis, pondéré ni "
            "reformulé. La page 1 cite une phrase de chaque référent\u00a0: celle qu’il a choisie ou, à défaut, "
            "la première."
        ),
        "method_few": (
            "L’avis de quelques personnes n’est pas une mesure. Il dépend du travail, du moment et de la "
            "relation\u202f; un écart d’un niveau signifie peu. Ce rapport ne compare rien à d’autres "
            "candidatures."
        ),
        "left_open": "Sans réponse de\u00a0: {who}.",
        "who_answered": "Réponses par personne",
        "levels_mean": "Signification des niveaux",
        "cannot_say": "Ne peut pas juger",
        "differs": "diffère",
    },
}
