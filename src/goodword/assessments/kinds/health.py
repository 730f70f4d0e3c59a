"""Flags texts that may relate to health, for a person to review and sign off.

Many countries forbid questions about illness before an offer (United States: Americans with Disabilities Act, 42
U.S.C. 12112(d)), and the answers are health data (GDPR, article 9). The word lists are deliberately broad, but only
flag texts.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from goodword.assessments.kinds.content import Scale
from goodword.assessments.kinds.registry import Content, kind_of
from goodword.core.text import main_language

#: by language: words and phrases, separated by commas; a * matches any ending, to include inflected words
_WORDS: Final = {
    "en": """
        health*, unhealth*, ill, illness*, sick*, disease*, disorder*, disab*, handicap*, injur*, wheelchair*, vaccin*,
        infect*, hiv, pain, pains, painful*, ache*, headache*, migraine*, allerg*, asthma*, diabet*, cancer*, epilep*,
        deaf*, blind, blindness, autis*, adhd, dyslex*, overweight, obes*, pregnan*,
        doctor*, physician*, hospital*, medic*, drug*, pill, pills, therap*, diagnos*, symptom*, surgery, alcohol*,
        drunk*, addict*, smok*,
        sleep*, slept, asleep, awake at night, insomni*, nightmare*, tired*, exhaust*, fatigue*,
        mental*, psych*, depress*, anxi*, panic*, phobi*, stress*, burnout, burned out, burnt out, burn out, mood*,
        sad, sadness, sadly, feel blue, feels blue, felt blue, feeling blue, feel down, feels down, felt down,
        feel low, unhapp*, miserabl*, hopeless*, worthless*, suicid*, self harm*, cry, cries, cried, crying, worry*,
        worri*, nervous*, my nerves, fear, fears, feared, fearful*, afraid
        """,
    "de": """
        gesund*, ungesund*, krank*, erkrank*, behinder*, schwerbehinder*, verletzung*, rollstuhl*, impf*, infekt*, hiv,
        schmerz*, kopfschmerz*, kopfweh, rückenschmerz*, migräne*, allergi*, asthma*, diabet*, krebs*, epilep*, taub,
        gehörlos*, schwerhörig*, blind, autis*, adhs, legasthen*, übergewicht*, schwanger*,
        arzt*, ärzt*, klinik*, medizin*, medikament*, tablette*, pille, pillen, therap*, diagnos*, symptom*, alkohol*,
        betrunken*, drogen*, süchtig*, rauche, rauchen, raucher*, raucht,
        schlaf*, schläf*, schlief*, einschlafen, durchschlafen, ausgeschlafen, albtraum*, albträum*, müde*, müdigkeit,
        ermüd*, übermüd*, erschöpf*,
        psych*, depress*, deprimier*, niedergeschlagen*, angst, ängst*, panik*, panisch*, phobi*, stress*, gestresst*,
        burnout*, ausgebrannt*, stimmung*, laune*, launisch*, traurig*, trauer*, unglücklich*, hoffnungslos*,
        verzweif*, wertlos*, suizid*, selbstmord*, weine, weinen, weint, weinte*, mir sorgen, sich sorgen, sorge mich,
        sorgen um mich, nervös*, nervlich*, fürcht*, furcht*
        """,
    "fr": """
        santé, malad*, souffr*, handicap*, invalid*, blessure*, fauteuil roulant, vaccin*, infect*, vih, douleur*,
        douloureu*, mal de tête, maux de tête, mal au dos, migraine*, allergi*, asthm*, diabét*, diabèt*, cancer*,
        épilep*, sourd*, surdité, aveugle*, autis*, tdah, dyslexi*, surpoids, obès*, obésité, enceinte*, grossesse*,
        médecin*, médic*, hôpital, hôpitaux, clinique*, pilule*, thérap*, diagnosti*, symptôme*, chirurg*, alcool*,
        ivre*, drogue*, toxicoman*, fume, fumer, fumeu*,
        sommeil*, dors, dort, dormir, dormi, dormais, endors, endort, endormir, insomni*, cauchemar*, fatigu*, épuis*,
        psych*, mental*, mentaux, dépress*, dépressi*, déprim*, anxi*, angoiss*, panique*, paniqu*, phobi*, stress*,
        burnout, burn out, humeur*, triste*, tristesse, cafard, malheureu*, désesp*, suicid*, pleur*, inquiet*,
        inquièt*, souci, soucis, soucieu*, nerveu*, nervosité, peur, peurs, peureu*, crains, craint
        """,
}


def health_words(text: str, *, language: str) -> tuple[str, ...]:
    """Return the health words in a text, in lower case; none for a language without a list."""
    language = main_language(language)
    if language not in _WORDS:
        return ()
    spoken = " ".join(re.findall(r"\w+", text.lower()))
    return tuple(match[0] for match in _pattern(language).finditer(spoken))


@cache
def _pattern(language: str) -> re.Pattern[str]:
    entries = [" ".join(entry.split()) for entry in _WORDS[language].split(",")]
    # Longest first: "burn out" is found before "burn".
    listed = "|".join(
        entry.replace("*", r"\w*") for entry in sorted(filter(None, entries), key=len, reverse=True)
    )
    return re.compile(rf"\b(?:{listed})\b")


_STABILITY: Final = re.compile(
    r"emotional(?:e)? stabil|stabilité émotionnelle|neuroti|neurotizi|névros|negative emotion"
)


def health_scales(content: Content, form: str) -> tuple[Scale, ...]:
    """Scales of the form whose id, name or construct mentions emotional stability."""
    return tuple(scale for scale in kind_of(content).scales_of(content, form) if _is_about_stability(scale))


def _is_about_stability(scale: Scale) -> bool:
    named = f"{scale.id} {scale.name} {scale.construct}".lower().replace("_", " ")
    return _STABILITY.search(named) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthFlag:
    """`words`: empty for a language without a list."""

    id: str
    text: str
    words: tuple[str, ...]


def flags_of(content: Content) -> tuple[HealthFlag, ...]:
    """Texts with health-related words; all texts for a language without a list."""
    language = getattr(content, "language", "")
    known = main_language(language) in _WORDS
    return tuple(
        HealthFlag(id=name, text=text, words=words)
        for name, text in kind_of(content).texts(content)
        if (words := health_words(text, language=language)) or not known
    )
