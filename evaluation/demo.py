"""Made-up answers, so that a new installation has something to show. They are an import, marked as made up."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator

from django.db import transaction

from evaluation import instrument
from evaluation.instrument import LEFT_BLANK, NOT_SHOWN, Instrument, Question
from evaluation.models import ImportedResponse, ImportedText, ResponseImport, stored_variables

LABEL = "Made-up demo data"
QUARTERS = ("2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3")

# Means and SDs near Table 2 of the paper: before, SD before, mean gain, SD of the gain
GAINS = {
    "skill_01": (4.63, 1.27, 1.07, 0.99),
    "skill_02": (4.16, 1.37, 1.49, 1.24),
    "skill_03": (4.59, 1.32, 1.08, 1.04),
    "skill_04": (4.46, 1.34, 1.04, 1.02),
    "skill_05": (4.23, 1.37, 1.33, 1.13),
    "skill_06": (4.15, 1.42, 1.33, 1.17),
    "skill_07": (4.12, 1.32, 1.28, 1.08),
    "skill_08": (4.18, 1.34, 1.22, 1.09),
    "skill_09": (4.07, 1.45, 1.11, 1.09),
    "skill_10": (4.15, 1.40, 1.20, 1.11),
    "skill_11": (3.98, 1.38, 1.32, 1.20),
    "quality": (4.60, 1.15, 0.87, 0.90),
    "confidence": (4.63, 1.19, 0.87, 0.88),
    "expectations": (4.64, 1.09, 0.68, 0.91),
}
# Weights of the options, in their order; those of multi-selects are near the percentages of Table 1
WEIGHTS = {
    "time_spent": (6, 22, 33, 22, 8, 4, 5),
    "sections_completed": (2, 4, 6, 88),
    "valuable_use_of_time": (2, 4, 17, 54, 23),
    "recommend": (3, 6, 22, 47, 22),
    "will_change": (83, 17),
    "years": (5, 28, 21, 27, 19),
    "prior_training": (42, 58),
    "gender": (49, 47, 0.1, 1, 3),
    "race": (1, 19, 4, 0.3, 69, 3, 6),
    "hispanic": (88, 0.3, 2, 1, 3, 6),
    "title": (0.3, 2, 1, 34, 24, 37, 2, 1, 0.5, 2, 1, 2, 6, 3, 0.5),
    "focus": (9, 18, 6, 7, 7, 61, 6, 6, 20, 4),
    "mentees": (7, 44, 58, 15, 76, 23, 24, 56, 13, 9, 7, 3),
}
SEVERAL = ("focus", "mentees")  # several answers are usual: each option is ticked on its own

OPENINGS = ("I plan to", "I will", "I want to", "From now on I will", "I am going to")
CHANGES = (
    "talk about expectations with each mentee in the first month",
    "write an individual development plan with my mentees",
    "ask my mentees about their goals and come back to them twice a year",
    "bring more structure to our meetings, with an agenda the mentee writes",
    "set aside time to reflect on how I mentor",
    "be more proactive and raise problems earlier",
    "align expectations in writing and revisit them when projects change",
    "listen more before I give advice",
    "communicate more openly about how we work together",
    "offer more support when I set a hard task",
    "help my mentees find other mentors",
    "plan for the end of the relationship as carefully as for its start",
)
ENDINGS = (
    "",
    " It should have happened long ago.",
    " I will start with the newest one.",
    " We will see how it goes.",
)


def make_demo_responses(count: int = 300, seed: int = 2025, text_count: int = 150) -> ResponseImport:
    """Make up responses and texts, or give back those made up before. The same seed makes up the same answers."""
    existing = ResponseImport.objects.filter(is_demo=True).first()
    if existing:
        return existing
    chance = random.Random(seed)  # noqa: S311 - made-up data, and repeatable on purpose
    asked = instrument.load("main-1")
    variables = [variable.id for variable in stored_variables()]
    with transaction.atomic(using="evaluation"):
        source = ResponseImport.objects.create(
            label=LABEL, file_name="", sha256=f"demo-{seed}-{count}", is_demo=True
        )
        rows = (
            [_key(chance), asked.name, "graduate", chance.choice(QUARTERS), *answers, source.pk]
            for answers in _responses(chance, asked, variables, count)
        )
        ImportedResponse.objects.insert(["instrument", "edition", "quarter", *variables, "source_id"], rows)
        ImportedText.objects.bulk_create(
            ImportedText(
                id=_key(chance),
                source=source,
                instrument=asked.name,
                edition="graduate",
                quarter=chance.choice(QUARTERS),
                variable="change_text",
                text=_text(chance),
            )
            for _ in range(text_count)
        )
        source.count_rows()
    return source


def _responses(
    chance: random.Random, asked: Instrument, variables: list[str], count: int
) -> Iterator[list[int]]:
    for _ in range(count):
        answers: dict[str, int] = {}
        # One leaning a person, so that items go together as they do in life
        leaning = chance.gauss(0, 0.6)
        for question in asked.questions:
            answers |= _answer(chance, question, leaning)
        yield [answers.get(variable, NOT_SHOWN) for variable in variables]


def _answer(chance: random.Random, question: Question, leaning: float) -> dict[str, int]:
    if question.kind in ("text", "code"):
        return {}
    if chance.random() < 0.05:
        return dict.fromkeys((variable.id for variable in question.variables), LEFT_BLANK)
    if question.kind == "pair":
        mean, sd, gain, gain_sd = GAINS[question.id]
        before = mean + sd * (leaning + chance.gauss(0, 0.8))
        # Who rates themselves high has less to gain
        after = before + gain - 0.45 * (before - mean) + chance.gauss(0, gain_sd * 0.75)
        return {f"{question.id}_before": _rating(before), f"{question.id}_after": _rating(after)}
    weights = WEIGHTS[question.id]
    if question.kind == "multi":
        weighted = zip(question.options, weights, strict=True)
        several = [option for option, weight in weighted if chance.random() * 100 < weight]
        picked = several if question.id in SEVERAL and several else chance.choices(question.options, weights)
        return {option.id: int(option in picked) for option in question.options}
    return {question.id: chance.choices(question.options, weights)[0].code}


def _rating(value: float) -> int:
    return min(7, max(1, round(value)))


def _text(chance: random.Random) -> str:
    return f"{chance.choice(OPENINGS)} {chance.choice(CHANGES)}.{chance.choice(ENDINGS)}"


def _key(chance: random.Random) -> uuid.UUID:
    return uuid.UUID(int=chance.getrandbits(128), version=4)
