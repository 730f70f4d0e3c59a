from goodword.core.text import Catalogue

PHRASES: Catalogue = {
    "en": {
        "steps_from_key": "steps from the key",
        "correlation": "Correlation with the key",
        "correlation_with_key": "correlation with the key",
        "judgement_band": "90% band {low} to {high}",
        "no_band": "no band",
        "few_situations": "too few situations for a band",
        "no_correlation": "No correlation: the actions in each situation were rated alike",
        "judgement_within": (
            "The ratings follow the key with a correlation of {within} within the situations: 1 is the same pattern, "
            "0 no relation, −1 the reverse. It hardly depends on whether somebody rates high or low, or uses all of "
            "the scale."
        ),
        "judgement_within_band": (
            "The 90% band is {low} to {high}, based on how much the correlation changes when each situation in turn "
            "is left out."
        ),
        "judgement_no_band": (
            "There is no band: that takes at least {least} situations, and ratings that don’t match the key perfectly."
        ),
        "judgement_few": (
            "There is no band and no percentile, because the set has too few situations: at least {least} are needed. "
            "Don’t compare candidates by this result."
        ),
        "distance_describes": (
            "The distance is only descriptive: it also depends on how somebody uses the scale, so candidates are not "
            "compared by it."
        ),
        "judgement_within_none": (
            "There is no correlation with the key, because the actions in each situation were rated alike. This does "
            "not mean a low result."
        ),
        "for_practice": "For practice, not for decisions.",
        "for_practice_because": (
            "This test is for practice, not for decisions: its key was not set by a panel of people who do "
            "this job, or they agreed too little."
        ),
        "not_enough": "Not enough answers",
        "judgement_is": (
            "On average the ratings are {distance} steps from the key. For these actions, {smallest} to "
            "{largest} is possible."
        ),
        "judgement_halves": "Some keys lie between two answers.",
        "judgement_is_at_most": (
            "On average the ratings are {distance} steps from the key. For these actions, at most "
            "{largest} is possible."
        ),
        "judgement_none": "No result, because too few actions were rated: {n} of {m}.",
        "judgement_voided": (
            "Not counted, because the connection was lost while they were on screen: situations, {n}."
        ),
        "key_basis": "The key: {text}",
        "method_judgement": (
            "The pattern of the ratings within each situation is compared with a key set by people. Whether somebody "
            "uses only the ends or only the middle of the scale makes little difference."
        ),
    },
    "de": {
        "steps_from_key": "Stufen vom Schlüssel",
        "correlation": "Korrelation mit dem Schlüssel",
        "correlation_with_key": "Korrelation mit dem Schlüssel",
        "judgement_band": "90-%-Band {low} bis {high}",
        "no_band": "kein Band",
        "few_situations": "zu wenige Situationen für ein Band",
        "no_correlation": "Keine Korrelation: In jeder Situation wurden alle Handlungen gleich bewertet",
        "judgement_within": (
            "Die Bewertungen folgen dem Schlüssel mit einer Korrelation von {within} innerhalb der Situationen: 1 "
            "bedeutet dasselbe Muster, 0 keinen Zusammenhang, −1 das umgekehrte Muster. Ob jemand hoch oder niedrig "
            "bewertet oder die ganze Skala nutzt, spielt dabei kaum eine Rolle."
        ),
        "judgement_within_band": (
            "Das 90-%-Band reicht von {low} bis {high}; es folgt daraus, wie stark sich die Korrelation ändert, wenn "
            "reihum je eine Situation weggelassen wird."
        ),
        "judgement_no_band": (
            "Die Korrelation hat kein Band: Dafür braucht es mindestens {least} Situationen und Bewertungen, die dem "
            "Schlüssel nicht vollkommen folgen."
        ),
        "judgement_few": (
            "Die Korrelation hat kein Band und kein Perzentil, weil der Test zu wenige Situationen hat: Dafür braucht "
            "es mindestens {least}. Vergleichen Sie Bewerbungen nicht danach."
        ),
        "distance_describes": (
            "Der Abstand dient nur der Beschreibung: Er hängt auch davon ab, wie jemand die Skala nutzt; deshalb "
            "werden Bewerbungen nicht danach verglichen."
        ),
        "judgement_within_none": (
            "Es gibt keine Korrelation mit dem Schlüssel, weil in jeder Situation alle Handlungen gleich bewertet "
            "wurden. Das bedeutet kein niedriges Ergebnis."
        ),
        "for_practice": "Zur Übung, nicht für Entscheidungen.",
        "for_practice_because": (
            "Dieser Test dient zur Übung, nicht als Grundlage für Entscheidungen: Sein Schlüssel stammt nicht von "
            "einer Gruppe von Menschen, die diese Arbeit machen, oder sie waren sich zu wenig einig."
        ),
        "not_enough": "Zu wenige Antworten",
        "judgement_is": (
            "Im Mittel liegen die Bewertungen {distance} Stufen vom Schlüssel entfernt. Bei diesen "
            "Handlungen sind {smallest} bis {largest} möglich."
        ),
        "judgement_halves": "Bei manchen Handlungen liegt der Schlüssel zwischen zwei Antworten.",
        "judgement_is_at_most": (
            "Im Mittel liegen die Bewertungen {distance} Stufen vom Schlüssel entfernt. Bei diesen "
            "Handlungen sind höchstens {largest} möglich."
        ),
        "judgement_none": "Kein Ergebnis, weil zu wenige Handlungen bewertet wurden: {n} von {m}.",
        "judgement_voided": "Nicht gezählt, weil dabei die Verbindung abbrach: Situationen, {n}.",
        "key_basis": "Der Schlüssel: {text}",
        "method_judgement": (
            "Bewertungen von Handlungen werden mit einem Schlüssel verglichen, den Menschen festgelegt haben, und zwar "
            "nach ihrem Muster innerhalb jeder Situation. Ob jemand nur die Enden oder nur die Mitte der Skala "
            "benutzt, macht wenig Unterschied."
        ),
    },
    "fr": {
        "steps_from_key": "degrés de la clé",
        "correlation": "Corrélation avec la clé",
        "correlation_with_key": "corrélation avec la clé",
        "judgement_band": "intervalle à 90\u00a0% de {low} à {high}",
        "no_band": "pas d’intervalle",
        "few_situations": "trop peu de situations pour un intervalle",
        "no_correlation": (
            "Pas de corrélation\u00a0: dans chaque situation, toutes les actions ont reçu la même évaluation"
        ),
        "judgement_within": (
            "Les évaluations suivent la clé avec une corrélation de {within} à l’intérieur des situations\u00a0: 1 "
            "signifie le même profil, 0 aucun lien, −1 le profil inverse. Évaluer haut ou bas, ou "
            "utiliser toute l’échelle, n’y change guère."
        ),
        "judgement_within_band": (
            "L’intervalle à 90\u00a0% va de {low} à {high}\u202f; il résulte de la variation de la corrélation quand "
            "on retire chaque situation tour à tour."
        ),
        "judgement_no_band": (
            "La corrélation n’a pas d’intervalle\u00a0: il faut au moins {least} situations, et des évaluations qui ne "
            "suivent pas parfaitement la clé."
        ),
        "judgement_few": (
            "La corrélation n’a ni intervalle ni percentile, car le test compte trop peu de situations\u00a0: il en "
            "faut au moins {least}. Ne comparez pas les candidatures sur cette base."
        ),
        "distance_describes": (
            "L’écart ne sert qu’à décrire\u00a0: il dépend aussi de l’usage que l’on fait de l’échelle, si bien "
            "que les candidatures ne sont pas comparées sur cette base."
        ),
        "judgement_within_none": (
            "Il n’y a pas de corrélation avec la clé, car dans chaque situation toutes les actions ont reçu la même "
            "évaluation. Cela ne signifie pas un résultat faible."
        ),
        "for_practice": "Pour s’exercer, pas pour décider.",
        "for_practice_because": (
            "Ce test sert à s’exercer, pas à décider\u00a0: sa clé n’a pas été fixée par un groupe de "
            "personnes qui font ce travail, ou leur accord était trop faible."
        ),
        "not_enough": "Trop peu de réponses",
        "judgement_is": (
            "En moyenne, les évaluations sont à {distance} degrés de la clé. Pour ces actions, l’écart "
            "possible va de {smallest} à {largest}."
        ),
        "judgement_halves": "Pour certaines actions, la clé se situe entre deux réponses.",
        "judgement_is_at_most": (
            "En moyenne, les évaluations sont à {distance} degrés de la clé. Pour ces actions, l’écart "
            "possible est de {largest} au plus."
        ),
        "judgement_none": "Pas de résultat, car trop peu d’actions ont été évaluées\u00a0: {n} sur {m}.",
        "judgement_voided": (
            "Non comptées, car la connexion s’est interrompue à ce moment\u00a0: situations, {n}."
        ),
        "key_basis": "La clé\u00a0: {text}",
        "method_judgement": (
            "Les évaluations des actions sont comparées à une clé fixée par des personnes, d’après leur profil à "
            "l’intérieur de chaque situation. N’utiliser que les extrémités ou que le milieu de l’échelle change peu "
            "de chose."
        ),
    },
}
