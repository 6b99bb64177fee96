"""Activities: what a mentor does on a page. One class and one template a kind.

A kind is a frozen dataclass whose fields are the keys an author writes (docs/author.md). It gives a form to fill in
(`form`), says whether an answer counts as an answer (`is_answered`), what the page says back (`feedback`), and how the
answer reads in print (`summary`). Answers are stored as plain JSON objects: the form's cleaned data.
"""

from training.activities.cards import Matrix, Rank, Sort
from training.activities.cases import Case
from training.activities.common import Value
from training.activities.dialogue import Dialogue
from training.activities.questions import Choice, Option, Poll, PollOption, Scale
from training.activities.writing import Checklist, IfThen, Reflect, Table

__all__ = [
    "KINDS",
    "Activity",
    "Case",
    "Checklist",
    "Choice",
    "Dialogue",
    "IfThen",
    "Matrix",
    "Option",
    "Poll",
    "PollOption",
    "Rank",
    "Reflect",
    "Scale",
    "Sort",
    "Table",
    "Value",
]

Activity = (
    Choice | Reflect | Poll | Scale | Sort | Rank | Matrix | Dialogue | Case | Checklist | Table | IfThen
)
KINDS: dict[str, type[Activity]] = {
    cls.kind: cls
    for cls in (Choice, Reflect, Poll, Scale, Sort, Rank, Matrix, Dialogue, Case, Checklist, Table, IfThen)
}
