from goodword.core.phrases import Catalogue

PHRASES: Catalogue = {
    "en": {
        "questions_answered": "questions answered",
        "questions_right": "{n} of {m} right",
        "custom_right": "{n} of {m} questions with a right answer were answered correctly.",
        "custom_answered": "{n} of {m} questions answered.",
        "custom_points": (
            "{n} of {m} points for marked answers ({marked}). If two people marked an answer, the mean "
            "counts."
        ),
        "custom_to_mark": "Answers not fully marked when this report was created: {n}.",
        "method_custom": (
            "People read the answers to the organisation’s own questions and award points by a rubric."
        ),
    },
    "de": {
        "questions_answered": "Fragen beantwortet",
        "questions_right": "{n} von {m} richtig",
        "custom_right": "{n} von {m} Fragen mit einer richtigen Antwort wurden richtig beantwortet.",
        "custom_answered": "{n} von {m} Fragen beantwortet.",
        "custom_points": (
            "{n} von {m} Punkten für bewertete Antworten ({marked}). Haben zwei Personen bewertet, zählt "
            "der Mittelwert."
        ),
        "custom_to_mark": "Noch nicht vollständig bewertete Antworten bei Erstellung dieses Berichts: {n}.",
        "method_custom": (
            "Die Antworten auf eigene Fragen des Unternehmens werden von Menschen gelesen und nach "
            "Kriterien bewertet."
        ),
    },
    "fr": {
        "questions_answered": "questions avec réponse",
        "questions_right": "{n} sur {m} justes",
        "custom_right": "Réponses justes aux questions qui en ont une\u00a0: {n} sur {m}.",
        "custom_answered": "Questions avec réponse\u00a0: {n} sur {m}.",
        "custom_points": (
            "{n} points sur {m} pour les réponses notées ({marked}). Lorsque deux personnes ont noté une "
            "réponse, la moyenne est retenue."
        ),
        "custom_to_mark": "Réponses pas encore entièrement notées quand ce rapport a été établi\u00a0: {n}.",
        "method_custom": (
            "Les réponses aux questions propres à l’organisation sont lues par des personnes, qui les "
            "notent selon des critères."
        ),
    },
}
