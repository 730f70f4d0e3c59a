from goodword.core.text import Catalogue, Phrases

PHRASES: Catalogue = {
    "en": {
        "tasks_are_solved": "tasks solved",
        "category_numerical": "Numbers",
        "category_letters": "Letters",
        "category_figural": "Figures",
        "category_deductive": "Conclusions",
        "tasks_solved": "{n} of {m} tasks solved; {answered} were answered.",
        "solved_assumed": (
            "Over many such tests the average would be {low} to {high} tasks (90% band; assumed difficulties, "
            "because the tasks are not calibrated yet)."
        ),
        "solved_calibrated": ("Over many such tests the average would be {low} to {high} tasks (90% band)."),
        "band_assumed": "90% band {low} to {high}, assumed",
        "band_calibrated": "90% band {low} to {high}",
        "not_ranked": (
            "The tasks are not calibrated yet and there is no norm group, so the count shows only how many "
            "were solved."
        ),
        "ability": (
            "Calibrated: an ability of {value} (90% interval {low} to {high}), on a scale where the mean "
            "of the calibration sample is 0."
        ),
        "all_tasks": "All tasks",
        "ability_in": "Ability in {test}",
        "calibration": (
            "Calibration {number}, from the first attempts of {n} people, created {when}. Standard "
            "deviation of their abilities {sd}, reliability {reliability}."
        ),
        "ability_rule": (
            "The probability of solving a task is c + (1 − c) ÷ (1 + exp(difficulty − ability)), where c is "
            "the probability of guessing right: 1 ÷ the number of options. The ability shown is the weighted "
            "likelihood estimate (Warm 1989): the one that fits these answers best, corrected for bias."
        ),
        "ability_interval": (
            "The 90% interval is the middle 90% of the posterior distribution with the Jeffreys prior. Nine in "
            "ten such intervals contain the true ability. It is wider on the side where there are few tasks."
        ),
        "ability_reliability": (
            "Reliability: 1 − mean posterior variance ÷ variance of the abilities, in the calibration sample."
        ),
        "family": "Family and level",
        "family_level": "{family}, level {level}",
        "difficulty": "Difficulty in logits, 90% interval",
        "family_number_series": "Number series",
        "family_letter_series": "Letter series",
        "family_matrices_one_rule": "Matrices, one rule",
        "family_matrices_two_rules": "Matrices, two rules",
        "family_matrices_three_rules": "Matrices, three rules",
        "family_seating": "Seating",
        "family_ordering": "Ordering",
        "family_sets": "Syllogisms",
        "method_tasks": (
            "Tasks are generated for each candidate; they are similar, but not equal, in difficulty. Practice, the "
            "device and the day also play a part."
        ),
    },
    "de": {
        "tasks_are_solved": "Aufgaben gelöst",
        "category_numerical": "Zahlen",
        "category_letters": "Buchstaben",
        "category_figural": "Figuren",
        "category_deductive": "Schlüsse",
        "tasks_solved": "{n} von {m} Aufgaben gelöst; {answered} wurden beantwortet.",
        "solved_assumed": (
            "Über viele solche Tests wären es im Mittel {low} bis {high} Aufgaben (90-%-Band; mit angenommenen "
            "Schwierigkeiten, da die Aufgaben noch nicht kalibriert sind)."
        ),
        "solved_calibrated": (
            "Über viele solche Tests wären es im Mittel {low} bis {high} Aufgaben (90-%-Band)."
        ),
        "band_assumed": "90-%-Band {low} bis {high}, angenommen",
        "band_calibrated": "90-%-Band {low} bis {high}",
        "not_ranked": (
            "Die Aufgaben sind noch nicht kalibriert und es gibt keine Vergleichsgruppe. Die Zahl zeigt "
            "deshalb nur, wie viele gelöst wurden."
        ),
        "ability": (
            "Kalibriert: eine Fähigkeit von {value} (90-%-Intervall {low} bis {high}); der Mittelwert der "
            "Kalibrierungsstichprobe ist 0."
        ),
        "all_tasks": "Alle Aufgaben",
        "ability_in": "Fähigkeit: {test}",
        "calibration": (
            "Kalibrierung {number}, aus den ersten Durchgängen von {n} Personen, erstellt am {when}. "
            "Standardabweichung ihrer Fähigkeiten {sd}, Reliabilität {reliability}."
        ),
        "ability_rule": (
            "Die Wahrscheinlichkeit, eine Aufgabe zu lösen, ist c + (1 − c) ÷ (1 + exp(Schwierigkeit − "
            "Fähigkeit)). Dabei ist c die Wahrscheinlichkeit, richtig zu raten: 1 ÷ Zahl der Antworten zur "
            "Auswahl. Gezeigt wird die gewichtete Likelihood-Schätzung (Warm 1989): die Fähigkeit, die am "
            "besten zu diesen Antworten passt, um ihre Verzerrung berichtigt."
        ),
        "ability_interval": (
            "Das 90-%-Intervall umfasst die mittleren 90\u00a0% der A-posteriori-Verteilung mit Jeffreys’ "
            "A-priori-Verteilung. Neun von zehn solchen Intervallen enthalten die wahre Fähigkeit. Auf der "
            "Seite, auf der es wenige Aufgaben gibt, ist es länger."
        ),
        "ability_reliability": (
            "Reliabilität: 1 − mittlere A-posteriori-Varianz ÷ Varianz der Fähigkeiten, in der "
            "Kalibrierungsstichprobe."
        ),
        "family": "Art und Stufe",
        "family_level": "{family}, Stufe {level}",
        "difficulty": "Schwierigkeit in Logits, 90-%-Intervall",
        "family_number_series": "Zahlenreihen",
        "family_letter_series": "Buchstabenreihen",
        "family_matrices_one_rule": "Matrizen, eine Regel",
        "family_matrices_two_rules": "Matrizen, zwei Regeln",
        "family_matrices_three_rules": "Matrizen, drei Regeln",
        "family_seating": "Sitzordnung",
        "family_ordering": "Rangfolge",
        "family_sets": "Syllogismen",
        "method_tasks": (
            "Die Aufgaben werden für jede Person neu erzeugt und sind ähnlich, aber nicht gleich "
            "schwierig. Auch Übung, Gerät und Tagesform spielen mit hinein."
        ),
    },
    "fr": {
        "tasks_are_solved": "exercices résolus",
        "category_numerical": "Nombres",
        "category_letters": "Lettres",
        "category_figural": "Figures",
        "category_deductive": "Déductions",
        "tasks_solved": "Exercices résolus\u00a0: {n} sur {m} (réponses données\u00a0: {answered}).",
        "solved_assumed": (
            "Sur de nombreux tests de ce type, la moyenne serait de {low} à {high} exercices (intervalle à "
            "90\u00a0%, selon des difficultés supposées\u00a0: les exercices ne sont pas encore calibrés)."
        ),
        "solved_calibrated": (
            "Sur de nombreux tests de ce type, la moyenne serait de {low} à {high} exercices (intervalle à "
            "90\u00a0%)."
        ),
        "band_assumed": "intervalle à 90\u00a0%\u00a0: de {low} à {high}, supposé",
        "band_calibrated": "intervalle à 90\u00a0%\u00a0: de {low} à {high}",
        "not_ranked": (
            "Les exercices ne sont pas encore calibrés et il n’y a pas de groupe de référence\u00a0: le "
            "nombre indique seulement combien ont été résolus."
        ),
        "ability": (
            "Calibré\u00a0: une aptitude de {value} (intervalle à 90\u00a0%\u00a0: de {low} à {high}), sur une "
            "échelle où la moyenne de l’échantillon de calibrage est 0."
        ),
        "all_tasks": "Tous les exercices",
        "ability_in": "Aptitude\u00a0: {test}",
        "calibration": (
            "Calibrage {number}, d’après les premières passations de {n} personnes, établi le {when}. "
            "Écart type de leurs aptitudes {sd}, fiabilité {reliability}."
        ),
        "ability_rule": (
            "La probabilité de résoudre un exercice est c + (1 − c) ÷ (1 + exp(difficulté − aptitude)), où c "
            "est la probabilité de deviner juste\u00a0: 1 ÷ le nombre de réponses proposées. L’aptitude "
            "indiquée est l’estimation de vraisemblance pondérée (Warm 1989)\u00a0: celle qui s’accorde le "
            "mieux avec ces réponses, son biais étant corrigé."
        ),
        "ability_interval": (
            "L’intervalle à 90\u00a0% couvre les 90\u00a0% centraux de la distribution a posteriori avec la loi a "
            "priori de Jeffreys. Neuf de ces intervalles sur dix contiennent l’aptitude vraie. Il est plus "
            "long du côté où les exercices sont peu nombreux."
        ),
        "ability_reliability": (
            "Fiabilité\u00a0: 1 − variance a posteriori moyenne ÷ variance des aptitudes, dans l’échantillon de "
            "calibrage."
        ),
        "family": "Famille et niveau",
        "family_level": "{family}, niveau {level}",
        "difficulty": "Difficulté en logits, intervalle à 90\u00a0%",
        "family_number_series": "Suites de nombres",
        "family_letter_series": "Suites de lettres",
        "family_matrices_one_rule": "Matrices, une règle",
        "family_matrices_two_rules": "Matrices, deux règles",
        "family_matrices_three_rules": "Matrices, trois règles",
        "family_seating": "Places assises",
        "family_ordering": "Classement",
        "family_sets": "Syllogismes",
        "method_tasks": (
            "Les exercices sont générés pour chaque personne, de difficulté semblable mais non égale. "
            "L’habitude, l’appareil et la forme du jour y jouent aussi un rôle."
        ),
    },
}


def category_phrase(name: str, words: Phrases) -> str:
    """The phrase of a category; other names are returned unchanged."""
    key = f"category_{name}"
    return words(key) if key in words else name


def family_phrase(name: str, words: Phrases) -> str:
    key = f"family_{name}"
    return words(key) if key in words else name
