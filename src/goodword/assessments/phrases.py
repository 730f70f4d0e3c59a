from goodword.core.text import Catalogue

PHRASES: Catalogue = {
    "en": {
        "assessment_lead": "completed {when} · taken in {language}",
        "versions": "Versions",
        "results": "Results",
        "position": "Position and 90% band",
        "items_of_version.one": "1 item, version {version}",
        "items_of_version.other": "{n} items, version {version}",
        "stated_by": "Stated by {who}, {when}",
        "no_precision": "Precision isn’t known yet: it takes a norm group of 100 first attempts.",
        "not_started": "Not started, so without a result: {tests}.",
        "cut_short": (
            "This test was ended before the candidate had finished. Anything they had not reached counts as not "
            "answered, so the result can’t be compared with others."
        ),
        "compared_with": "Compared with {group}.",
        "not_compared": "Without norms: {scores}.",
        "percentile_is": "Percentile {at}, band {low} to {high}",
        "bands_read": (
            "No test is exact: for about nine in ten people the band contains their true score. Don’t rank "
            "candidates whose bands overlap."
        ),
        "validity_of_answers": "Validity of the answers",
        "validity_none": "{tests}: no signs of careless responding (checked: {checks}).",
        "check_straight_line": "long runs of one answer",
        "check_contradiction": "agreement with opposite statements",
        "check_fast": "answers faster than most people can read the items",
        "validity_found": "{test}: {signs}.",
        "validity_reasons": (
            "This often has a harmless reason, such as a second language, an interruption or practice. Ask "
            "for examples of their work before you rely on this result."
        ),
        "sign_fast": "a quarter or more of the answers were faster than most people can read the items",
        "sign_straight_line": "the same answer many times in a row",
        "sign_contradiction": "agreement with opposite statements",
        "about_tests": "About the tests",
        "quote": "“{text}”",
        "title_of_assessment": "Assessment",
        "test": "Test",
        "measures": "What it measures",
        "answered": "Answered",
        "n_of_m": "{n} of {m}",
        "version": "Version",
        "test_version": "{version}, scoring {scoring}",
        "why_asked": "Job requirement",
        "requirement": "{test} assesses this requirement: {text}",
        "requirement_by": "{requirement} (stated by {who}, {when})",
        "no_requirement": "No job requirement was stated.",
        "no_better_end": "Neither end of a scale is better.",
        "sheet": "About this test",
        "reliability": "Reliability",
        "validity": "Validity",
        "limits": "Limits",
        "method_assessment": (
            "The candidate answered online through a personal link, at a time of their choice. The answers are "
            "the candidate’s own description of how they work, shaped by self-image, by what they think is "
            "expected, and by the day."
        ),
        "no_verdict_alone": "This report shows results. It gives no recommendation.",
        "total": "Total",
        "total_note": "share solved, not a percentile",
        "total_is": "{value}% solved in the tests that have right and wrong answers.",
        "total_no_count": "There is no total: a test with right and wrong answers has no count.",
        "total_no_weight": "There is no total: a test with right and wrong answers has no weight.",
        "total_none": (
            "There is no total, because a test with right and wrong answers lacks a count or a weight."
        ),
        "total_categories": (
            "The mean of the categories, so that one with many tasks does not outweigh the others. Scales "
            "and judgements are not included."
        ),
        "total_weights": "Weighted, for this reason: {reason} Scales and judgements are not included.",
        "total_rule": "{made} = {value}%",
        "total_harder": "A harder test lowers the total. The total does not show how other people did.",
        "category": "Category",
        "solved": "Solved",
        "share_solved": "Share solved",
        "weight": "Weight",
        "percent": "{value}%",
        "normed_score": "With its uncertainty, percentiles {low} to {high} of {group}.",
        "normed_score_distance": (
            "With its uncertainty, closer to the key than {low} to {high} of 100 in the group of {group}."
        ),
        "normed_score_band": "The 90% band is {low} to {high}.",
        "normed_score_reliability": "Reliability in that group: {value}.",
        "group_phone": "{n} first attempts in {language} on phones, norms {norms}",
        "group_computer": "{n} first attempts in {language} on computers, norms {norms}",
        "group_any": "{n} first attempts in {language}, norms {norms}",
        "figures_behind": "How bands and abilities were calculated",
        "percentile_rule": (
            "Percentile: the share of the group with a lower score plus half of those with the same score, "
            "rounded, from 1 to 99."
        ),
        "error_rule": (
            "Standard error of measurement: the group’s standard deviation × √(1 − reliability), the "
            "typical error by chance alone. The 90% band is the score ± 1.645 standard errors; both ends "
            "are compared with the same group."
        ),
        "own_band_rule": (
            "Band of a correlation: from this person’s answers alone, by how much the correlation changes if each "
            "situation in turn is left out (jackknife, on Fisher’s z). Nine in ten such bands contain the correlation "
            "over very many similar situations."
        ),
        "coefficient_omega": (
            "Reliability, omega: (Σa)² ÷ ((Σa)² + Σu), where a is an item’s loading on the factor that all "
            "items share, and u its unexplained variance."
        ),
        "coefficient_alpha": (
            "Reliability, alpha: k ÷ (k − 1) × (1 − sum of the variances of the k items ÷ variance of "
            "their sum)."
        ),
        "coefficient_halves": (
            "Split-half reliability: 2r ÷ (1 + r), where r is the correlation between the two halves of "
            "each person’s tasks."
        ),
        "coefficient_splits": (
            "Split-half reliability of correlations: 2m ÷ (1 + m), where m is the mean correlation between the results "
            "in two halves of the situations, over many ways to halve them."
        ),
        "coefficient_calibration": (
            "Reliability by calibration: 1 − mean squared standard error of the abilities ÷ variance of "
            "the abilities."
        ),
        "coefficient_calibrated_number": (
            "Reliability by calibration: variance of the expected number solved ÷ (that variance + mean error "
            "variance)."
        ),
        "way_omega": "omega",
        "way_alpha": "alpha",
        "way_halves": "split-half",
        "way_splits": "split-half",
        "way_calibration": "calibration",
        "way_calibrated_number": "calibration",
        "way_unknown": "reliability",
        "coefficient_of": "{coefficient}, {n} people",
        "score": "Score",
        "lower_and_same": "Lower and equal, of all",
        "percentile": "Percentile",
        "measurement_error": "Standard error",
        "band": "90% band",
        "own_band": "from the answers alone",
        "from_to": "{low} to {high}",
        "group_made": "Compared with {group}, created {when}.",
        "method_online": "The candidate answered online through a personal link.",
        "method_self": (
            "Scales are the candidate’s own description of how they work, shaped by self-image, by what "
            "they think is expected, and by the day."
        ),
        "items_left_out": (
            "Test items, individual answers and scoring keys are not included, because this file can "
            "be shared. Members can see them on the candidate’s page in Goodword."
        ),
    },
    "de": {
        "assessment_lead": "abgeschlossen am {when} · bearbeitet auf {language}",
        "versions": "Fassungen",
        "results": "Ergebnisse",
        "position": "Lage und 90-%-Band",
        "items_of_version.one": "1 Aufgabe, Fassung {version}",
        "items_of_version.other": "{n} Aufgaben, Fassung {version}",
        "stated_by": "Angegeben von {who}, {when}",
        "not_started": "Nicht begonnen, daher ohne Ergebnis: {tests}.",
        "cut_short": (
            "Dieser Test wurde beendet, bevor die Person fertig war. Was sie nicht erreicht hatte, zählt als nicht "
            "beantwortet. Das Ergebnis ist deshalb nicht mit anderen vergleichbar."
        ),
        "no_precision": (
            "Messgenauigkeit noch nicht bekannt: Dafür braucht es eine Vergleichsgruppe von 100 Erstdurchgängen."
        ),
        "compared_with": "Verglichen mit {group}.",
        "not_compared": "Ohne Normen: {scores}.",
        "percentile_is": "Perzentil {at}, Band {low} bis {high}",
        "bands_read": (
            "Kein Test ist genau: Bei etwa neun von zehn Personen enthält das Band den wahren Wert. Bilden "
            "Sie keine Rangfolge, wenn sich Bänder überschneiden."
        ),
        "validity_of_answers": "Verwertbarkeit der Antworten",
        "validity_none": "{tests}: keine Anzeichen für unaufmerksames Antworten (geprüft: {checks}).",
        "check_straight_line": "lange Folgen derselben Antwort",
        "check_contradiction": "Zustimmung zu gegensätzlichen Aussagen",
        "check_fast": "Antworten, die schneller kamen, als die meisten lesen können",
        "validity_found": "{test}: {signs}.",
        "validity_reasons": (
            "Das hat oft harmlose Gründe, etwa eine Zweitsprache, eine Unterbrechung oder Übung. Fragen Sie "
            "nach Beispielen aus der Arbeit, bevor Sie sich auf dieses Ergebnis stützen."
        ),
        "sign_fast": "ein Viertel der Antworten oder mehr kam schneller, als die meisten die Aufgaben lesen können",
        "sign_straight_line": "viele Male hintereinander dieselbe Antwort",
        "sign_contradiction": "Zustimmung zu gegensätzlichen Aussagen",
        "about_tests": "Zu den Tests",
        "quote": "„{text}“",
        "title_of_assessment": "Assessment",
        "test": "Test",
        "measures": "Was gemessen wird",
        "answered": "Beantwortet",
        "n_of_m": "{n} von {m}",
        "version": "Fassung",
        "test_version": "{version}, Auswertung {scoring}",
        "why_asked": "Anforderung der Stelle",
        "requirement": "{test} dient dieser Anforderung: {text}",
        "requirement_by": "{requirement} (angegeben von {who}, {when})",
        "no_requirement": "Keine Anforderung der Stelle angegeben.",
        "no_better_end": "Kein Ende einer Skala ist besser.",
        "sheet": "Zu diesem Test",
        "reliability": "Reliabilität",
        "validity": "Validität",
        "limits": "Grenzen",
        "method_assessment": (
            "Die Antworten wurden online über einen persönlichen Link gegeben, zu selbst gewählter Zeit. "
            "Sie sind eine Selbstbeschreibung der Arbeitsweise; Selbstbild, vermutete Erwartungen und "
            "Tagesform spielen mit hinein."
        ),
        "no_verdict_alone": "Dieser Bericht zeigt Ergebnisse, ohne Empfehlung.",
        "total": "Gesamtwert",
        "total_note": "Anteil gelöst, kein Perzentil",
        "total_is": "{value}\u00a0% gelöst in den Tests mit richtigen und falschen Antworten.",
        "total_no_count": (
            "Kein Gesamtwert: Einem Test mit richtigen und falschen Antworten fehlt die Anzahl."
        ),
        "total_no_weight": (
            "Kein Gesamtwert: Einem Test mit richtigen und falschen Antworten fehlt das Gewicht."
        ),
        "total_none": (
            "Es gibt keinen Gesamtwert, weil einem Test mit richtigen und falschen Antworten eine Zahl "
            "oder ein Gewicht fehlt."
        ),
        "total_categories": (
            "Mittelwert der Bereiche, damit Bereiche mit vielen Aufgaben nicht überwiegen. Skalen und "
            "Einschätzungen gehen nicht ein."
        ),
        "total_weights": "Gewichtet, aus diesem Grund: {reason} Skalen und Einschätzungen gehen nicht ein.",
        "total_rule": "{made} = {value}\u00a0%",
        "total_harder": (
            "Ein schwererer Test senkt den Gesamtwert. Dieser sagt nichts über die Ergebnisse anderer."
        ),
        "category": "Bereich",
        "solved": "Gelöst",
        "share_solved": "Anteil gelöst",
        "weight": "Gewicht",
        "percent": "{value}\u00a0%",
        "normed_score": "Mit seiner Unsicherheit: Perzentile {low} bis {high} von {group}.",
        "normed_score_distance": (
            "Mit seiner Unsicherheit: näher am Schlüssel als {low} bis {high} von 100 in der Gruppe aus "
            "{group}."
        ),
        "normed_score_band": "Das 90-%-Band reicht von {low} bis {high}.",
        "normed_score_reliability": "Reliabilität in dieser Gruppe: {value}.",
        "group_phone": "{n} ersten Durchgängen auf {language} am Handy, Normen {norms}",
        "group_computer": "{n} ersten Durchgängen auf {language} am Computer, Normen {norms}",
        "group_any": "{n} ersten Durchgängen auf {language}, Normen {norms}",
        "figures_behind": "Wie Bänder und Fähigkeiten berechnet wurden",
        "percentile_rule": (
            "Perzentil: Anteil der Gruppe mit niedrigerem Wert plus die Hälfte des Anteils mit gleichem "
            "Wert, gerundet, von 1 bis 99."
        ),
        "error_rule": (
            "Standardmessfehler: Standardabweichung der Gruppe × √(1 − Reliabilität), der typische Fehler "
            "allein durch Zufall. Das 90-%-Band ist der Wert ± 1,645 Standardmessfehler; beide Enden "
            "werden mit derselben Gruppe verglichen."
        ),
        "own_band_rule": (
            "Band einer Korrelation: allein aus den Antworten dieser Person, danach, wie stark sich die Korrelation "
            "ändert, wenn reihum je eine Situation weggelassen wird (Jackknife, mit Fishers z). Neun von zehn solchen "
            "Bändern enthalten die Korrelation über sehr viele ähnliche Situationen."
        ),
        "coefficient_omega": (
            "Reliabilität, Omega: (Σa)² ÷ ((Σa)² + Σu); a ist die Ladung einer Frage auf dem gemeinsamen "
            "Faktor aller Fragen, u ihre nicht erklärte Varianz."
        ),
        "coefficient_alpha": (
            "Reliabilität, Alpha: k ÷ (k − 1) × (1 − Summe der Varianzen der k Fragen ÷ Varianz ihrer Summe)."
        ),
        "coefficient_halves": (
            "Split-Half-Reliabilität: 2r ÷ (1 + r); r ist die Korrelation zwischen den beiden Hälften der "
            "Aufgaben jeder Person."
        ),
        "coefficient_splits": (
            "Split-Half-Reliabilität von Korrelationen: 2m ÷ (1 + m), mit m als mittlerer Korrelation zwischen den "
            "Ergebnissen in zwei Hälften der Situationen, über viele Arten, sie zu halbieren."
        ),
        "coefficient_calibration": (
            "Reliabilität aus der Kalibrierung: 1 − mittlerer quadrierter Standardfehler der Fähigkeiten ÷ "
            "Varianz der Fähigkeiten."
        ),
        "coefficient_calibrated_number": (
            "Reliabilität aus der Kalibrierung: Varianz der erwarteten Zahl gelöster Aufgaben ÷ (diese Varianz + "
            "mittlere Fehlervarianz)."
        ),
        "way_omega": "Omega",
        "way_alpha": "Alpha",
        "way_halves": "Split-Half",
        "way_splits": "Split-Half",
        "way_calibration": "Kalibrierung",
        "way_calibrated_number": "Kalibrierung",
        "way_unknown": "Reliabilität",
        "coefficient_of": "{coefficient}, {n} Personen",
        "score": "Wert",
        "lower_and_same": "Niedriger und gleich, von allen",
        "percentile": "Perzentil",
        "measurement_error": "Standardfehler",
        "band": "90-%-Band",
        "own_band": "allein aus den Antworten",
        "from_to": "{low} bis {high}",
        "group_made": "Verglichen mit {group}, erstellt am {when}.",
        "method_online": "Die Antworten wurden online über einen persönlichen Link gegeben.",
        "method_self": (
            "Skalen sind eine Selbstbeschreibung der Arbeitsweise; Selbstbild, vermutete Erwartungen und "
            "Tagesform spielen mit hinein."
        ),
        "items_left_out": (
            "Testaufgaben, einzelne Antworten und Auswertungsschlüssel sind nicht enthalten, weil diese "
            "Datei weitergegeben werden kann. Mitglieder finden sie in Goodword auf der Seite der "
            "Bewerbung."
        ),
    },
    "fr": {
        "assessment_lead": "terminée le {when} · langue\u00a0: {language}",
        "versions": "Versions",
        "results": "Résultats",
        "position": "Position et intervalle à 90\u00a0%",
        "items_of_version.one": "{n} question, version {version}",
        "items_of_version.other": "{n} questions, version {version}",
        "stated_by": "Indiquée par {who}, {when}",
        "not_started": "Non commencé(s), donc sans résultat\u00a0: {tests}.",
        "cut_short": (
            "Ce test a été terminé avant que la personne ait fini. Ce qu’elle n’avait pas atteint compte comme sans "
            "réponse. Le résultat n’est donc pas comparable à d’autres."
        ),
        "no_precision": (
            "Précision pas encore connue\u00a0: il faut un groupe de référence de 100 premières passations."
        ),
        "compared_with": "Comparé à {group}.",
        "not_compared": "Sans normes\u00a0: {scores}.",
        "percentile_is": "Percentile {at}, intervalle de {low} à {high}",
        "bands_read": (
            "Aucun test n’est exact\u00a0: pour environ neuf personnes sur dix, l’intervalle contient leur "
            "score vrai. Ne classez pas des candidatures dont les intervalles se recoupent."
        ),
        "validity_of_answers": "Validité des réponses",
        "validity_none": "{tests}\u00a0: aucun signe de réponses inattentives (vérifié\u00a0: {checks}).",
        "check_straight_line": "longues suites d’une même réponse",
        "check_contradiction": "accord avec des affirmations opposées",
        "check_fast": "réponses données plus vite que la plupart des gens ne lisent les questions",
        "validity_found": "{test}\u00a0: {signs}.",
        "validity_reasons": (
            "Cela s’explique souvent simplement, par une langue seconde, une interruption ou l’habitude de "
            "ces tests. Demandez des exemples tirés du travail avant de vous appuyer sur ce résultat."
        ),
        "sign_fast": (
            "un quart des réponses ou plus ont été données plus vite que la plupart des gens ne lisent les "
            "questions"
        ),
        "sign_straight_line": "la même réponse de nombreuses fois de suite",
        "sign_contradiction": "accord avec des affirmations opposées",
        "about_tests": "À propos des tests",
        "quote": "«\u202f{text}\u202f»",
        "title_of_assessment": "Évaluation",
        "test": "Test",
        "measures": "Ce qui est mesuré",
        "answered": "Réponses",
        "n_of_m": "{n} sur {m}",
        "version": "Version",
        "test_version": "{version}, notation {scoring}",
        "why_asked": "Exigence du poste",
        "requirement": "{test} évalue cette exigence\u00a0: {text}",
        "requirement_by": "{requirement} (indiquée par {who}, {when})",
        "no_requirement": "Aucune exigence du poste n’a été indiquée.",
        "no_better_end": "Aucune extrémité d’une échelle n’est meilleure.",
        "sheet": "À propos de ce test",
        "reliability": "Fiabilité",
        "validity": "Validité",
        "limits": "Limites",
        "method_assessment": (
            "La personne a répondu en ligne, par un lien personnel, au moment de son choix. Ses réponses "
            "décrivent sa propre façon de travailler\u202f; l’image de soi, les attentes supposées et la "
            "forme du jour y jouent un rôle."
        ),
        "no_verdict_alone": "Ce rapport présente des résultats, sans recommandation.",
        "total": "Total",
        "total_note": "part résolue, pas un percentile",
        "total_is": "{value}\u00a0% d’exercices résolus dans les tests à réponses justes ou fausses.",
        "total_no_count": (
            "Il n’y a pas de total\u00a0: un test à réponses justes ou fausses n’a pas de décompte."
        ),
        "total_no_weight": "Il n’y a pas de total\u00a0: un test à réponses justes ou fausses n’a pas de poids.",
        "total_none": (
            "Il n’y a pas de total, car il manque un nombre ou un poids à un test à réponses justes ou "
            "fausses."
        ),
        "total_categories": (
            "Moyenne des catégories, pour que celles qui comptent beaucoup d’exercices ne l’emportent pas. "
            "Ni les échelles ni les jugements n’y entrent."
        ),
        "total_weights": (
            "Pondéré, pour cette raison\u00a0: {reason} Ni les échelles ni les jugements n’y entrent."
        ),
        "total_rule": "{made} = {value}\u00a0%",
        "total_harder": (
            "Un test plus difficile fait baisser le total. Celui-ci ne dit rien des résultats d’autres "
            "personnes."
        ),
        "category": "Catégorie",
        "solved": "Résolus",
        "share_solved": "Part résolue",
        "weight": "Poids",
        "percent": "{value}\u00a0%",
        "normed_score": "Avec son incertitude, percentiles {low} à {high} de {group}.",
        "normed_score_distance": (
            "Avec son incertitude, plus proche de la clé que {low} à {high} sur 100 dans le groupe de "
            "{group}."
        ),
        "normed_score_band": "L’intervalle à 90\u00a0% va de {low} à {high}.",
        "normed_score_reliability": "Fiabilité dans ce groupe\u00a0: {value}.",
        "group_phone": "{n} premières passations ({language}) sur téléphone, normes {norms}",
        "group_computer": "{n} premières passations ({language}) sur ordinateur, normes {norms}",
        "group_any": "{n} premières passations ({language}), normes {norms}",
        "figures_behind": "Calcul des intervalles et des aptitudes",
        "percentile_rule": (
            "Percentile\u00a0: part du groupe dont le score est plus bas, plus la moitié de celle qui a le "
            "même score, arrondie, de 1 à 99."
        ),
        "error_rule": (
            "Erreur type de mesure\u00a0: écart type du groupe × √(1 − fiabilité), l’écart typique dû au "
            "seul hasard. L’intervalle à 90\u00a0% est le score ± 1,645 erreur type\u202f; ses deux bornes "
            "sont comparées au même groupe."
        ),
        "own_band_rule": (
            "Intervalle d’une corrélation\u00a0: d’après les seules réponses de cette personne, selon la variation de "
            "la corrélation quand on retire chaque situation tour à tour (jackknife, sur le z de Fisher). Neuf "
            "intervalles sur dix contiennent la corrélation sur un très grand nombre de situations semblables."
        ),
        "coefficient_omega": (
            "Fiabilité, oméga\u00a0: (Σa)² ÷ ((Σa)² + Σu), où a est la saturation d’une question sur le "
            "facteur commun à toutes, et u sa variance non expliquée."
        ),
        "coefficient_alpha": (
            "Fiabilité, alpha\u00a0: k ÷ (k − 1) × (1 − somme des variances des k questions ÷ variance de "
            "leur somme)."
        ),
        "coefficient_halves": (
            "Fiabilité par moitiés (split-half)\u00a0: 2r ÷ (1 + r), où r est la corrélation entre les "
            "deux moitiés des exercices de chaque personne."
        ),
        "coefficient_splits": (
            "Fiabilité par moitiés (split-half) des corrélations\u00a0: 2m ÷ (1 + m), où m est la corrélation moyenne "
            "entre les résultats dans deux moitiés des situations, sur de nombreuses façons de les partager."
        ),
        "coefficient_calibration": (
            "Fiabilité d’après le calibrage\u00a0: 1 − moyenne des carrés des erreurs types des aptitudes "
            "÷ variance des aptitudes."
        ),
        "coefficient_calibrated_number": (
            "Fiabilité d’après le calibrage\u00a0: variance du nombre attendu d’exercices résolus ÷ (cette variance "
            "+ variance moyenne de l’erreur)."
        ),
        "way_omega": "oméga",
        "way_alpha": "alpha",
        "way_halves": "split-half",
        "way_splits": "split-half",
        "way_calibration": "calibrage",
        "way_calibrated_number": "calibrage",
        "way_unknown": "fiabilité",
        "coefficient_of": "{coefficient}, {n} personnes",
        "score": "Score",
        "lower_and_same": "Plus bas et égaux, sur l’ensemble",
        "percentile": "Percentile",
        "measurement_error": "Erreur type",
        "band": "Intervalle à 90\u00a0%",
        "own_band": "d’après les seules réponses",
        "from_to": "{low} à {high}",
        "group_made": "Comparé à {group}, établies le {when}.",
        "method_online": "La personne a répondu en ligne, par un lien personnel.",
        "method_self": (
            "Les échelles décrivent la façon de travailler selon la personne elle-même\u202f; l’image de "
            "soi, les attentes supposées et la forme du jour y jouent un rôle."
        ),
        "items_left_out": (
            "Les questions des tests, les réponses à chacune et les clés de correction ne figurent pas "
            "dans ce fichier, car il peut être transmis. Les membres les trouvent dans Goodword, sur la "
            "page de la candidature."
        ),
    },
}
