from goodword.core.phrases import Catalogue, Phrases

PHRASES: Catalogue = {
    "en": {
        "tasks_are_solved": "tasks solved",
        "category_numerical": "Numbers",
        "category_letters": "Letters",
        "category_figural": "Figures",
        "category_deductive": "Conclusions",
        "tasks_solved": "{n} of {m} tasks solved; {answered} were answered.",
        "tasks_erased": "There were {m} tasks.",
        "not_ranked": (
            "The tasks are not calibrated yet and there is no norm group, so the count shows only how many "
            "were solved."
        ),
        "ability": (
            "Calibrated: an ability of {value} with a standard error of {error}, on a scale where the mean "
            "of the calibration sample is 0."
        ),
        "all_tasks": "All tasks",
        "ability_in": "Ability in {test}",
        "calibration": (
            "Calibration {number}, from the first attempts of {n} people, created {when}. Standard "
            "deviation of their abilities {sd}, reliability {reliability}."
        ),
        "ability_rule": (
            "The probability of solving a task is 1 ÷ (1 + exp(difficulty − ability)): one half if both "
            "are equal, 73 % if the ability is 1 higher. The ability shown is the mean of all abilities "
            "that could have led to these answers, weighted by their probability. Few answers pull it "
            "towards 0, the mean of the calibration sample."
        ),
        "ability_error": (
            "The standard error is the standard deviation of those abilities. In about two of three cases "
            "the true ability is within one standard error of the figure, in 19 of 20 within two."
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
        "method_tasks": (
            "Tasks are generated for each candidate and are similar in difficulty, not equal. Practice, "
            "the device and the day play a part; a difference of one or two tasks means nothing."
        ),
    },
    "de": {
        "tasks_are_solved": "Aufgaben gelöst",
        "category_numerical": "Zahlen",
        "category_letters": "Buchstaben",
        "category_figural": "Figuren",
        "category_deductive": "Schlüsse",
        "tasks_solved": "{n} von {m} Aufgaben gelöst; {answered} wurden beantwortet.",
        "tasks_erased": "Es waren {m} Aufgaben.",
        "not_ranked": (
            "Die Aufgaben sind noch nicht kalibriert und es gibt keine Vergleichsgruppe. Die Zahl zeigt "
            "deshalb nur, wie viele gelöst wurden."
        ),
        "ability": (
            "Kalibriert: eine Fähigkeit von {value} mit einem Standardfehler von {error}; der Mittelwert "
            "der Kalibrierungsstichprobe ist 0."
        ),
        "all_tasks": "Alle Aufgaben",
        "ability_in": "Fähigkeit in {test}",
        "calibration": (
            "Kalibrierung {number}, aus den ersten Durchgängen von {n} Personen, erstellt am {when}. "
            "Standardabweichung ihrer Fähigkeiten {sd}, Reliabilität {reliability}."
        ),
        "ability_rule": (
            "Die Wahrscheinlichkeit, eine Aufgabe zu lösen, ist 1 ÷ (1 + exp(Schwierigkeit − Fähigkeit)): "
            "die Hälfte, wenn beide gleich sind, 73 %, wenn die Fähigkeit um 1 höher ist. Gezeigt wird der "
            "Mittelwert aller Fähigkeiten, die zu diesen Antworten führen konnten, gewichtet nach ihrer "
            "Wahrscheinlichkeit. Wenige Antworten ziehen ihn zu 0, dem Mittelwert der "
            "Kalibrierungsstichprobe."
        ),
        "ability_error": (
            "Der Standardfehler ist die Standardabweichung dieser Fähigkeiten. In etwa zwei von drei "
            "Fällen liegt die wahre Fähigkeit höchstens einen Standardfehler vom gezeigten Wert entfernt, "
            "in 19 von 20 höchstens zwei."
        ),
        "family": "Art und Stufe",
        "family_level": "{family}, Stufe {level}",
        "difficulty": "Schwierigkeit in Logits",
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
            "schwierig. Übung, Gerät und Tagesform spielen mit hinein; ein Unterschied von ein oder zwei "
            "Aufgaben bedeutet nichts."
        ),
    },
    "fr": {
        "tasks_are_solved": "exercices résolus",
        "category_numerical": "Nombres",
        "category_letters": "Lettres",
        "category_figural": "Figures",
        "category_deductive": "Déductions",
        "tasks_solved": "{n} exercices résolus sur {m}\u00a0; {answered} ont reçu une réponse.",
        "tasks_erased": "Il y avait {m} exercices.",
        "not_ranked": (
            "Les exercices ne sont pas encore calibrés et il n’y a pas de groupe de référence\u00a0: le "
            "nombre indique seulement combien ont été résolus."
        ),
        "ability": (
            "Calibré\u00a0: une aptitude de {value}, avec une erreur type de {error}, sur une échelle où "
            "la moyenne de l’échantillon de calibrage est 0."
        ),
        "all_tasks": "Tous les exercices",
        "ability_in": "Aptitude dans {test}",
        "calibration": (
            "Calibrage {number}, d’après les premières passations de {n} personnes, établi le {when}. "
            "Écart type de leurs aptitudes {sd}, fiabilité {reliability}."
        ),
        "ability_rule": (
            "La probabilité de résoudre un exercice est 1 ÷ (1 + exp(difficulté − aptitude))\u00a0: la "
            "moitié si les deux sont égales, 73\u00a0% si l’aptitude est de 1 plus haute. L’aptitude "
            "indiquée est la moyenne de toutes celles qui ont pu mener à ces réponses, pondérées par leur "
            "probabilité. Peu de réponses la tirent vers 0, la moyenne de l’échantillon de calibrage."
        ),
        "ability_error": (
            "L’erreur type est l’écart type de ces aptitudes. Dans deux cas sur trois environ, l’aptitude "
            "vraie se situe à une erreur type au plus de la valeur indiquée, dans 19 cas sur 20 à deux au "
            "plus."
        ),
        "family": "Famille et niveau",
        "family_level": "{family}, niveau {level}",
        "difficulty": "Difficulté en logits",
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
            "L’habitude, l’appareil et la forme du jour y jouent un rôle\u00a0; une différence d’un ou "
            "deux exercices ne signifie rien."
        ),
    },
}


def category_phrase(name: str, words: Phrases) -> str:
    """`name` itself for anything else."""
    key = f"category_{name}"
    return words(key) if key in words else name


def family_phrase(name: str, words: Phrases) -> str:
    """`name` itself for an unknown one."""
    key = f"family_{name}"
    return words(key) if key in words else name
