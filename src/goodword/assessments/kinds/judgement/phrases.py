from goodword.core.phrases import Catalogue

PHRASES: Catalogue = {
    "en": {
        "steps_from_key": "steps from the key",
        "with_correlation": "{unit}, correlation {within}",
        "judgement_within": (
            "Within the situations, the ratings and the key correlate by {within}: 1 is the same pattern, 0 no "
            "relation. This does not depend on whether somebody rates high or low, or uses all of the scale."
        ),
        "judgement_within_none": (
            "No correlation within the situations, because the actions of each situation were rated alike."
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
        "judgement_none": "No distance, because too few actions were rated: {n} of {m}.",
        "judgement_voided": (
            "Not counted, because the connection was lost while they were on screen: situations, {n}."
        ),
        "key_basis": "The key: {text}",
        "distance": "Distance",
        "method_judgement": (
            "Judgements are compared with a key set by people. A large distance may also come from using "
            "only the ends or only the middle of the scale."
        ),
    },
    "de": {
        "steps_from_key": "Stufen vom Schlüssel",
        "with_correlation": "{unit}, Korrelation {within}",
        "judgement_within": (
            "Innerhalb der Situationen hängen Bewertungen und Schlüssel mit {within} zusammen (Korrelation): 1 "
            "bedeutet dasselbe Muster, 0 keinen Zusammenhang. Ob jemand hoch oder niedrig bewertet oder die ganze "
            "Skala nutzt, spielt dabei keine Rolle."
        ),
        "judgement_within_none": (
            "Keine Korrelation innerhalb der Situationen, weil die Handlungen jeder Situation gleich "
            "bewertet wurden."
        ),
        "for_practice": "Zur Übung, nicht für Entscheidungen.",
        "for_practice_because": (
            "Dieser Test dient der Übung, nicht für Entscheidungen: Sein Schlüssel stammt nicht von einer "
            "Gruppe von Menschen, die diese Arbeit machen, oder sie waren sich zu wenig einig."
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
        "judgement_none": "Keine Entfernung, weil zu wenige Handlungen bewertet wurden: {n} von {m}.",
        "judgement_voided": "Nicht gezählt, weil dabei die Verbindung abbrach: Situationen, {n}.",
        "key_basis": "Der Schlüssel: {text}",
        "distance": "Entfernung",
        "method_judgement": (
            "Einschätzungen werden mit einem Schlüssel verglichen, den Menschen festgelegt haben. Eine "
            "große Entfernung kann auch daher kommen, dass nur die Enden oder nur die Mitte der Skala "
            "benutzt wurden."
        ),
    },
    "fr": {
        "steps_from_key": "degrés de la clé",
        "with_correlation": "{unit}, corrélation {within}",
        "judgement_within": (
            "À l’intérieur des situations, la corrélation entre les évaluations et la clé est de {within}\u00a0: 1 "
            "signifie le même profil, 0 aucun lien. Peu importe que l’on évalue haut ou bas, ou que l’on utilise "
            "toute l’échelle."
        ),
        "judgement_within_none": (
            "Pas de corrélation à l’intérieur des situations, car les actions de chaque situation ont été "
            "évaluées de la même façon."
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
        "judgement_none": "Pas d’écart, car trop peu d’actions ont été évaluées\u00a0: {n} sur {m}.",
        "judgement_voided": (
            "Non comptées, car la connexion s’est interrompue à ce moment\u00a0: situations, {n}."
        ),
        "key_basis": "La clé\u00a0: {text}",
        "distance": "Écart",
        "method_judgement": (
            "Les jugements sont comparés à une clé fixée par des personnes. Un grand écart peut aussi "
            "venir d’un usage des seules extrémités ou du seul milieu de l’échelle."
        ),
    },
}
