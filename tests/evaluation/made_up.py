"""Made-up answers for tests: plain dictionaries, and the wide file they make."""

import csv
import random

from evaluation import instrument

MAIN = instrument.load("main-1")
ITEMS = [question.id for question in MAIN.questions if question.kind == "pair"]


def make_answers(count, seed=1):
    """`count` people who answer most questions: a list of variable id -> code, multi-selects in stored form."""
    chance = random.Random(seed)
    return [_person(chance) for _ in range(count)]


def _person(chance):
    answers = {}
    for question in MAIN.questions:
        if question.kind in ("text", "code"):
            continue
        names = [variable.id for variable in question.variables]
        if chance.random() < 0.08:
            answers |= dict.fromkeys(names, instrument.LEFT_BLANK)
        elif question.kind == "pair":
            before = chance.randint(1, 7)
            answers |= {names[0]: before, names[1]: min(7, max(1, before + chance.randint(-1, 3)))}
            if chance.random() < 0.05:
                answers[chance.choice(names)] = instrument.LEFT_BLANK
        elif question.kind == "multi":
            ticked = chance.sample(names, chance.choice((1, 1, 2)))
            answers |= {name: int(name in ticked) for name in names}
        else:
            answers[names[0]] = chance.choice(question.options).code
    return answers


def write_wide(path, people, columns=None, **extra):
    """A wide file as evaluators keep it: blanks for what was left blank. extra: columns with one value for all."""
    columns = columns or [variable.id for variable in MAIN.response_variables]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*extra, *columns])
        for person in people:
            codes = ("" if person[name] == instrument.LEFT_BLANK else person[name] for name in columns)
            writer.writerow([*extra.values(), *codes])
    return path
