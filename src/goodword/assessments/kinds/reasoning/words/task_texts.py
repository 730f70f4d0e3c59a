"""The text of items and of the rules behind their keys, in English, German and French."""

import itertools
from collections.abc import Mapping, Sequence

from goodword.assessments.kinds.generated import (
    Deduction,
    Figure,
    GeneratedItem,
    GeneratedOption,
    Matrix,
    Series,
    Shown,
    ShownOption,
)
from goodword.assessments.kinds.reasoning.words.de import DE
from goodword.assessments.kinds.reasoning.words.en import EN
from goodword.assessments.kinds.reasoning.words.fr import FR
from goodword.assessments.kinds.reasoning.words.phrases import (
    SeriesWords,
    TaskWords,
    capitalised,
    uncapitalised,
)
from goodword.core.text import main_language
from goodword.core.validation import Json

type Statement = tuple[str | int, ...]

_WORDS = {"en": EN, "de": DE, "fr": FR}


def show(item: GeneratedItem, language: str) -> Shown:
    """Render an item. Languages like "de-at" are shown in German, unsupported ones in English."""
    code = _code(language)
    words = _WORDS[code]
    match item.task:
        case Series(terms):
            return Shown(question=_series_question(terms, words), options=_texts(item.options), terms=terms)
        case Deduction() as task:
            return Shown(
                question=_question(task, words),
                lines=_lines(task, words),
                options=tuple(
                    ShownOption(id=option.id, text=_claim(task, option.value, words))
                    for option in item.options
                ),
            )
        case Matrix():
            # Only imported for items with pictures.
            from goodword.assessments.kinds.reasoning.matrices.drawing import show_matrix

            return show_matrix(item, code)


def rule_in_words(item: GeneratedItem, language: str) -> str:
    """Explain in a few sentences why the right option is right; languages as in `show`."""
    code = _code(language)
    match item.task:
        case Series():
            return _series_rule(item, _WORDS[code])
        case Deduction() as task:
            return _deduction_rule(item, task, _WORDS[code])
        case Matrix():
            from goodword.assessments.kinds.reasoning.matrices.drawing import matrix_rule_in_words

            return matrix_rule_in_words(item, code)


def _code(language: str) -> str:
    code = main_language(language)
    return code if code in _WORDS else "en"


def _series_question(terms: tuple[str, ...], words: TaskWords) -> str:
    if not terms[0].isalpha():
        return words.series.next_number
    return words.series.next_letter if len(terms[0]) == 1 else words.series.next_letters


def _texts(options: tuple[GeneratedOption, ...]) -> tuple[ShownOption, ...]:
    return tuple(ShownOption(id=option.id, text=str(option.value)) for option in options)


def _lines(task: Deduction, words: TaskWords) -> tuple[str, ...]:
    return (_intro(task, words), *(_sentence(task, statement, words) for statement in task.statements))


def _intro(task: Deduction, words: TaskWords) -> str:
    n = len(task.names)
    match task.topic:
        case "seating":
            return words.seating_intro.format(names=words.joined(list(task.names)), n=n)
        case "sets":
            # In alphabetical order, since the original order would reveal the chain.
            return words.sets_intro.format(
                names=words.joined([words.listed_group(name) for name in sorted(task.names)])
            )
    topic = words.topics[task.topic]
    names = words.joined([topic.introduced[name] for name in task.names])
    return topic.intro.format(n=words.counts[n], names=names)


def _question(task: Deduction, words: TaskWords) -> str:
    match task.topic:
        case "seating":
            return words.seating_question.format(n=task.question[1])
        case "sets":
            return words.sets_question
    return words.topics[task.topic].questions[task.question]


def _sentence(task: Deduction, statement: Statement, words: TaskWords) -> str:
    name, *arguments = statement
    match task.topic:
        case "seating":
            template = words.seating[str(name)]
        case "sets":
            return _groups_sentence(task, statement, words)
        case topic:
            template = words.topics[topic].statements[str(name)]
    if name == "at":
        return template.format(a=_thing(task, int(arguments[0]), words), n=arguments[1])
    things = [_thing(task, int(argument), words) for argument in arguments]
    if str(name).startswith("against_"):
        things[0] = words.topics[task.topic].compared[task.names[int(arguments[0])]]
    return capitalised(template.format(**dict(zip("abc", things, strict=False))))


def _claim(task: Deduction, value: str | Figure | Statement, words: TaskWords) -> str:
    match value:
        case ("cannot_say",):
            return words.cannot_say
        case ("none_follows",):
            return words.none_follows
        case ("is", int(number)):
            return capitalised(_thing(task, number, words))
        case tuple():
            return _groups_sentence(task, value, words)
    raise ValueError(f"{value!r} is not a claim.")


def _thing(task: Deduction, number: int, words: TaskWords) -> str:
    name = task.names[number]
    return name if task.topic == "seating" else words.topics[task.topic].things[name]


def _groups_sentence(task: Deduction, statement: Statement, words: TaskWords) -> str:
    name, a, b = statement
    one, other = (words.group(task.names[int(number)]) for number in (a, b))
    # The singular of an invented group is its plural without the s.
    return words.sets[str(name)].format(a=one, b=other, a1=one.removesuffix("s"), b1=other.removesuffix("s"))


