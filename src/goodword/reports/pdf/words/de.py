"""The report in German."""

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
    "reused_discreetly": "Aus einer früheren Bewerbung, abgeschlossen {when} (Bericht {code})",
    "made": "Erstellt",
    "code_version": "{code}, Fassung {version}",
    "footer": "{code} · Fassung {version} · erstellt {made}",
    "page": "Seite {page} von {pages}",
    "logo": "Logo von {organisation}",
    "summary": "Überblick",
    "method": "Vorgehen und Grenzen",
    "no_verdict": "Dieser Bericht zeigt Ergebnisse. Er enthält keine Gesamtnote und kein Urteil.",
    "no_automatic": (
        "Keine automatische Entscheidung: Goodword lässt niemanden weiterkommen und lehnt niemanden ab. "
        "Menschen entscheiden."
    ),
    "replaced": (
        "Einige Zeichen ließen sich mit den vorhandenen Schriften nicht drucken. Sie stehen mit Namen "
        "oder Nummer in eckigen Klammern oder fehlen, wo sie nur einen anderen Buchstaben ergänzen: "
        "{characters}."
    ),
    "replaced_more": "{characters} und {n} weitere",
    "not_given": "Keine Angabe",
    "quote": "„{text}“",
    # Assessment
    "title_of_assessment": "Assessment",
    "taken": "Abgeschlossen",
    "taken_in": "Sprache",
    "test": "Test",
    "measures": "Worum es geht",
    "answered": "Beantwortet",
    "n_of_m": "{n} von {m}",
    "version": "Fassung",
    "test_version": "{version}, Auswertung {scoring}",
    "why_asked": "Warum das gefragt wurde",
    "requirement": "{test}, für diese Anforderung der Stelle: {text} Genannt von {who}, {when}.",
    "no_requirement": "{test}: Für diesen Test wurde keine Anforderung der Stelle genannt.",
    "scales": "Skalen",
    "scales_read": (
        "Der Punkt ist der Mittelwert der Antworten auf der Skala von {low} bis {high}; umgekehrt formulierte "
        "Aussagen werden vorher gedreht."
    ),
    "no_better_end": "Kein Ende einer Skala ist besser, und es gibt keine Gesamtnote.",
    "no_norm": (
        "Für diesen Test gibt es noch keine Vergleichsgruppe; kein Ergebnis wird mit dem anderer "
        "Menschen verglichen."
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
    "reliability": "Zuverlässigkeit",
    "validity": "Gültigkeit",
    "limits": "Grenzen",
    "method_assessment": (
        "Die Person hat online über einen persönlichen Link geantwortet, zu einer Zeit ihrer Wahl. Die "
        "Antworten sind ihre eigene Beschreibung, wie sie arbeitet; Selbstbild, vermutete Erwartungen "
        "und die Tagesform spielen mit hinein."
    ),
    "method_scales": (
        "Jede Skala ist der Mittelwert ihrer Antworten. Ein kleiner Unterschied zwischen zwei Skalen "
        "oder zwei Menschen bedeutet wenig. Was passt, hängt von der Arbeit ab: Bitte neben der "
        "Anforderung lesen und darüber sprechen."
    ),
    "no_verdict_alone": "Dieser Bericht zeigt Ergebnisse. Er enthält kein Urteil.",
    "no_better_end_alone": "Kein Ende einer Skala ist das bessere.",
    "total": "Gesamtwert",
    "total_is": "{value}\u00a0% gelöst, über die Tests mit richtigen und falschen Antworten.",
    "total_none": (
        "Es gibt keinen Gesamtwert: Nicht jeder Test mit richtigen und falschen Antworten hat eine Zahl oder ein "
        "Gewicht."
    ),
    "total_categories": (
        "Er ist der Mittelwert der Bereiche, damit einer mit vielen Aufgaben die anderen nicht überwiegt. Skalen und "
        "Einschätzungen gehen nicht ein."
    ),
    "total_weights": "Er ist gewichtet, aus diesem Grund: {reason} Skalen und Einschätzungen gehen nicht ein.",
    "total_rule": "{made} = {value}\u00a0%",
    "total_harder": (
        "Ein schwererer Test zieht den Gesamtwert nach unten; er sagt nichts darüber, wie andere abgeschnitten haben."
    ),
    "category": "Bereich",
    "category_numerical": "Zahlen",
    "category_letters": "Buchstaben",
    "category_figural": "Figuren",
    "category_deductive": "Schlüsse",
    "solved": "Gelöst",
    "share_solved": "Anteil gelöst",
    "weight": "Gewicht",
    "percent": "{value}\u00a0%",
    "standing": "Mit seiner Unsicherheit: Perzentile {low} bis {high} von {group}.",
    "standing_nearer": "Mit seiner Unsicherheit: näher am Schlüssel als {low} bis {high} von 100 in der Gruppe aus "
    "{group}.",
    "standing_band": "Das 90-%-Band reicht von {low} bis {high}.",
    "standing_reliability": "Zuverlässigkeit in dieser Gruppe: {value}.",
    "group_phone": "{n} ersten Durchgängen auf {language} am Telefon, Normen {norms}",
    "group_computer": "{n} ersten Durchgängen auf {language} am Computer, Normen {norms}",
    "group_any": "{n} ersten Durchgängen auf {language}, Normen {norms}",
    "band_read": (
        "Der hinterlegte Bereich um einen Mittelwert ist sein 90-%-Band: wo er an einem anderen Tag liegen könnte."
    ),
    "band_note": "Perzentile {low} bis {high}",
    "scale_alt_standing": "{alt} 90-%-Band: {low} bis {high}.",
    "tasks_solved": "{n} von {m} Aufgaben gelöst; {answered} wurden beantwortet.",
    "tasks_erased": "Es waren {m} Aufgaben.",
    "not_ranked": (
        "Die Aufgaben sind noch nicht kalibriert und es gibt keine Vergleichsgruppe; darum wird nichts gereiht: Die "
        "Zahl sagt, wie viele gelöst wurden, und nicht mehr."
    ),
    "ability": (
        "Kalibriert: eine Fähigkeit von {value} mit einem Standardfehler von {error}, auf der Skala derer, an deren "
        "Antworten kalibriert wurde und deren Mittelwert 0 ist."
    ),
    "figures_behind": "Zahlen und Regeln hinter Bändern und Fähigkeiten",
    "percentile_rule": (
        "Perzentil: wer in der Gruppe einen niedrigeren Wert hat und die Hälfte derer mit demselben, von allen; "
        "gerundet, von 1 bis 99."
    ),
    "distance_rule": (
        "Nähe zum Schlüssel: wer in der Gruppe näher liegt und die Hälfte derer, die gleich nah liegen, von allen; "
        "gerundet, von 1 bis 99. Der Rest von 100 liegt weiter entfernt."
    ),
    "error_rule": (
        "Standardmessfehler: die Standardabweichung der Gruppe × √(1 − Zuverlässigkeit). Um so viel liegt ein Wert "
        "typischerweise allein durch Zufall daneben. Das 90-%-Band ist der Wert ± 1,645 Standardmessfehler; seine "
        "beiden Enden werden mit denselben Personen verglichen."
    ),
    "coefficient_omega": (
        "Zuverlässigkeit, Omega: (Σa)² ÷ ((Σa)² + Σu); a ist, was der eine gemeinsame Faktor aller Fragen von einer "
        "Frage erklärt, u die Varianz, die er übrig lässt."
    ),
    "coefficient_alpha": (
        "Zuverlässigkeit, Alpha: k ÷ (k − 1) × (1 − Summe der Varianzen der k Fragen ÷ Varianz ihrer Summe)."
    ),
    "coefficient_halves": (
        "Zuverlässigkeit aus zwei Hälften: 2r ÷ (1 + r); r ist die Korrelation zwischen zwei Hälften der Aufgaben "
        "jeder Person."
    ),
    "coefficient_calibration": (
        "Zuverlässigkeit aus der Kalibrierung: 1 − mittlerer quadrierter Standardfehler der Fähigkeiten ÷ Varianz der "
        "Fähigkeiten."
    ),
    "way_omega": "Omega",
    "way_alpha": "Alpha",
    "way_halves": "zwei Hälften",
    "way_calibration": "Kalibrierung",
    "way_unknown": "Zuverlässigkeit",
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
        "ihrer Fähigkeiten {sd}, Zuverlässigkeit {reliability}."
    ),
    "ability_rule": (
        "Die Chance, eine Aufgabe zu lösen, ist 1 ÷ (1 + exp(Schwierigkeit − Fähigkeit)): die Hälfte, wo beide gleich "
        "sind, 73 %, wo die Fähigkeit um 1 höher ist. Gezeigt wird der Mittelwert aller Fähigkeiten, aus denen diese "
        "Antworten entstehen konnten, gewichtet danach, wie wahrscheinlich jede ist; wenige Antworten ziehen ihn zu 0, "
        "dem Mittelwert der Personen der Kalibrierung."
    ),
    "ability_error": (
        "Der Standardfehler ist die Standardabweichung dieser Fähigkeiten: In etwa zwei von drei Fällen liegt die "
        "wahre nicht weiter als das vom gezeigten Wert entfernt, in 19 von 20 nicht weiter als das Doppelte."
    ),
    "family": "Art und Stufe",
    "family_level": "{family}, Stufe {level}",
    "difficulty": "Schwierigkeit in Logits",
    "family_number_series": "Zahlenreihen",
    "family_letter_series": "Buchstabenreihen",
    "family_matrices_one_rule": "Figuren mit einer Regel",
    "family_matrices_two_rules": "Figuren mit zwei Regeln",
    "family_matrices_three_rules": "Figuren mit drei Regeln",
    "family_seating": "Wer sitzt wo",
    "family_ordering": "Was kommt zuerst",
    "family_sets": "Gruppen und was daraus folgt",
    "options": "Möglichkeiten",
    "judgement_is": (
        "Im Mittel liegen die Bewertungen {distance} Stufen vom Schlüssel entfernt. Möglich sind bei diesen "
        "Handlungen Werte von {smallest} bis {largest}."
    ),
    "judgement_halves": "Bei manchen Handlungen liegt der Schlüssel zwischen zwei Antworten.",
    "judgement_is_at_most": (
        "Im Mittel liegen die Bewertungen {distance} Stufen vom Schlüssel entfernt. {largest} ist die größte "
        "Entfernung, die bei diesen Handlungen möglich ist."
    ),
    "judgement_none": "Keine Entfernung: {n} von {m} Handlungen wurden bewertet, das sind zu wenige.",
    "judgement_voided": "Nicht gezählt, weil dabei die Verbindung abbrach: Situationen, {n}.",
    "judgement_erased": "Es waren {m} Handlungen zu bewerten.",
    "key_basis": "Der Schlüssel: {text}",
    "distance": "Entfernung",
    "own_right": "{n} von {m} richtig, von den Fragen mit einer richtigen Antwort.",
    "together": "Zusammen",
    "method_online": "Die Person hat online über einen persönlichen Link geantwortet.",
    "method_self": (
        "Skalen sind ihre eigene Beschreibung, wie sie arbeitet; Selbstbild, vermutete Erwartungen und die "
        "Tagesform spielen mit hinein."
    ),
    "method_tasks": (
        "Aufgaben werden für jede Person neu gezogen, von ähnlicher und nicht von gleicher Schwierigkeit. Übung, Gerät "
        "und Tagesform spielen mit hinein; ein Unterschied von ein oder zwei Aufgaben bedeutet nichts."
    ),
    "method_judgement": (
        "Eine Einschätzung wird mit einem Schlüssel verglichen, den Menschen festgelegt haben. Eine große Entfernung "
        "kann auch daher kommen, dass jemand nur die Enden der Skala benutzt oder nur ihre Mitte."
    ),
    "about_scales": "Zu den einzelnen Skalen",
    "own_answered": "{n} von {m} Fragen beantwortet.",
    "own_points": (
        "{n} von {m} Punkten für bewertete Antworten ({marked}). Haben zwei Personen bewertet, zählt der "
        "Mittelwert."
    ),
    "own_to_mark": "Noch nicht vollständig bewertete Antworten bei Erstellung dieses Berichts: {n}.",
    "items_left_out": (
        "Testaufgaben, Antworten auf einzelne Aufgaben und Auswertungsschlüssel sind nicht enthalten, weil "
        "diese Datei weitergegeben werden kann. Angemeldete Mitglieder finden sie in Goodword auf der Seite "
        "der Bewerberin oder des Bewerbers."
    ),
    "method_own": (
        "Die eigenen Fragen des Unternehmens werden von Menschen gelesen; Punkte nach Kriterien kommen von ihnen."
    ),
    # Reference check
    "references": "Referenzen",
    "completed": "Abgeschlossen",
    "questionnaire": "Fragebogen",
    "questionnaire_version": "{title}, Fassung {version}",
    "received": "{n} von {m} eingegangen",
    "received.one": "Eine von {m} erbetenen Referenzen ist eingegangen.",
    "received.other": "{n} von {m} erbetenen Referenzen sind eingegangen.",
    "factual.one": "Eine davon bestätigt nur Zeitraum und Funktion.",
    "factual.other": "{n} davon bestätigen nur Zeitraum und Funktion.",
    "self_apart": (
        "Die Person hat dieselben Fragen auch selbst beantwortet; diese Antworten stehen für sich, als "
        "hohle Punkte."
    ),
    "referee": "Referenzperson",
    "referee_n": "Referenzperson {n}",
    "relationship": "Beziehung",
    "company": "Unternehmen",
    "worked_together": "Zusammenarbeit",
    "answered_on": "Beantwortet",
    "factual_mark": "Nur Zeitraum und Funktion",
    "self_mark": "Die Person selbst, über sich",
    "self": "Selbst",
    "ratings": "Bewertungen nach Beziehung",
    "ratings_read": (
        "Jeder Punkt ist die Antwort einer Person. Der kurze Strich zeigt den Mittelwert, wo eine "
        "Beziehung mehrere Antworten hat."
    ),
    "identifiable_note": (
        "Eine Beziehung mit nur einer Referenzperson ist als zuordenbar gekennzeichnet: Wer weiß, wer "
        "gefragt wurde, weiß, wessen Antwort es ist. Bitte behutsam damit umgehen."
    ),
    "identifiable": "zuordenbar",
    "group.one": "1 Antwort",
    "group.other": "{n} Antworten",
    "skipped.one": "1 konnte es nicht sagen",
    "skipped.other": "{n} konnten es nicht sagen",
    "answers": "Antworten",
    "rating_alt": "{relationship}, Skala von {low} bis {high}. Antworten: {answers}.",
    "option": "Antwort",
    "how_many": "Anzahl",
    "who": "Nach Beziehung",
    "who_n": "{relationship} {n}",
    "choice_alt.one": "1 Antwort",
    "choice_alt.other": "{n} Antworten",
    "not_chosen": "Von niemandem gewählt: {options}.",
    "nobody_answered": "Diese Frage hat niemand beantwortet.",
    "comments": "Kommentare im Wortlaut",
    "comments_read": "Die Kommentare stehen so da, wie sie geschrieben wurden.",
    "verification": "Zeitraum und Funktion",
    "verification_read": "Was die Person angegeben und was die Referenzperson bestätigt hat, nebeneinander.",
    "what": "Was",
    "stated": "Angegeben",
    "confirmed": "Die Referenzperson sagt",
    "questions": "Gestellte Fragen",
    "type_rating": "Bewertung von {low} bis {high}",
    "type_statement": "Ein Platz zwischen zwei Aussagen, von {low} bis {high}",
    "type_choice": "Eine Antwort",
    "type_multiple": "Beliebig viele Antworten",
    "type_long_text": "Freier Text",
    "sent.one": "Eine Person wurde gefragt.",
    "sent.other": "{n} Personen wurden gefragt.",
    "declined.one": "Eine davon hat abgelehnt.",
    "declined.other": "{n} davon haben abgelehnt.",
    "late.one": "Eine kam, als die Prüfung schon abgeschlossen war.",
    "late.other": "{n} kamen, als die Prüfung schon abgeschlossen war.",
    "gone.one": "Eine Referenz wurde mit ihrer Referenzperson gelöscht.",
    "gone.other": "{n} Referenzen wurden mit ihren Referenzpersonen gelöscht.",
    "late_mark": "Kam nach dem Abschluss",
    "language_mark": "Beantwortet auf {language}",
    "erased_mark": "Gelöscht",
    "own_text": "Die Person selbst wurde gefragt: {text}",
    "not_asked.one": "Eine Referenzperson wurde das nicht gefragt.",
    "not_asked.other": "{n} Referenzpersonen wurden das nicht gefragt.",
    "short_answers": "Kurze Antworten",
    "is_confirmed": "Bestätigt",
    "is_unsure": "Nicht sicher",
    "contradictions": "Wo Referenzpersonen voneinander abweichen",
    "contradictions_read": (
        "Zu diesen Referenzpersonen wurde dasselbe angegeben, und sie sagen Verschiedenes. Funktionen ändern "
        "sich, und Erinnerungen gehen auseinander: Bitte nachfragen, bevor Sie daraus schließen."
    ),
    "says_who": "{text}: {who}",
    "left_out.one": "Eine Referenzperson wurde gelöscht und fehlt in dieser Fassung.",
    "left_out.other": "{n} Referenzpersonen wurden gelöscht und fehlen in dieser Fassung.",
    "type_agreement": "Zustimmung von {low} bis {high}",
    "type_pick.one": "Ein Wort zu wählen",
    "type_pick.other": "{n} Wörter zu wählen",
    "type_line": "Eine kurze Antwort",
    "level": "Stufe",
    "meaning": "Bedeutung",
    "example": "Beispiel",
    "method_referees": (
        "Die Person hat die Referenzpersonen und deren Adressen selbst genannt. Goodword hat jeder eine "
        "E-Mail mit einem persönlichen Link geschickt; wer geantwortet hat, lässt sich damit nicht "
        "beweisen."
    ),
    "method_answers": (
        "Alle sahen dieselben Fragen, außer wo dieser Bericht sagt, dass eine nur für manche war, "
        "vielleicht in einer anderen Sprache, und konnten ihre Antworten nach dem Absenden nicht mehr ändern. "
        "Zahlen und Kommentare stehen so da, wie sie gegeben wurden; nichts wurde weggelassen, gewichtet"
        " oder umformuliert."
    ),
    "method_few": (
        "Die Meinungen weniger Menschen sind keine Messung. Sie hängen von Arbeit, Zeit und Beziehung "
        "ab; ein Unterschied von einer Stufe bedeutet wenig. Nichts wird mit anderen Bewerbungen "
        "verglichen."
    ),
}
