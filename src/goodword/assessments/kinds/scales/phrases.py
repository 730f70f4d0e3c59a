from goodword.core.text import Catalogue

PHRASES: Catalogue = {
    "en": {
        "mean": "Mean",
        "scales_read": (
            "Each scale has the mean of its answers, from {low} to {high}; reverse-worded statements are "
            "reversed first."
        ),
        "no_norm": (
            "There is no norm group for this test yet: results are not compared with those of other people."
        ),
        "assumed_error": (
            "Standard error of each mean about {value}: assumed, until 100 first attempts make a norm group."
        ),
        "assumed_error_read": (
            "The standard error of a mean, about {value}, is assumed: answers on a scale vary by a quarter of its "
            "width and correlate by 0.3. Differences of less than twice that say little."
        ),
        "scale": "Scale",
        "low_end": "Low end",
        "high_end": "High end",
        "no_mean": "–",
        "no_mean_note": "not enough answers",
        "scale_alt": "{scale}, scale from {low} to {high}: mean {mean}.",
        "scale_line": "Mean {mean} from {n} of {m} answers.",
        "scale_line_none": "No mean: {n} of {m} statements were answered.",
        "method_scales": (
            "Each scale is the mean of its answers. Small differences between scales or people mean little. What "
            "suits depends on the job: compare results with the requirement and discuss them."
        ),
        "band_read": "The shaded band around a mean is its 90% band: where it could be on another day.",
        "on_scale": "scale from {low} to {high}",
        "standard_error": "standard error {value}",
        "error_read": (
            "The standard error says how far a mean would typically move if the same person answered again."
        ),
        "band_note": "percentiles {low} to {high}",
        "scale_alt_normed": "{alt} 90% band: {low} to {high}.",
    },
    "de": {
        "mean": "Mittel",
        "scales_read": (
            "Zu jeder Skala steht der Mittelwert ihrer Antworten, von {low} bis {high}; umgekehrt "
            "formulierte Aussagen werden vorher umgepolt."
        ),
        "no_norm": (
            "Für diesen Test gibt es noch keine Vergleichsgruppe: Die Ergebnisse werden nicht mit denen anderer "
            "verglichen."
        ),
        "assumed_error": (
            "Standardfehler jedes Mittelwerts etwa {value}: angenommen, bis 100 Erstdurchgänge eine "
            "Vergleichsgruppe bilden."
        ),
        "assumed_error_read": (
            "Der Standardfehler eines Mittelwerts, etwa {value}, ist angenommen: Antworten auf einer Skala streuen "
            "um ein Viertel ihrer Breite und korrelieren zu 0,3. Unterschiede unter dem Doppelten sagen wenig."
        ),
        "scale": "Skala",
        "low_end": "Unteres Ende",
        "high_end": "Oberes Ende",
        "no_mean": "–",
        "no_mean_note": "zu wenige Antworten",
        "scale_alt": "{scale}, Skala von {low} bis {high}: Mittelwert {mean}.",
        "scale_line": "Mittelwert {mean} aus {n} von {m} Antworten.",
        "scale_line_none": "Kein Mittelwert: {n} von {m} Aussagen beantwortet.",
        "method_scales": (
            "Jede Skala ist der Mittelwert ihrer Antworten. Kleine Unterschiede zwischen Skalen oder "
            "Personen bedeuten wenig. Was passt, hängt von der Arbeit ab: Vergleichen Sie die Ergebnisse "
            "mit der Anforderung, und sprechen Sie darüber."
        ),
        "band_read": (
            "Der hinterlegte Bereich um einen Mittelwert ist sein 90-%-Band: wo er an einem anderen Tag "
            "liegen könnte."
        ),
        "on_scale": "Skala von {low} bis {high}",
        "standard_error": "Standardfehler {value}",
        "error_read": (
            "Der Standardfehler sagt, wie weit sich ein Mittelwert üblicherweise ändert, wenn dieselbe Person "
            "noch einmal antwortet."
        ),
        "band_note": "Perzentile {low} bis {high}",
        "scale_alt_normed": "{alt} 90-%-Band: {low} bis {high}.",
    },
    "fr": {
        "mean": "Moyenne",
        "scales_read": (
            "Chaque échelle indique la moyenne de ses réponses, de {low} à {high}\u202f; les affirmations "
            "formulées à l’envers sont d’abord inversées."
        ),
        "no_norm": (
            "Il n’y a pas encore de groupe de référence pour ce test\u00a0: les résultats ne sont pas comparés à "
            "ceux d’autres personnes."
        ),
        "assumed_error": (
            "Erreur type de chaque moyenne d’environ {value}\u00a0: supposée, jusqu’à un groupe de référence de 100 "
            "premières passations."
        ),
        "assumed_error_read": (
            "L’erreur type d’une moyenne, d’environ {value}, est supposée\u00a0: les réponses à une échelle varient "
            "d’un quart de son étendue et sont corrélées à 0,3. Un écart de moins du double ne dit pas grand-chose."
        ),
        "scale": "Échelle",
        "low_end": "Extrémité basse",
        "high_end": "Extrémité haute",
        "no_mean": "–",
        "no_mean_note": "trop peu de réponses",
        "scale_alt": "{scale}, échelle de {low} à {high}\u00a0: moyenne {mean}.",
        "scale_line": "Moyenne {mean}, réponses données\u00a0: {n} sur {m}.",
        "scale_line_none": "Pas de moyenne (réponses données\u00a0: {n} sur {m}).",
        "method_scales": (
            "Chaque échelle est la moyenne de ses réponses. De petites différences entre échelles ou entre "
            "personnes signifient peu. Ce qui convient dépend du travail\u00a0: comparez les résultats à "
            "l’exigence et parlez-en."
        ),
        "band_read": (
            "La zone ombrée autour d’une moyenne est son intervalle à 90\u00a0%\u00a0: là où elle pourrait "
            "se situer un autre jour."
        ),
        "on_scale": "échelle de {low} à {high}",
        "standard_error": "erreur type {value}",
        "error_read": (
            "L’erreur type indique de combien une moyenne varie habituellement si la même personne répond "
            "une nouvelle fois."
        ),
        "band_note": "percentiles {low} à {high}",
        "scale_alt_normed": "{alt} Intervalle à 90\u00a0%\u00a0: de {low} à {high}.",
    },
}