def _series_rule(item: GeneratedItem, words: TaskWords) -> str:
    assert isinstance(item.task, Series)
    series, rule = words.series, item.rule
    right = str(next(option.value for option in item.options if option.id == item.key))
    if right.isalpha():
        explanation = _letters(rule, series)
    else:
        explanation = _numbers(rule, [int(term) for term in (*item.task.terms, right)], words)
    return f"{explanation} {series.so.format(answer=right)}"


def _numbers(rule: Mapping[str, Json], terms: Sequence[int], words: TaskWords) -> str:
    series, kind = words.series, str(rule["kind"])
    template = series.numbers[kind]
    steps = [after - before for before, after in itertools.pairwise(terms)]
    listed = words.joined([str(step) for step in steps])
    match kind:
        case "constant_difference":
            return template.format(first=series.change(_whole(rule["step"])))
        case "growing_difference":
            return template.format(d=listed, growth=rule["growth"])
        case "growing_fall":
            falls = words.joined([str(-step) for step in steps])
            return template.format(d=falls, growth=rule["growth"])
        case "doubling_difference":
            return template.format(d=listed)
        case "factor":
            return template.format(times=rule["times"])
        case "two_in_turn":
            return template.format(
                first=_operation(rule["first"], series), second=_operation(rule["second"], series)
            )
        case "two_series":
            return template.format(
                first=series.change(_whole(rule["first"])), second=series.change(_whole(rule["second"]))
            )
        case "sum_and_number":
            more = _whole(rule["more"])
            return template.format(first=series.more_or_less[more < 0].format(n=abs(more)))
        case "growing_growth":
            growths = [str(after - before) for before, after in itertools.pairwise(steps)]
            return template.format(d=listed, g=words.joined(growths), more=rule["more"])
    raise ValueError(f"There is no rule “{kind}”.")


def _letters(rule: Mapping[str, Json], series: SeriesWords) -> str:
    kind = str(rule["kind"])
    template = series.letters[kind]
    match kind:
        case "one_step":
            return template.format(first=series.move(_whole(rule["step"]), True))
        case "two_steps" | "two_series":
            several = kind == "two_series"
            return template.format(
                first=series.move(_whole(rule["first"]), several),
                second=series.move(_whole(rule["second"]), several),
            )
        case "growing_step":
            growing = _whole(rule["growing"])
            return template.format(
                growing=series.ordinals[growing],
                even=series.ordinals[1 - growing],
                first=series.move(_whole(rule["start"]), False),
                second=series.move(_whole(rule["other"]), False),
            )
    raise ValueError(f"There is no rule “{kind}”.")


def _operation(operation: Json, series: SeriesWords) -> str:
    assert isinstance(operation, list | tuple)
    return series.operation[str(operation[0])].format(n=operation[1])


def _deduction_rule(item: GeneratedItem, task: Deduction, words: TaskWords) -> str:
    return _groups_rule(item, task, words) if task.topic == "sets" else _orders_rule(item, task, words)


def _orders_rule(item: GeneratedItem, task: Deduction, words: TaskWords) -> str:
    orders, place = item.rule["orders"], _whole(item.rule["place"]) - 1
    assert isinstance(orders, list | tuple)
    each = [[_whole(thing) for thing in order] for order in orders if isinstance(order, list | tuple)]
    order = words.seating_order if task.topic == "seating" else words.topics[task.topic].order
    if len(each) == 1:
        return words.one_order.format(order=order, one=_order(each[0], task, words))
    first = each[0]
    differing = [other_order for other_order in each if other_order[place] != first[place]]
    template = words.orders_differ if differing else words.orders_agree
    other = differing[0] if differing else each[-1]
    return template.format(order=order, one=_order(first, task, words), other=_order(other, task, words))


def _order(order: Sequence[int], task: Deduction, words: TaskWords) -> str:
    names = [task.names[thing] for thing in order]
    if task.topic != "seating":
        names = [words.topics[task.topic].listed[name] for name in names]
    return ", ".join(names)


def _groups_rule(item: GeneratedItem, task: Deduction, words: TaskWords) -> str:
    ends = item.rule["ends"]
    if item.rule["follows"] is None:
        assert isinstance(ends, list | tuple)
        one, other = (words.group(task.names[_whole(end)]) for end in ends)
        return words.sets_open.format(one=one, other=other)
    right = next(option.value for option in item.options if option.id == item.key)
    assert isinstance(ends, list | tuple)
    last = max(map(_whole, ends))
    # Explain along the chain, from the first group of the conclusion.
    chain = sorted(
        [statement for statement in task.statements if max(int(number) for number in statement[1:]) <= last],
        key=lambda statement: sum(int(number) for number in statement[1:]),
        reverse=isinstance(right, tuple) and int(right[1]) > 0,
    )
    return words.sets_follow.format(
        statements=words.semicolon.join(
            uncapitalised(_sentence(task, statement, words).rstrip(".")) for statement in chain
        ),
        claim=uncapitalised(_claim(task, right, words).rstrip(".")),
    )


def _whole(value: Json) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is not a whole number.")
    return value
