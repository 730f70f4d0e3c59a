"""Words by which a guesser could recognise the best action, as patterns by cue and language."""

from collections.abc import Mapping
from typing import Final

#: each starts another clause
CLAUSES: Final = {
    "en": r"and|or|but|that|what|who|whom|which|because|so that|if|when|until|while|before|as soon as|since|how|why|"
    r"where|whether|whatever|however|as long as|unless",
    "de": r"und|oder|aber|dass|was|wer|wen|wem|welche[rsnm]?|weil|damit|wenn|bis|während|bevor|nachdem|sobald|ob|wie|"
    r"wann|warum|wo|wor\w+|falls|solange|ehe",
    "fr": r"et|ou|mais|que|qu|qui|quoi|dont|car|parce|si|quand|lorsqu\w*|jusqu\w*|puisqu\w*|comment|combien|pourquoi|"
    r"où|quel(?:le)?s?|puis",
}

CUES: Final[Mapping[str, Mapping[str, str]]] = {
    "reasons": {
        "en": r"because|since|so that|in order to",
        "de": r"weil|damit|denn|da|um (?:\w+ )*zu",
        "fr": r"car|parce|puisqu\w*|afin|pour que|pour qu|pour (?:ne pas )?(?:l’|la |le |les |vous )?\w+(?:er|ir|re)",
    },
    "hedges": {
        "en": r"may|might|could|can|would|if|perhaps|maybe|seems?|likely|whether|ever|only|some|for now|rather",
        "de": r"vielleicht|könnten?|kann|können|würden?|falls|wenn|ob|möglich\w*|vorerst|erst einmal|scheint|nur|"
        r"einige|wahrscheinlich\w*|eher",
        "fr": r"peut|peuvent|pourraient|pourrait|si|peut-être|semble|possible|probable|seulement|pour l’instant|auriez|"
        r"plutôt",
    },
    "courtesy": {
        "en": r"please|apolog\w+|sorry|thank\w*|friendly|kindly|glad|offer|help\w*|trust|honest\w*",
        "de": r"bitten?|entschuldig\w*|dank\w*|freundlich\w*|anbieten|hilf\w*|hilft|helfen|Hilfe|gern|Geduld",
        "fr": r"excus\w*|remerci\w*|aimable\w*|offrir|proposer|aide\w*|veuillez|bien vouloir|confiance",
    },
    "absolutes": {
        "en": r"all|always|never|every\w*|nobody|nothing|no|none|whole|alone|at once|surely|anything|anybody|only|full|"
        r"immediately",
        "de": r"alle[rsnm]?|alles|immer|nie|niemals|jede[rsnm]?|niemand\w*|nichts|kein\w*|ganze[rsnm]?|allein|sofort|"
        r"gleich|bestimmt|nur|vollständig\w*",
        "fr": r"tous|tout|toute|toutes|toujours|jamais|chaque|chacune?|personne ne|rien|aucun\w*|seul\w*|"
        r"tout de suite|sûrement|immédiatement|complet",
    },
    "asking": {
        "en": r"ask\w*|question\w*|find out|check\w*|enquire|listen\w*|hear\w*|see|invite|get .{1,30} view\w*",
        "de": r"\w*frag\w*|klär\w*|prüf\w*|zuhör\w*|hör\w*|erkundig\w*|herausfinden|feststellen|bitten?|einholen",
        "fr": r"demand\w*|question\w*|écout\w*|vérifi\w*|interrog\w*|entend\w*|savoir|renseign\w*|invit\w*",
    },
    "telling": {
        "en": r"tell|say|explain|describe|show|report|inform|know|mention|point out|admit|name|state|talk|speak|list|"
        r"remind|announce|propose|suggest|present",
        "de": r"sagen|erklären|beschreiben|zeigen|berichten|informieren|mitteilen|erwähnen|nennen|ansprechen|sprechen|"
        r"erläutern|darlegen|vorschlagen|vorstellen|erinnern|eingestehen|zugeben|betonen|schildern|besprechen|reden",
        "fr": r"dire|expliquer|décrire|montrer|rapporter|informer|signaler|rappeler|mentionner|nommer|parler|"
        r"présenter|suggérer|proposer|indiquer|reconnaître|avouer|exposer|prévenir|annoncer|préciser|discuter|souligner",
    },
    "explaining": {
        "en": r"explain\w*|reasons?|why|facts?|describe|show",
        "de": r"erklär\w*|erläuter\w*|Gründen?|Grund|warum|darlegen|beschreib\w*|zeigen|weshalb",
        "fr": r"expliqu\w*|raisons?|pourquoi|décri\w*|montr\w*|exposer|faits",
    },
    "together": {
        "en": r"together|with|both|each|share\w*|jointly|agree\w*|team|everybody|two",
        "de": r"gemeinsam\w*|zusammen\w*|mit|beide[nrm]?|Team\w*|absprechen|abstimmen|vereinbaren|teilen|aufteilen|"
        r"einzeln",
        "fr": r"ensemble|avec|deux|partag\w*|convenir|équipe|accord|chacune?|commun\w*",
    },
    "negations": {
        "en": r"not|no|nobody|nothing|never|none|without|neither|nor|cannot|little",
        "de": r"nicht|nichts|nie|niemals|niemand\w*|kein\w*|ohne|weder|wenig\w*",
        "fr": r"ne|n|pas|rien|jamais|aucun\w*|sans|ni|peu|personne ne",
    },
    "promptness": {
        "en": r"now|today|right away|at once|immediately|soon|straight away|right now|first",
        "de": r"jetzt|heute|gleich|sofort|bald|umgehend|schon|noch heute|nun|zuerst",
        "fr": r"maintenant|aujourd’hui|tout de suite|immédiatement|bientôt|dès|d’abord|aussitôt",
    },
    "delay": {
        "en": r"later|wait\w*|until|next|after\w*|once|tomorrow|end|when|evening|another (?:day|month)|again|remains",
        "de": r"später|wart\w*|abwarten|bis|nächst\w*|nach|danach|wenn|sobald|morgen|Abend|erst|vorerst|solange",
        "fr": r"plus tard|attend\w*|jusqu\w*|prochain\w*|après|quand|demain|soir|ensuite|dès que|lorsqu\w*|suivant\w*",
    },
    "order": {
        "en": r"first|then|before|after\w*|next|once|until|when",
        "de": r"zuerst|dann|bevor|nach|nachdem|danach|zuvor|bis|wenn|sobald|zunächst|erst",
        "fr": r"d’abord|puis|ensuite|avant|après|jusqu\w*|quand|dès que|lorsqu\w*",
    },
    "conditions": {
        "en": r"if|unless|in case|whether|as long as|when|whenever",
        "de": r"wenn|falls|ob|sofern|solange|sobald",
        "fr": r"si|s’ils?|en cas|quand|lorsqu\w*|tant que|dès que",
    },
    "“you”": {
        "en": r"you|your|yours|yourself",
        "de": r"(?-i:Sie|Ihre?[nrms]?|Ihnen)|eigene[nrms]?|selbst|sich",
        "fr": r"vous|votre|vos|vous-même",
    },
    "“they”": {
        "en": r"they|them|their|theirs|themselves",
        "de": r"(?-i:sie|ihre?[nrms]?|ihnen|ihm|ihn|er)|diese[nrm]?",
        "fr": r"elles?|ils?|leurs?|lui|eux|celle-ci",
    },
    "question words": {
        "en": r"what|which|who|whom|how|why|where|whether|when",
        "de": r"was|welche[nrms]?|wer|wen|wem|wie|warum|weshalb|wo|wann|ob|wor\w+|woran",
        "fr": r"ce que|ce qu|ce qui|quel(?:le)?s?|qui|comment|pourquoi|où|quand|combien|quoi|à quoi|laquelle",
    },
    "modal verbs": {
        "en": r"can|could|may|might|must|should|will|would|shall|going to|need",
        "de": r"kann|können|könn\w+|darf|dürf\w+|muss|müss\w+|soll\w*|will|wollen|würde\w*|wird|werden|möcht\w*",
        "fr": r"peut|peuvent|pouvez|pourr\w+|doit|doivent|devez|devr\w+|faut|veut|voul\w+|allez|va|vont",
    },
    "praise": {
        "en": r"good|better|best|well|right|fair\w*|important|clear\w*|matters?|most",
        "de": r"gut\w*|besser\w*|beste[nrms]?|richtig\w*|fair\w*|wichtig\w*|klar\w*|passt",
        "fr": r"bon(?:ne)?s?|bien|mieux|meilleure?s?|juste\w*|importante?s?|clair\w*|priorités?",
    },
    "holding back": {
        "en": r"wait\w*|leave|keep|avoid|spare|hide|hidden|nothing|little|let|trust|rely",
        "de": r"wart\w*|abwarten|lassen|überlassen|vermeiden|ersparen|verbergen|bleiben|behalten|vertrauen|verlassen",
        "fr": r"attend\w*|laisser|garder|éviter|épargner|cacher|taire|rien|confiance|compter sur|fier",
    },
    "people": {
        "en": r"team|managers?|customers?|colleagues?|others?|people|person|everybody|somebody|those|company",
        "de": r"Team\w*|Führungskraft|Kund\w+|Kolleg\w+|andere[nrm]?|Menschen|Person\w*|jemand\w*|alle[nr]?|Firma|"
        r"Zuständig\w*",
        "fr": r"équipe|responsables?|client\w*|collègues?|autres?|gens|personnes?|quelqu’un|entreprise",
    },
    "times": {
        "en": r"now|today|tomorrow|monday|morning|evening|afternoon|hours?|days?|weeks?|months?|dates?|times?|minutes?|"
        r"later|next|right away|closing",
        "de": r"jetzt|heute|morgen|Montag|Abend|Nachmittag|Stunden?|Tage?n?|Wochen?|Monat\w*|Termine?|Zeit|Minuten|"
        r"später|nächst\w*|gleich|Feierabend",
        "fr": r"maintenant|aujourd’hui|demain|lundi|matin|soir|après-midi|heures?|jours?|semaines?|mois|dates?|temps|"
        r"minutes?|prochain\w*|tout de suite|délai",
    },
    "numbers": {
        "en": r"\d+|one|two|three|four|eight|ten|half|both|first|second|each",
        "de": r"\d+|eine?[nrms]?|zwei|drei|vier|achte?[nr]?|zehn|halb\w*|beide[nrm]?|erste[nrms]?",
        "fr": r"\d+|une?|deux|trois|quatre|huit\w*|dix\w*|demi\w*|premi\w+",
    },
    "change": {
        "en": r"chang\w*|new|put right|improv\w*|plan|another|propose|suggest|prevent|correct|replace",
        "de": r"änder\w*|neue?[nrms]?|verbesser\w*|Plan|vorschlag\w*|korrigier\w*|berichtig\w*|ersetzen",
        "fr": r"chang\w*|nouve\w+|amélior\w*|plan|propos\w*|suggér\w*|corrig\w*|remplac\w*|modif\w*",
    },
}
