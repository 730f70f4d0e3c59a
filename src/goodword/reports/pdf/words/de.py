DE = {
    # Every report
    "assessment": "Assessment",
    "reference_check": "Referenzprüfung",
    "title": "{kind}: {name}, {role}",
    "lead": "Bewerbung als {role} bei {organisation}",
    "name_removed": "Name entfernt",
    "text_removed": "Text entfernt",
    "redacted": "Aus dieser Fassung des Berichts wurden personenbezogene Daten entfernt.",
    "role": "Stelle",
    "report": "Bericht",
    "reused": "Übernommen",
    "reused_from": "Aus einer früheren Bewerbung, für die Stelle {role}, abgeschlossen {when} (Bericht {code})",
    "reused_confidential": "Aus einer früheren Bewerbung, abgeschlossen {when} (Bericht {code})",
    "made": "Erstellt",
    "code_version": "{code}, Fassung {version}",
    "footer": "{code} · Fassung {version} · erstellt {made}",
    "page": "Seite {page} von {pages}",
    "logo": "Logo von {organisation}",
    "summary": "Überblick",
    "method": "Vorgehen und Grenzen",
    "no_verdict": "Dieser Bericht zeigt Ergebnisse, ohne Gesamtwert und ohne Empfehlung.",
    "no_automatic": (
        "Keine automatische Entscheidung: Goodword lässt keine Bewerbung weiterkommen und lehnt keine ab. Das "
        "entscheiden Menschen."
    ),
    "replaced": (
        "Einige Zeichen ließen sich mit den vorhandenen Schriften nicht drucken. Sie erscheinen mit Namen oder "
        "Nummer in eckigen Klammern; Zusatzzeichen an Buchstaben wurden weggelassen: {characters}."
    ),
    "replaced_more": "{characters} und {n} weitere",
    "not_given": "Keine Angabe",
    "quote": "„{text}“",
    # Assessment
    "title_of_assessment": "Assessment",
    "taken": "Abgeschlossen",
    "taken_in": "Sprache",
    "test": "Test",
    "measures": "Was gemessen wird",
    "answered": "Beantwortet",
    "n_of_m": "{n} von {m}",
    "version": "Fassung",
    "test_version": "{version}, Auswertung {scoring}",
    "why_asked": "Anforderung der Stelle",
    "requirement": "{test} dient dieser Anforderung: {text} (angegeben von {who}, {when})",
    "no_requirement": "{test}: Es wurde keine Anforderung der Stelle angegeben.",
    "scales": "Skalen",
    "scales_read": (
        "Der Punkt ist der Mittelwert der Antworten auf der Skala von {low} bis {high}; umgekehrt formulierte "
        "Aussagen werden vorher umgepolt."
    ),
    "no_better_end": "Kein Ende einer Skala ist besser.",
    "no_norm": (
        "Für diesen Test gibt es noch keine Vergleichsgruppe; die Ergebnisse werden nicht mit denen anderer "
        "verglichen."
    ),
    "norm": (
        "Die hinterlegten Bereiche zeigen die Vergleichsgruppe {name}, Fassung {version} ({n} Personen)."
        " {text}"
    ),
    "scale": "Skala",
    "low_end": "Unteres Ende",
    "high_end": "Oberes Ende",
    "mean": "Mittel",
    "no_mean": "–",
    "no_mean_note": "zu wenige Antworten",
    "scale_alt": "{scale}, Skala von {low} bis {high}: Mittelwert {mean}.",
    "scale_alt_band": "{alt} Vergleichsgruppe: {low} bis {high}, {label}.",
    "no_answers": "keine",
    "scale_line": "Mittelwert {mean} aus {n} von {m} Antworten.",
    "scale_line_none": "Kein Mittelwert: {n} von {m} Aussagen wurden beantwortet.",
    "answer": "Antwort",
    "sheet": "Zu diesem Test",
    "reliability": "Reliabilität",
    "validity": "Validität",
    "limits": "Grenzen",
    "method_assessment": (
        "Die Antworten wurden online über einen persönlichen Link gegeben, zu selbst gewählter Zeit. Sie sind eine "
        "Selbstbeschreibung der Arbeitsweise; Selbstbild, vermutete Erwartungen und Tagesform spielen mit hinein."
    ),
    "method_scales": (
        "Jede Skala ist der Mittelwert ihrer Antworten. Kleine Unterschiede zwischen Skalen oder Personen bedeuten "
        "wenig. Was passt, hängt von der Arbeit ab: Vergleichen Sie die Ergebnisse mit der Anforderung, und sprechen "
        "Sie darüber."
    ),
    "no_verdict_alone": "Dieser Bericht zeigt Ergebnisse, ohne Empfehlung.",
    "total": "Gesamtwert",
    "total_is": "{value}\u00a0% gelöst in den Tests mit richtigen und falschen Antworten.",
    "total_no_count": "Kein Gesamtwert: Einem Test mit richtigen und falschen Antworten fehlt die Anzahl.",
    "total_no_weight": "Kein Gesamtwert: Einem Test mit richtigen und falschen Antworten fehlt das Gewicht.",
    "total_none": (
        "Es gibt keinen Gesamtwert, weil einem Test mit richtigen und falschen Antworten eine Zahl oder ein Gewicht "
        "fehlt."
    ),
    "total_categories": (
        "Mittelwert der Bereiche, damit Bereiche mit vielen Aufgaben nicht überwiegen. Skalen und Einschätzungen "
        "gehen nicht ein."
    ),
    "total_weights": "Gewichtet, aus diesem Grund: {reason} Skalen und Einschätzungen gehen nicht ein.",
    "total_rule": "{made} = {value}\u00a0%",
    "total_harder": "Ein schwererer Test senkt den Gesamtwert. Er sagt nichts über die Ergebnisse anderer.",
    "category": "Bereich",
    "category_numerical": "Zahlen",
    "category_letters": "Buchstaben",
    "category_figural": "Figuren",
    "category_deductive": "Schlüsse",
    "solved": "Gelöst",
    "share_solved": "Anteil gelöst",
    "weight": "Gewicht",
    "percent": "{value}\u00a0%",
    "normed_score": "Mit seiner Unsicherheit: Perzentile {low} bis {high} von {group}.",
    "normed_score_distance": (
        "Mit seiner Unsicherheit: näher am Schlüssel als {low} bis {high} von 100 in der Gruppe aus {group}."
    ),
    "normed_score_band": "Das 90-%-Band reicht von {low} bis {high}.",
    "normed_score_reliability": "Reliabilität in dieser Gruppe: {value}.",
    "group_phone": "{n} ersten Durchgängen auf {language} am Telefon, Normen {norms}",
    "group_computer": "{n} ersten Durchgängen auf {language} am Computer, Normen {norms}",
    "group_any": "{n} ersten Durchgängen auf {language}, Normen {norms}",
    "band_read": (
        "Der hinterlegte Bereich um einen Mittelwert ist sein 90-%-Band: wo er an einem anderen Tag liegen könnte."
    ),
    "band_note": "Perzentile {low} bis {high}",
    "scale_alt_normed": "{alt} 90-%-Band: {low} bis {high}.",
    "tasks_solved": "{n} von {m} Aufgaben gelöst; {answered} wurden beantwortet.",
    "tasks_erased": "Es waren {m} Aufgaben.",
    "not_ranked": (
        "Die Aufgaben sind noch nicht kalibriert und es gibt keine Vergleichsgruppe. Die Zahl zeigt deshalb nur, wie "
        "viele gelöst wurden."
    ),
    "ability": (
        "Kalibriert: eine Fähigkeit von {value} mit einem Standardfehler von {error}; der Mittelwert der "
        "Kalibrierungsstichprobe ist 0."
    ),
    "figures_behind": "Wie Bänder und Fähigkeiten berechnet wurden",
    "percentile_rule": (
        "Perzentil: Anteil der Gruppe mit niedrigerem Wert plus die Hälfte des Anteils mit gleichem Wert, gerundet, "
        "von 1 bis 99."
    ),
    "distance_rule": (
        "Nähe zum Schlüssel: Anteil der Gruppe, der näher liegt, plus die Hälfte des Anteils, der gleich nah liegt, "
        "gerundet, von 1 bis 99. Der Rest von 100 liegt weiter entfernt."
    ),
    "error_rule": (
        "Standardmessfehler: Standardabweichung der Gruppe × √(1 − Reliabilität), der typische Fehler allein durch "
        "Zufall. Das 90-%-Band ist der Wert ± 1,645 Standardmessfehler; beide Enden werden mit derselben Gruppe "
        "verglichen."
    ),
    "coefficient_omega": (
        "Reliabilität, Omega: (Σa)² ÷ ((Σa)² + Σu); a ist die Ladung einer Frage auf dem gemeinsamen Faktor aller "
        "Fragen, u ihre nicht erklärte Varianz."
    ),
    "coefficient_alpha": (
        "Reliabilität, Alpha: k ÷ (k − 1) × (1 − Summe der Varianzen der k Fragen ÷ Varianz ihrer Summe)."
    ),
    "coefficient_halves": (
        "Split-Half-Reliabilität: 2r ÷ (1 + r); r ist die Korrelation zwischen den beiden Hälften der Aufgaben jeder "
        "Person."
    ),
    "coefficient_calibration": (
        "Reliabilität aus der Kalibrierung: 1 − mittlerer quadrierter Standardfehler der Fähigkeiten ÷ Varianz der "
        "Fähigkeiten."
    ),
    "way_omega": "Omega",
    "way_alpha": "Alpha",
    "way_halves": "Split-Half",
    "way_calibration": "Kalibrierung",
    "way_unknown": "Reliabilität",
    "coefficient_of": "{coefficient}, {n} Personen",
    "score": "Wert",
    "all_tasks": "Alle Aufgaben",
    "lower_and_same": "Niedriger und gleich, von allen",
    "nearer_of_100": "Näher, von 100",
    "percentile": "Perzentil",
    "measurement_error": "Standardfehler",
    "band": "90-%-Band",
    "from_to": "{low} bis {high}",
    "group_made": "Verglichen mit {group}, erstellt am {when}.",
    "ability_in": "Fähigkeit in {test}",
    "calibration": (
        "Kalibrierung {number}, aus den ersten Durchgängen von {n} Personen, erstellt am {when}. Standardabweichung "
        "ihrer Fähigkeiten {sd}, Reliabilität {reliability}."
    ),
    "ability_rule": (
        "Die Wahrscheinlichkeit, eine Aufgabe zu lösen, ist 1 ÷ (1 + exp(Schwierigkeit − Fähigkeit)): die Hälfte, "
        "wenn beide gleich sind, 73 %, wenn die Fähigkeit um 1 höher ist. Gezeigt wird der Mittelwert aller "
        "Fähigkeiten, die zu diesen Antworten führen konnten, gewichtet nach ihrer Wahrscheinlichkeit. Wenige "
        "Antworten ziehen ihn zu 0, dem Mittelwert der Kalibrierungsstichprobe."
    ),
    "ability_error": (
        "Der Standardfehler ist die Standardabweichung dieser Fähigkeiten. In etwa zwei von drei Fällen liegt die "
        "wahre Fähigkeit höchstens einen Standardfehler vom gezeigten Wert entfernt, in 19 von 20 höchstens zwei."
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
    "options": "Möglichkeiten",
    "judgement_is": (
        "Im Mittel liegen die Bewertungen {distance} Stufen vom Schlüssel entfernt. Bei diesen Handlungen sind "
        "{smallest} bis {largest} möglich."
    ),
    "judgement_halves": "Bei manchen Handlungen liegt der Schlüssel zwischen zwei Antworten.",
    "judgement_is_at_most": (
        "Im Mittel liegen die Bewertungen {distance} Stufen vom Schlüssel entfernt. Bei diesen Handlungen sind "
        "höchstens {largest} möglich."
    ),
    "judgement_none": "Keine Entfernung, weil zu wenige Handlungen bewertet wurden: {n} von {m}.",
    "judgement_voided": "Nicht gezählt, weil dabei die Verbindung abbrach: Situationen, {n}.",
    "judgement_erased": "Es waren {m} Handlungen zu bewerten.",
    "key_basis": "Der Schlüssel: {text}",
    "distance": "Entfernung",
    "own_right": "{n} von {m} Fragen mit einer richtigen Antwort wurden richtig beantwortet.",
    "together": "Zusammen",
    "method_online": "Die Antworten wurden online über einen persönlichen Link gegeben.",
    "method_self": (
        "Skalen sind eine Selbstbeschreibung der Arbeitsweise; Selbstbild, vermutete Erwartungen und Tagesform "
        "spielen mit hinein."
    ),
    "method_tasks": (
        "Die Aufgaben werden für jede Person neu erzeugt und sind ähnlich, aber nicht gleich schwierig. Übung, Gerät "
        "und Tagesform spielen mit hinein; ein Unterschied von ein oder zwei Aufgaben bedeutet nichts."
    ),
    "method_judgement": (
        "Einschätzungen werden mit einem Schlüssel verglichen, den Menschen festgelegt haben. Eine große Entfernung "
        "kann auch daher kommen, dass nur die Enden oder nur die Mitte der Skala benutzt wurden."
    ),
    "about_scales": "Zu den einzelnen Skalen",
    "own_answered": "{n} von {m} Fragen beantwortet.",
    "own_points": (
        "{n} von {m} Punkten für bewertete Antworten ({marked}). Haben zwei Personen bewertet, zählt der "
        "Mittelwert."
    ),
    "own_to_mark": "Noch nicht vollständig bewertete Antworten bei Erstellung dieses Berichts: {n}.",
    "items_left_out": (
        "Testaufgaben, einzelne Antworten und Auswertungsschlüssel sind nicht enthalten, weil diese Datei "
        "weitergegeben werden kann. Mitglieder finden sie in Goodword auf der Seite der Bewerbung."
    ),
    "method_own": (
        "Die Antworten auf eigene Fragen des Unternehmens werden von Menschen gelesen und nach Kriterien bewertet."
    ),
    # Reference check
    "references": "Referenzen",
    "completed": "Abgeschlossen",
    "questionnaire": "Fragebogen",
    "questionnaire_version": "{title}, Fassung {version}",
    "received": "{n} von {m} eingegangen",
    "received.one": "Eine von {m} erbetenen Referenzen ist eingegangen.",
    "received.other": "{n} von {m} erbetenen Referenzen sind eingegangen.",
    "factual.one": "Eine davon bestätigt nur Zeitraum und Position.",
    "factual.other": "{n} davon bestätigen nur Zeitraum und Position.",
    "self_apart": "Die Selbsteinschätzung zu denselben Fragen wird getrennt gezeigt, mit hohlen Punkten.",
    "referee": "Referenzperson",
    "referee_n": "Referenzperson {n}",
    "relationship": "Beziehung",
    "company": "Unternehmen",
    "worked_together": "Zusammenarbeit",
    "answered_on": "Beantwortet",
    "factual_mark": "Nur Zeitraum und Position",
    "self_mark": "Selbsteinschätzung",
    "self": "Selbst",
    "ratings": "Bewertungen nach Beziehung",
    "ratings_read": (
        "Jeder Punkt ist die Antwort einer Person. Der kurze Strich zeigt den Mittelwert, wenn es zu einer Beziehung "
        "mehrere Antworten gibt."
    ),
    "identifiable_note": (
        "Eine Beziehung mit nur einer Referenzperson ist als zuordenbar gekennzeichnet: Wer die Referenzpersonen "
        "kennt, weiß, von wem die Antwort stammt. Bitte gehen Sie sorgsam damit um."
    ),
    "identifiable": "zuordenbar",
    "group.one": "1 Antwort",
    "group.other": "{n} Antworten",
    "skipped.one": "1 konnte das nicht beurteilen",
    "skipped.other": "{n} konnten das nicht beurteilen",
    "answers": "Antworten",
    "rating_alt": "{relationship}, Skala von {low} bis {high}. Antworten: {answers}.",
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
    "gone.one": "Eine Referenz wurde gelöscht.",
    "gone.other": "{n} Referenzen wurden gelöscht.",
    "late_mark": "Nach Abschluss eingegangen",
    "language_mark": "Beantwortet auf {language}",
    "erased_mark": "Gelöscht",
    "own_text": "Frage zur Selbsteinschätzung: {text}",
    "not_asked.one": "Einer Referenzperson wurde diese Frage nicht gestellt.",
    "not_asked.other": "{n} Referenzpersonen wurde diese Frage nicht gestellt.",
    "short_answers": "Kurze Antworten",
    "is_confirmed": "Bestätigt",
    "is_unsure": "Nicht sicher",
    "contradictions": "Abweichende Angaben der Referenzpersonen",
    "contradictions_read": (
        "Zu diesen Referenzpersonen wurden dieselben Angaben gemacht, ihre Antworten weichen aber voneinander ab. "
        "Positionen ändern sich, und Erinnerungen trügen: Fragen Sie nach, bevor Sie Schlüsse ziehen."
    ),
    "says_who": "{text}: {who}",
    "left_out.one": "Eine Referenzperson wurde gelöscht und ist in dieser Fassung nicht enthalten.",
    "left_out.other": "{n} Referenzpersonen wurden gelöscht und sind in dieser Fassung nicht enthalten.",
    "type_agreement": "Zustimmung von {low} bis {high}",
    "type_pick.one": "Ein Wort zu wählen",
    "type_pick.other": "{n} Wörter zu wählen",
    "type_line": "Eine kurze Antwort",
    "level": "Stufe",
    "meaning": "Bedeutung",
    "example": "Beispiel",
    "method_referees": (
        "Die Referenzpersonen und ihre Kontaktdaten wurden in der Bewerbung genannt. Goodword hat ihnen per E-Mail "
        "einen persönlichen Link geschickt; wer geantwortet hat, lässt sich nicht beweisen."
    ),
    "method_answers": (
        "Alle Referenzpersonen sahen dieselben Fragen, soweit dieser Bericht nichts anderes angibt, gegebenenfalls "
        "in einer anderen Sprache. Nach dem Absenden konnten sie ihre Antworten nicht mehr ändern. Bewertungen und "
        "Kommentare sind unverändert wiedergegeben; nichts wurde weggelassen, gewichtet oder umformuliert."
    ),
    "method_few": (
        "Die Meinungen weniger Personen sind keine Messung. Sie hängen von Arbeit, Zeit und Beziehung ab; ein "
        "Unterschied von einer Stufe bedeutet wenig. Nichts wird mit anderen Bewerbungen verglichen."
    ),
    "left_open": "Nicht beantwortet von: {who}.",
    "who_answered": "Antworten nach Person",
    "levels_mean": "Bedeutung der Stufen",
    "cannot_say": "Nicht zu beurteilen",
}
