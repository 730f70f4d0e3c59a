from collections.abc import Mapping

from goodword.assessments import phrases as assessments
from goodword.assessments.kinds.registry import kind_named
from goodword.assessments.models import Test
from goodword.core.text import Catalogue, Phrases
from goodword.references import phrases as references

PHRASES: Catalogue = {
    "en": {
        "appendix": "Appendix",
        "about_report": "About this report",
        "assessment": "Assessment",
        "reference_check": "Reference check",
        "title": "{kind}: {name}, {role}",
        "lead": "Candidate for {role}",
        "name_removed": "Name removed",
        "redacted": "Personal data was removed from this version of the report.",
        "report": "Report",
        "reused": "Reused",
        "reused_from": "From an earlier application for the role {role}, completed {when} (report {code})",
        "reused_confidential": "From an earlier application, completed {when} (report {code})",
        "made": "Created",
        "code_version": "{code}, version {version}",
        "footer": "{code} · version {version} · created {made} · verify at {address}",
        "page": "Page {page} of {pages}",
        "logo": "{organisation} logo",
        "method": "Method and limits",
        "no_verdict": "This report shows results. It gives no total and no recommendation.",
        "no_automatic": (
            "No automated decision: Goodword neither advances nor rejects candidates. People decide."
        ),
        "replaced": (
            "Some characters cannot be printed with the available fonts. They appear in square brackets by "
            "name or number; marks on other letters were left out: {characters}."
        ),
        "replaced_more.one": "{characters} and {n} more",
        "replaced_more.other": "{characters} and {n} more",
        "left_out.one": "One referee's data was erased and is not in this version.",
        "left_out.other": "The data of {n} referees was erased and is not in this version.",
    },
    "de": {
        "appendix": "Anhang",
        "about_report": "Zu diesem Bericht",
        "assessment": "Assessment",
        "reference_check": "Referenzprüfung",
        "title": "{kind}: {name}, {role}",
        "lead": "Bewerbung als {role}",
        "name_removed": "Name entfernt",
        "redacted": "Aus dieser Fassung des Berichts wurden personenbezogene Daten entfernt.",
        "report": "Bericht",
        "reused": "Übernommen",
        "reused_from": (
            "Aus einer früheren Bewerbung, für die Stelle {role}, abgeschlossen am {when} (Bericht {code})"
        ),
        "reused_confidential": "Aus einer früheren Bewerbung, abgeschlossen am {when} (Bericht {code})",
        "made": "Erstellt",
        "code_version": "{code}, Fassung {version}",
        "footer": "{code} · Fassung {version} · erstellt am {made} · prüfen: {address}",
        "page": "Seite {page} von {pages}",
        "logo": "Logo von {organisation}",
        "method": "Vorgehen und Grenzen",
        "no_verdict": "Dieser Bericht zeigt Ergebnisse, ohne Gesamtwert und ohne Empfehlung.",
        "no_automatic": (
            "Keine automatische Entscheidung: Goodword lässt keine Bewerbung weiterkommen und lehnt keine "
            "ab. Das entscheiden Menschen."
        ),
        "replaced": (
            "Einige Zeichen ließen sich mit den vorhandenen Schriften nicht drucken. Sie erscheinen mit "
            "Namen oder Nummer in eckigen Klammern; Zusatzzeichen an Buchstaben wurden weggelassen: "
            "{characters}."
        ),
        "replaced_more.one": "{characters} und {n} weiteres",
        "replaced_more.other": "{characters} und {n} weitere",
        "left_out.one": "Die Daten einer Referenzperson wurden gelöscht und fehlen in dieser Fassung.",
        "left_out.other": "Die Daten von {n} Referenzpersonen wurden gelöscht und fehlen in dieser Fassung.",
    },
    "fr": {
        "appendix": "Annexe",
        "about_report": "À propos de ce rapport",
        "assessment": "Évaluation",
        "reference_check": "Prise de références",
        "title": "{kind}\u00a0: {name}, {role}",
        "lead": "Candidature au poste {role}",
        "name_removed": "Nom supprimé",
        "redacted": "Des données personnelles ont été supprimées de cette version du rapport.",
        "report": "Rapport",
        "reused": "Résultat repris",
        "reused_from": (
            "D’une candidature précédente, pour le poste {role}, terminé le {when} (rapport {code})"
        ),
        "reused_confidential": "D’une candidature précédente, terminé le {when} (rapport {code})",
        "made": "Établi",
        "code_version": "{code}, version {version}",
        "footer": "{code} · version {version} · établi le {made} · vérifier\u00a0: {address}",
        "page": "Page {page} sur {pages}",
        "logo": "Logo\u00a0: {organisation}",
        "method": "Méthode et limites",
        "no_verdict": "Ce rapport présente des résultats, sans total ni recommandation.",
        "no_automatic": (
            "Aucune décision automatisée\u00a0: Goodword ne retient ni n’écarte aucune candidature. La "
            "décision appartient à des personnes."
        ),
        "replaced": (
            "Certains caractères n’ont pas pu être imprimés avec les polices disponibles. Ils figurent "
            "entre crochets, par leur nom ou leur numéro\u202f; les signes ajoutés à une lettre ont été "
            "omis\u00a0: {characters}."
        ),
        "replaced_more.one": "{characters} et {n} autre",
        "replaced_more.other": "{characters} et {n} autres",
        "left_out.one": "Les données d’un référent ont été effacées et ne figurent pas dans cette version.",
        "left_out.other": "Les données de {n} référents ont été effacées et ne figurent pas dans cette version.",
    },
}


def all_phrases(language: str) -> Mapping[str, str]:
    catalogues = [PHRASES, references.PHRASES, assessments.PHRASES]
    catalogues += [kind_named(name).report.phrases for name in Test.Kind]
    return {key: phrase for catalogue in catalogues for key, phrase in catalogue[language].items()}


def words_for(language: str) -> Phrases:
    parts = language.replace("_", "-").split("-")
    primary = parts[0].lower()
    if primary not in PHRASES:
        return Phrases(language="en", region=None, phrases=all_phrases("en"))
    region = parts[-1].upper() if len(parts) > 1 and len(parts[-1]) == 2 and parts[-1].isalpha() else None
    return Phrases(language=primary, region=region, phrases=all_phrases(primary))
