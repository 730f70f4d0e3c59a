FR = {
    # Every report
    "assessment": "Évaluation",
    "reference_check": "Prise de références",
    "title": "{kind}\u00a0: {name}, {role}",
    "lead": "Candidature au poste {role}, {organisation}",
    "name_removed": "Nom supprimé",
    "text_removed": "Texte supprimé",
    "redacted": "Des données personnelles ont été supprimées de cette version du rapport.",
    "role": "Poste",
    "report": "Rapport",
    "reused": "Résultat repris",
    "reused_from": "D’une candidature précédente, pour le poste {role}, terminé le {when} (rapport {code})",
    "reused_confidential": "D’une candidature précédente, terminé le {when} (rapport {code})",
    "made": "Établi",
    "code_version": "{code}, version {version}",
    "footer": "{code} · version {version} · établi le {made}",
    "page": "Page {page} sur {pages}",
    "logo": "Logo\u00a0: {organisation}",
    "summary": "Résumé",
    "method": "Méthode et limites",
    "no_verdict": "Ce rapport présente des résultats, sans total ni recommandation.",
    "no_automatic": (
        "Aucune décision automatisée\u00a0: Goodword ne retient ni n’écarte aucune candidature. La décision "
        "appartient à des personnes."
    ),
    "replaced": (
        "Certains caractères n’ont pas pu être imprimés avec les polices disponibles. Ils figurent entre crochets, "
        "par leur nom ou leur numéro\u00a0; les signes ajoutés à une lettre ont été omis\u00a0: {characters}."
    ),
    "replaced_more": "{characters} et {n} autres",
    "not_given": "Non indiqué",
    "quote": "«\u00a0{text}\u00a0»",
    # Assessment
    "title_of_assessment": "Évaluation",
    "taken": "Terminée",
    "taken_in": "Langue",
    "test": "Test",
    "measures": "Ce qui est mesuré",
    "answered": "Réponses",
    "n_of_m": "{n} sur {m}",
    "version": "Version",
    "test_version": "{version}, notation {scoring}",
    "why_asked": "Exigence du poste",
    "requirement": "{test} évalue cette exigence\u00a0: {text} (indiquée par {who}, {when})",
    "no_requirement": "{test}\u00a0: aucune exigence du poste n’a été indiquée.",
    "scales": "Échelles",
    "scales_read": (
        "Le point est la moyenne des réponses sur l’échelle de {low} à {high}\u00a0; les affirmations formulées à "
        "l’envers sont d’abord inversées."
    ),
    "no_better_end": "Aucune extrémité d’une échelle n’est meilleure.",
    "no_norm": (
        "Il n’y a pas encore de groupe de référence pour ce test\u00a0: les résultats ne sont pas comparés à ceux "
        "d’autres personnes."
    ),
    "norm": (
        "Les zones ombrées montrent le groupe de référence {name}, version {version} ({n} personnes). {text}"
    ),
    "scale": "Échelle",
    "low_end": "Extrémité basse",
    "high_end": "Extrémité haute",
    "mean": "Moyenne",
    "no_mean": "–",
    "no_mean_note": "trop peu de réponses",
    "scale_alt": "{scale}, échelle de {low} à {high}\u00a0: moyenne {mean}.",
    "scale_alt_band": "{alt} Groupe de référence\u00a0: de {low} à {high}, {label}.",
    "no_answers": "aucune",
    "scale_line": "Moyenne {mean} sur {n} réponses parmi {m}.",
    "scale_line_none": "Pas de moyenne\u00a0: {n} affirmations sur {m} ont reçu une réponse.",
    "answer": "Réponse",
    "sheet": "À propos de ce test",
    "reliability": "Fiabilité",
    "validity": "Validité",
    "limits": "Limites",
    "method_assessment": (
        "La personne a répondu en ligne, par un lien personnel, au moment de son choix. Ses réponses décrivent sa "
        "propre façon de travailler\u00a0; l’image de soi, les attentes supposées et la forme du jour y jouent un "
        "rôle."
    ),
    "method_scales": (
        "Chaque échelle est la moyenne de ses réponses. De petites différences entre échelles ou entre personnes "
        "signifient peu. Ce qui convient dépend du travail\u00a0: comparez les résultats à l’exigence et parlez-en."
    ),
    "no_verdict_alone": "Ce rapport présente des résultats, sans recommandation.",
    "total": "Total",
    "total_is": "{value}\u00a0% d’exercices résolus dans les tests à réponses justes et fausses.",
    "total_no_count": "Il n’y a pas de total : un test à réponses justes ou fausses n’a pas de décompte.",
    "total_no_weight": "Il n’y a pas de total : un test à réponses justes ou fausses n’a pas de poids.",
    "total_none": (
        "Il n’y a pas de total, car il manque un nombre ou un poids à un test à réponses justes et fausses."
    ),
    "total_categories": (
        "Moyenne des catégories, pour que celles qui comptent beaucoup d’exercices ne l’emportent pas. Ni les "
        "échelles ni les jugements n’y entrent."
    ),
    "total_weights": (
        "Pondéré, pour cette raison\u00a0: {reason} Ni les échelles ni les jugements n’y entrent."
    ),
    "total_rule": "{made} = {value}\u00a0%",
    "total_harder": (
        "Un test plus difficile fait baisser le total. Celui-ci ne dit rien des résultats d’autres personnes."
    ),
    "category": "Catégorie",
    "category_numerical": "Nombres",
    "category_letters": "Lettres",
    "category_figural": "Figures",
    "category_deductive": "Déductions",
    "solved": "Résolus",
    "share_solved": "Part résolue",
    "weight": "Poids",
    "percent": "{value}\u00a0%",
    "normed_score": "Avec son incertitude, percentiles {low} à {high} de {group}.",
    "normed_score_distance": "Avec son incertitude, plus proche de la clé que {low} à {high} sur 100 dans le groupe de "
    "{group}.",
    "normed_score_band": "L’intervalle à 90\u00a0% va de {low} à {high}.",
    "normed_score_reliability": "Fiabilité dans ce groupe\u00a0: {value}.",
    "group_phone": "{n} premières passations ({language}) sur téléphone, normes {norms}",
    "group_computer": "{n} premières passations ({language}) sur ordinateur, normes {norms}",
    "group_any": "{n} premières passations ({language}), normes {norms}",
    "band_read": (
        "La zone ombrée autour d’une moyenne est son intervalle à 90\u00a0%\u00a0: là où elle pourrait se situer un "
        "autre jour."
    ),
    "band_note": "percentiles {low} à {high}",
    "scale_alt_normed": "{alt} Intervalle à 90\u00a0%\u00a0: de {low} à {high}.",
    "tasks_solved": "{n} exercices résolus sur {m}\u00a0; {answered} ont reçu une réponse.",
    "tasks_erased": "Il y avait {m} exercices.",
    "not_ranked": (
        "Les exercices ne sont pas encore calibrés et il n’y a pas de groupe de référence\u00a0: le nombre indique "
        "seulement combien ont été résolus."
    ),
    "ability": (
        "Calibré\u00a0: une aptitude de {value}, avec une erreur type de {error}, sur une échelle où la moyenne de "
        "l’échantillon de calibrage est 0."
    ),
    "figures_behind": "Calcul des intervalles et des aptitudes",
    "percentile_rule": (
        "Percentile\u00a0: part du groupe dont le score est plus bas, plus la moitié de celle qui a le même score, "
        "arrondie, de 1 à 99."
    ),
    "distance_rule": (
        "Proximité de la clé\u00a0: part du groupe plus proche, plus la moitié de celle qui est aussi proche, "
        "arrondie, de 1 à 99. Le reste sur 100 est plus éloigné."
    ),
    "error_rule": (
        "Erreur type de mesure\u00a0: écart type du groupe × √(1 − fiabilité), l’écart typique dû au seul hasard. "
        "L’intervalle à 90\u00a0% est le score ± 1,645 erreur type\u00a0; ses deux bornes sont comparées au même "
        "groupe."
    ),
    "coefficient_omega": (
        "Fiabilité, oméga\u00a0: (Σa)² ÷ ((Σa)² + Σu), où a est la saturation d’une question sur le facteur commun à "
        "toutes, et u sa variance non expliquée."
    ),
    "coefficient_alpha": (
        "Fiabilité, alpha\u00a0: k ÷ (k − 1) × (1 − somme des variances des k questions ÷ variance de leur somme)."
    ),
    "coefficient_halves": (
        "Fiabilité par moitiés (split-half)\u00a0: 2r ÷ (1 + r), où r est la corrélation entre les deux moitiés des "
        "exercices de chaque personne."
    ),
    "coefficient_calibration": (
        "Fiabilité d’après le calibrage\u00a0: 1 − moyenne des carrés des erreurs types des aptitudes ÷ variance des "
        "aptitudes."
    ),
    "way_omega": "oméga",
    "way_alpha": "alpha",
    "way_halves": "split-half",
    "way_calibration": "calibrage",
    "way_unknown": "fiabilité",
    "coefficient_of": "{coefficient}, {n} personnes",
    "score": "Score",
    "all_tasks": "Tous les exercices",
    "lower_and_same": "Plus bas et égaux, sur l’ensemble",
    "nearer_of_100": "Plus proches, sur 100",
    "percentile": "Percentile",
    "measurement_error": "Erreur type",
    "band": "Intervalle à 90\u00a0%",
    "from_to": "{low} à {high}",
    "group_made": "Comparé à {group}, établies le {when}.",
    "ability_in": "Aptitude dans {test}",
    "calibration": (
        "Calibrage {number}, d’après les premières passations de {n} personnes, établi le {when}. Écart type de leurs "
        "aptitudes {sd}, fiabilité {reliability}."
    ),
    "ability_rule": (
        "La probabilité de résoudre un exercice est 1 ÷ (1 + exp(difficulté − aptitude))\u00a0: la moitié si les "
        "deux sont égales, 73\u00a0% si l’aptitude est de 1 plus haute. L’aptitude indiquée est la moyenne de toutes "
        "celles qui ont pu mener à ces réponses, pondérées par leur probabilité. Peu de réponses la tirent vers 0, "
        "la moyenne de l’échantillon de calibrage."
    ),
    "ability_error": (
        "L’erreur type est l’écart type de ces aptitudes. Dans deux cas sur trois environ, l’aptitude vraie se situe "
        "à une erreur type au plus de la valeur indiquée, dans 19 cas sur 20 à deux au plus."
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
    "options": "Choix",
    "judgement_is": (
        "En moyenne, les évaluations sont à {distance} degrés de la clé. Pour ces actions, l’écart possible va de "
        "{smallest} à {largest}."
    ),
    "judgement_halves": "Pour certaines actions, la clé se situe entre deux réponses.",
    "judgement_is_at_most": (
        "En moyenne, les évaluations sont à {distance} degrés de la clé. Pour ces actions, l’écart possible est de "
        "{largest} au plus."
    ),
    "judgement_none": "Pas d’écart, car trop peu d’actions ont été évaluées\u00a0: {n} sur {m}.",
    "judgement_voided": "Non comptées, car la connexion s’est interrompue à ce moment\u00a0: situations, {n}.",
    "judgement_erased": "Il y avait {m} actions à évaluer.",
    "key_basis": "La clé\u00a0: {text}",
    "distance": "Écart",
    "own_right": "Réponses justes aux questions qui en ont une\u00a0: {n} sur {m}.",
    "together": "Ensemble",
    "method_online": "La personne a répondu en ligne, par un lien personnel.",
    "method_self": (
        "Les échelles décrivent la façon de travailler selon la personne elle-même\u00a0; l’image de soi, les "
        "attentes supposées et la forme du jour y jouent un rôle."
    ),
    "method_tasks": (
        "Les exercices sont générés pour chaque personne, de difficulté semblable mais non égale. L’habitude, "
        "l’appareil et la forme du jour y jouent un rôle\u00a0; une différence d’un ou deux exercices ne signifie "
        "rien."
    ),
    "method_judgement": (
        "Les jugements sont comparés à une clé fixée par des personnes. Un grand écart peut aussi venir d’un usage "
        "des seules extrémités ou du seul milieu de l’échelle."
    ),
    "about_scales": "À propos de chaque échelle",
    "own_answered": "Questions avec réponse\u00a0: {n} sur {m}.",
    "own_points": (
        "{n} points sur {m} pour les réponses notées ({marked}). Lorsque deux personnes ont noté une réponse, "
        "la moyenne est retenue."
    ),
    "own_to_mark": "Réponses pas encore entièrement notées quand ce rapport a été établi\u00a0: {n}.",
    "items_left_out": (
        "Les questions des tests, les réponses à chacune et les clés de correction ne figurent pas dans ce fichier, "
        "car il peut être transmis. Les membres les trouvent dans Goodword, sur la page de la candidature."
    ),
    "method_own": (
        "Les réponses aux questions propres à l’organisation sont lues par des personnes, qui les notent selon des "
        "critères."
    ),
    # Reference check
    "references": "Références",
    "completed": "Terminée",
    "questionnaire": "Questionnaire",
    "questionnaire_version": "{title}, version {version}",
    "received": "{n} sur {m} reçues",
    "received.one": "{n} référence reçue, sur {m} demandées.",
    "received.other": "{n} références reçues, sur {m} demandées.",
    "factual.one": "L’une d’elles ne confirme que les dates et l’intitulé du poste.",
    "factual.other": "{n} d’entre elles ne confirment que les dates et l’intitulé du poste.",
    "self_apart": "L’auto-évaluation sur les mêmes questions est présentée à part, en points creux.",
    "referee": "Référent",
    "referee_n": "Référent {n}",
    "relationship": "Relation",
    "company": "Entreprise",
    "worked_together": "Travail en commun",
    "answered_on": "Réponse",
    "factual_mark": "Dates et intitulé du poste seulement",
    "self_mark": "Auto-évaluation",
    "self": "Soi-même",
    "ratings": "Évaluations par relation",
    "ratings_read": (
        "Chaque point est la réponse d’une personne. Le petit trait marque la moyenne quand une relation"
        " compte plusieurs réponses."
    ),
    "identifiable_note": (
        "Une relation avec un seul référent est marquée comme identifiable\u00a0: qui connaît les référents sait de "
        "qui vient la réponse. Merci de la traiter avec précaution."
    ),
    "identifiable": "identifiable",
    "group.one": "{n} réponse",
    "group.other": "{n} réponses",
    "skipped.one": "{n} ne pouvait pas en juger",
    "skipped.other": "{n} ne pouvaient pas en juger",
    "answers": "Réponses",
    "rating_alt": "{relationship}, échelle de {low} à {high}. Réponses\u00a0: {answers}.",
    "option": "Réponse",
    "how_many": "Nombre",
    "who": "Par relation",
    "who_n": "{relationship} {n}",
    "choice_alt.one": "{n} réponse",
    "choice_alt.other": "{n} réponses",
    "not_chosen": "Non choisis\u00a0: {options}.",
    "unanswered": "Aucune réponse.",
    "comments": "Commentaires complets",
    "comments_read": "Les commentaires sont reproduits mot pour mot.",
    "verification": "Dates et intitulé du poste",
    "verification_read": "Les indications de la personne et les réponses des référents.",
    "what": "Élément",
    "stated": "Indiqué par la personne",
    "confirmed": "Réponse du référent",
    "questions": "Questions posées",
    "type_rating": "Note de {low} à {high}",
    "type_statement": "Une position entre deux affirmations, de {low} à {high}",
    "type_choice": "Une réponse",
    "type_multiple": "Autant de réponses que voulu",
    "type_long_text": "Texte libre",
    "sent.one": "{n} référent a été sollicité.",
    "sent.other": "{n} référents ont été sollicités.",
    "declined.one": "L’un d’eux a décliné.",
    "declined.other": "{n} d’entre eux ont décliné.",
    "late.one": "Une référence est arrivée après la clôture.",
    "late.other": "{n} références sont arrivées après la clôture.",
    "gone.one": "Une référence a été supprimée.",
    "gone.other": "{n} références ont été supprimées.",
    "late_mark": "Arrivée après la clôture",
    "language_mark": "Répondu en {language}",
    "erased_mark": "Supprimé",
    "own_text": "Question de l’auto-évaluation\u00a0: {text}",
    "not_asked.one": "Cette question n’a pas été posée à un référent.",
    "not_asked.other": "Cette question n’a pas été posée à {n} référents.",
    "short_answers": "Réponses courtes",
    "is_confirmed": "Confirmé",
    "is_unsure": "Sans certitude",
    "contradictions": "Indications divergentes des référents",
    "contradictions_read": (
        "La personne a indiqué la même chose pour ces référents, mais leurs réponses diffèrent. Les postes changent "
        "et les souvenirs aussi\u00a0: posez la question avant de conclure."
    ),
    "says_who": "{text}\u00a0: {who}",
    "left_out.one": "Un référent a été supprimé et ne figure pas dans cette version.",
    "left_out.other": "{n} référents ont été supprimés et ne figurent pas dans cette version.",
    "type_agreement": "Accord de {low} à {high}",
    "type_pick.one": "Un mot à choisir",
    "type_pick.other": "{n} mots à choisir",
    "type_line": "Une réponse courte",
    "level": "Niveau",
    "meaning": "Sens",
    "example": "Exemple",
    "method_referees": (
        "La personne a indiqué les référents et leurs coordonnées. Goodword a envoyé à chacun un lien personnel par "
        "e-mail, sans pouvoir prouver qui a répondu."
    ),
    "method_answers": (
        "Tous les référents ont vu les mêmes questions, sauf indication contraire dans ce rapport, parfois dans une "
        "autre langue. Ils ne pouvaient plus modifier leurs réponses après l’envoi. Notes et commentaires sont "
        "reproduits tels quels\u00a0; rien n’a été omis, pondéré ni reformulé."
    ),
    "method_few": (
        "L’avis de quelques personnes n’est pas une mesure. Il dépend du travail, du moment et de la "
        "relation\u00a0; un écart d’un niveau signifie peu. Rien n’est comparé à d’autres candidatures."
    ),
    "left_open": "Sans réponse de : {who}.",
    "who_answered": "Réponses par personne",
    "levels_mean": "Signification des niveaux",
    "cannot_say": "Ne peut pas juger",
}
