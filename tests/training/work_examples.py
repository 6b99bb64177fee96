"""A small course with a conversation, a case, a checklist, a map and commitments, one a page."""

from tests.training.conftest import Folder

HEAD = """---
title: {title}
label: {label}
lead: A page to work on.
skills: [skill_01]
---
Some words before the activity.

"""
DIALOGUE = """```dialogue late-draft
title: The draft that did not come
prompt: Amir owed you a draft three weeks ago. You wrote to him twice. Now he sits down across from you.
start: opening
nodes:
  opening:
    says:
      - text: He keeps his coat on.
      - who: Amir Haddad
        text: "I know, I know. The draft. I am sorry, there was the conference, and then my daughter was ill."
    lines:
      - text: "“What is in the way?”"
        reason: An open question *without* a reproach. It lets him choose where to begin.
        to: the-reason
      - text: "“We agreed on the first of the month.”"
        reason: True, and he knows it. It puts the agreement between you before you know why it broke.
        to: excuses
      - text: "“Shall we begin again? I was short with you in my email.”"
        reason: Owning your part costs little and makes room for his.
        to: the-reason
  the-reason:
    says:
      - who: Amir Haddad
        text: "To be honest, I do not know how to write the discussion. I never wrote one."
    lines:
      - text: "“Let us outline it together, now, in twenty minutes.”"
        reason: Help of the size of the problem, at once.
        to: outline
      - text: "“There are good guides to that.”"
        reason: A pointer is help too, but it sends him back to the desk where he got stuck.
        to: guide
      - text: "“Before that: how did we get here?”"
        reason: Looking back may help, once. Here it leads you to where you began.
        to: opening
  excuses:
    says:
      - who: Amir Haddad
        text: "You will have it on Monday."
      - who: Dr. Lena Moss, his second mentor
        text: "He has told me Monday, too."
    lines:
      - text: "“Monday, then.”"
        reason: It ends the talk, and you still do not know what is in the way.
        to: monday
      - text: "“Before Monday: what is the hardest part of it?”"
        reason: You turn back to him and the work. It is not too late for the better question.
        to: the-reason
  guide:
    ending: A link and good wishes
    kind: mixed
    debrief: He leaves with something, and alone.
  outline:
    says:
      - text: Twenty minutes later there is a page of notes, in his writing.
    ending: A page of notes
    kind: good
    debrief: You asked first, and helped with what was **really** missing.
  monday:
    ending: Another date
    kind: poor
    debrief: A new date without a new reason is the old date. Go back and ask what is in the way.
```
"""
CASE = """```case whose-line
title: A line of her own
story: |
  Dana is in the third year of her fellowship. Her mentor, Professor Okafor, hears from colleagues that she has sent a
  proposal on a question of her own.

  He writes: “We should talk.”
sides:
  - who: Dana, third-year fellow
    text: I wanted to have something to show before I asked.
  - who: Professor Okafor, her mentor
    text: I would have helped. I did not know what to say when they congratulated me.
prompts:
  - text: What does each of them want, and what does each not know?
  - text: What would you say first, in your own words?
    rows: 3
perspectives:
  - who: A mentor
    text: I would begin with the congratulation, and mean it.
  - who: A mentee
    text: I would be afraid that it is taken from me.
  - who: An experienced colleague
    text: It is rarely about the proposal. It is about who speaks of whose future, and when.
prevention:
  phase: Negotiating
  tool: A written agreement
  text: Ask once a year which question is hers alone, and write it down.
discussion:
  steps:
    - minutes: 10
      text: Read the two sides aloud.
    - minutes: 15
      text: Try the first sentence in pairs.
  notes: Facilitators alone read this.
```
"""
CHECKLIST = """```checklist first-visit
title: Before the first meeting
prompt: Tick what you have done.
items:
  - text: Read their CV
    hint: Look for what is missing, too.
  - text: Reserve a room with a door
  - text: Write down one thing you hope to learn from them
```
"""
TABLE = """```table my-network
title: Who gives your mentee what?
prompt: Think of one mentee, and write names. One person may stand in several rows.
rows:
  - text: Opens doors
    hint: Names your mentee in rooms where they are not.
    gap: Ask who invited the last three speakers, and introduce your mentee to one of them.
  - text: Reads drafts
    gap: Agree with another fellow to trade drafts.
  - text: Teaches a method
    gap: Write to the core facility.
  - text: Listens on a hard day
    gap: Name a peer group, and the person who runs it.
```
"""
IF_THEN = """```if_then my-first-step
title: Tie it to a moment
prompt: What will you do, and when will you be reminded?
places: 2
situation_hint: a draft reaches me on a Friday
action_hint: answer the same day with the date my comments come
```
"""
REFLECT = """```reflect beside-it
title: And you?
prompt: Say why.
depth: deeper
```
"""
PAGES = {
    "strategies/page-4.md": ("Say it, and see what happens", "The late draft", DIALOGUE + "\n" + REFLECT),
    "case-studies/page-6.md": ("A line of her own", "Her own line", CASE),
    "what-is-mentoring/page-1.md": ("Many people, many kinds of help", "My map", TABLE),
    "structured-process/page-3.md": ("Come prepared", "Before we meet", CHECKLIST),
    "toolkit/page-7.md": ("One step, one moment", "My step", IF_THEN),
}


def write_examples(root):
    """A folder of content with one of these activities a page."""
    folder = Folder(root)
    for name, (title, label, text) in PAGES.items():
        folder.write(f"graduate/{name}", HEAD.format(title=title, label=label) + text)
    return folder
