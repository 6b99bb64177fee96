import shutil

import pytest

from training import content
from training.content_reader import read_all
from training.parts import SECTIONS

PAGE = """---
title: A page with a point
label: A page
lead: One sentence.
skills: [skill_01]
---
Some words, and a claim [@kram-1983].

```choice first
title: Which first?
prompt: You have an hour.
options:
  - text: Ask
    feedback: It opens the talk.
    best: true
  - text: Tell
    feedback: It closes the talk.
```

```reflect why
title: Why?
prompt: Say why.
depth: deeper
```
"""
REFERENCES = """kram-1983:
  text: Kram KE. Phases of the mentor relationship. 1983.
  doi: 10.5465/255910
"""


def course_yaml() -> str:
    sections = "".join(
        f"  - id: {section_id}\n    title: {title}\n    short: Short\n    summary: About it.\n"
        f"    pages: [page-{number}]\n"
        for number, (section_id, title) in enumerate(SECTIONS.items(), start=1)
    )
    return (
        "id: graduate\ntitle: Mentors\nshort_title: Short\nversion: '1'\nsummary: For mentors.\n"
        f"completion: All core pages.\nsections:\n{sections}"
    )


class Folder:
    """A small course on disk to break in one place: seven sections of one page, one of them with two activities."""

    def __init__(self, root):
        self.root = root
        self.write("graduate/course.yaml", course_yaml())
        self.write("graduate/references.yaml", REFERENCES)
        for number, section_id in enumerate(SECTIONS, start=1):
            page = PAGE if number == 1 else PAGE.split("\n```choice")[0]
            self.write(f"graduate/{section_id}/page-{number}.md", page)
        self.first = "graduate/what-is-mentoring/page-1.md"

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def change(self, name, old, new):
        text = (self.root / name).read_text()
        assert old in text
        self.write(name, text.replace(old, new, 1))

    def faults(self):
        """What an author reads, with paths from the content folder."""
        try:
            read_all(self.root)
        except content.ContentError as error:
            return [str(fault).removeprefix(f"{self.root}/") for fault in error.faults]
        return []

    def load(self):
        return read_all(self.root)


@pytest.fixture
def folder(tmp_path):
    yield Folder(tmp_path)
    shutil.rmtree(tmp_path)
