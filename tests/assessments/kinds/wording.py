"""Checks of built-in content: forbidden words and readability."""

import re

#: whole words that don't belong in a question about work; a * stands for any ending
FORBIDDEN = {
    "en": "health* ill illness* sick* disease* disab* doctor* medic* therap* sleep* insomni* tired* exhaust* fatigue* "
    "depress* anxi* panic* stress* burnout mood* sad blue pain* nervous* cry cried god gods pray* church* mosque* "
    "faith* relig* belief* famil* child* kid kids wife husband spouse married marriage mother* father* parent* "
    "pregnan* politic* vote* voter* party parties government* union* election*",
    "de": "gesund* krank* behinder* arzt* ärzt* therap* schlaf* müd* erschöpf* depress* angst* ängst* panik* stress* "
    "burnout stimmung* laune* traurig* schmerz* nervös* weine* gott* gebet* kirch* moschee* glaubens* gläubig* relig* "
    "famil* kind kinder* ehe* verheirat* mutter* vater* eltern* schwanger* politi* partei* wahlen wahlkampf wähler* "
    "regierung* gewerkschaft*",
    "fr": "santé* malad* handicap* médec* médic* thérap* sommeil dor* fatigu* épuis* dépress* déprim* anxi* angoiss* "
    "panique* stress* burnout humeur* triste* douleur* nerveu* pleure* dieu* prie prier église* mosquée* foi relig* "
    "croyan* famil* enfant* époux* mari marié* mère* père* parent* enceinte* grossesse* politi* vote* électi* "
    "gouvernement* syndic*",
}


def words(text: str) -> list[str]:
    """The words of a text; elided ones count separately ("j'aime" is two)."""
    return re.findall(r"[\w-]+", text)


def forbidden(texts: list[str], language: str) -> list[tuple[str, str]]:
    """Each forbidden word found, with its text."""
    listed = "|".join(word.replace("*", r"\w*") for word in FORBIDDEN[language].split())
    pattern = re.compile(listed, re.IGNORECASE)
    return [(word, text) for text in texts for word in re.findall(r"\w+", text) if pattern.fullmatch(word)]


def lix(texts: list[str]) -> float:
    """Björnsson's LIX: words per sentence plus the percentage of words with more than six letters.

    Below 30: children's books; 30 to 40: fiction; 40 to 50: newspapers (Björnsson, 1968).
    """
    all_words = [word for text in texts for word in words(text)]
    sentences = sum(len(re.findall(r"[.?:;]", text)) for text in texts)
    long = sum(len(re.findall(r"[^\W\d_]", word)) > 6 for word in all_words)
    return len(all_words) / sentences + 100 * long / len(all_words)


def correlation(ones: list[float], others: list[float]) -> float:
    """Pearson's r of two lists of the same length."""
    n = len(ones)
    mean_one, mean_other = sum(ones) / n, sum(others) / n
    together = sum((one - mean_one) * (other - mean_other) for one, other in zip(ones, others, strict=True))
    spread_one = sum((one - mean_one) ** 2 for one in ones)
    spread_other = sum((other - mean_other) ** 2 for other in others)
    return float(together / (spread_one * spread_other) ** 0.5)
