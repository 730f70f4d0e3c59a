"""Words the rule behind an item: why the right option is right."""

import itertools
from collections.abc import Mapping, Sequence

from goodword.assessments.kinds.reasoning.item import Deduction, Figure, GeneratedItem, Series
from goodword.assessments.kinds.reasoning.words.phrases import SeriesWords, Words, capitalised, uncapitalised
from goodword.core.json_reading import Json

type Statement = tuple[str | int, ...]


def lines(task: Deduction, words: Words) -> tuple[str, ...]:
    """What there is, then each statement in a sentence."""
    return (_intro(task, words), *(sentence(task, statement, words) for statement in task.statements))


def _intro(task: Deduction, words: Words) -> str:
    n = len(task.names)
    match task.topic:
        case "seating":
            return words.seating_intro.format(names=words.joined(list(task.names)), n=n)
        case "sets":
            # In the order of the alphabet: their own is the chain that has to be found.
            return words.sets_intro.format(
                names=words.joined([words.listed_group(name) for name in sorted(task.names)])
            )
    topic = words.topics[task.topic]
    names = words.joined([topic.introduced[name] for name in task.names])
    return topic.intro.format(n=words.counts[n], names=names)


def question(task: Deduction, words: Words) -> str:
    """What is asked."""
    match task.topic:
        case "seating":
            return words.seating_question.format(n=task.question[1])
        case "sets":
            return words.sets_question
    return words.topics[task.topic].questions[task.question]


def sentence(task: Deduction, statement: Statement, words: Words) -> str:
    """A statement as a sentence."""
    name, *arguments = statement
    match task.topic:
        case "seating":
            template = words.seating[str(name)]
        case "sets":
            return _about_groups(task, statement, words)
        case topic:
            template = words.topics[topic].statements[str(name)]
    if name == "at":
        return template.format(a=thing(task, int(arguments[0]), words), n=arguments[1])
    things = [thing(task, int(argument), words) for argument in arguments]
    return capitalised(template.format(**dict(zip("abc", things, strict=False))))


def claim(task: Deduction, value: str | Figure | Statement, words: Words) -> str:
    """An option as a text."""
    match value:
        case ("cannot_say",):
            return words.cannot_say
        case ("none_follows",):
            return words.none_follows
        case ("is", int(number)):
            return capitalised(thing(task, number, words))
        case tuple():
            return _about_groups(task, value, words)
    raise ValueError(f"{value!r} is not a claim.")


def thing(task: Deduction, number: int, words: Words) -> str:
    """A person or thing as it stands within a sentence."""
    name = task.names[number]
    return name if task.topic == "seating" else words.topics[task.topic].things[name]


def _about_groups(task: Deduction, statement: Statement, words: Words) -> str:
    name, a, b = statement
    one, other = (words.group(task.names[int(number)]) for number in (a, b))
    # One member of an invented group is its plural without the s.
    return words.sets[str(name)].format(a=one, b=other, a1=one.removesuffix("s"), b1=other.removesuffix("s"))


def of_series(item: GeneratedItem, words: Words) -> str:
    """The rule of a number or letter series, and what comes next."""
    assert isinstance(item.task, Series)
    series, rule = words.series, item.rule
    right = str(next(option.value for option in item.options if option.id == item.key))
    if right.isalpha():
        told = _letters(rule, series)
    else:
        told = _numbers(rule, [int(term) for term in (*item.task.terms, right)], words)
    return f"{told} {series.so.format(answer=right)}"


def _numbers(rule: Mapping[str, Json], terms: Sequence[int], words: Words) -> str:
    series, kind = words.series, str(rule["kind"])
    template = series.numbers[kind]
    steps = [after - before for before, after in itertools.pairwise(terms)]
    listed = words.joined([str(step) for step in steps])
    match kind:
        case "constant_difference":
            return template.format(first=series.change(_whole(rule["step"])))
        case "growing_difference":
            return template.format(d=listed, growth=rule["growth"])
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


def of_deduction(item: GeneratedItem, task: Deduction, words: Words) -> str:
    """The orders that fit, or how groups are linked."""
    return _of_groups(item, task, words) if task.topic == "sets" else _of_orders(item, task, words)


def _of_orders(item: GeneratedItem, task: Deduction, words: Words) -> str:
    orders, place = item.rule["orders"], _whole(item.rule["place"]) - 1
    assert isinstance(orders, list | tuple)
    each = [[_whole(thing) for thing in order] for order in orders if isinstance(order, list | tuple)]
    order = words.seating_order if task.topic == "seating" else words.topics[task.topic].order
    if len(each) == 1:
        return words.one_order.format(order=order, one=_order(each[0], task, words))
    first = each[0]
    differing = [one for one in each if one[place] != first[place]]
    template = words.orders_differ if differing else words.orders_agree
    other = differing[0] if differing else each[-1]
    return template.format(order=order, one=_order(first, task, words), other=_order(other, task, words))


def _order(order: Sequence[int], task: Deduction, words: Words) -> str:
    names = [task.names[thing] for thing in order]
    if task.topic != "seating":
        names = [words.topics[task.topic].listed[name] for name in names]
    return ", ".join(names)


def _of_groups(item: GeneratedItem, task: Deduction, words: Words) -> str:
    ends = item.rule["ends"]
    if item.rule["follows"] is None:
        assert isinstance(ends, list | tuple)
        one, other = (words.group(task.names[_whole(end)]) for end in ends)
        return words.sets_open.format(one=one, other=other)
    right = next(option.value for option in item.options if option.id == item.key)
    # Told along the chain, from the group that the conclusion begins with.
    chain = sorted(
        task.statements,
        key=lambda statement: sum(int(number) for number in statement[1:]),
        reverse=isinstance(right, tuple) and int(right[1]) > 0,
    )
    return words.sets_follow.format(
        statements=words.semicolon.join(
            uncapitalised(sentence(task, one, words).rstrip(".")) for one in chain
        ),
        claim=uncapitalised(claim(task, right, words).rstrip(".")),
    )


def _whole(value: Json) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is not a whole number.")
    return value
