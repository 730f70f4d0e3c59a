"""Words the statements of a deduction, its question and its claims."""

from goodword.assessments.library.reasoning.item import Deduction, Figure
from goodword.assessments.library.reasoning.words.phrases import Words, capitalised

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
            return _of_groups(task, statement, words)
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
            return _of_groups(task, value, words)
    raise ValueError(f"{value!r} is not a claim.")


def thing(task: Deduction, number: int, words: Words) -> str:
    """A person or thing as it stands within a sentence."""
    name = task.names[number]
    return name if task.topic == "seating" else words.topics[task.topic].things[name]


def _of_groups(task: Deduction, statement: Statement, words: Words) -> str:
    name, a, b = statement
    one, other = (words.group(task.names[int(number)]) for number in (a, b))
    # One member of an invented group is its plural without the s.
    return words.sets[str(name)].format(a=one, b=other, a1=one.removesuffix("s"), b1=other.removesuffix("s"))
