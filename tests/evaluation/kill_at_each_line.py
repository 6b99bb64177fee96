"""Kill a process at every line of ballot_box.py that an operation runs, each time in a fresh copy of a directory.

    python -m tests.evaluation.kill_at_each_line DIRECTORY STATEMENT

STATEMENT uses `box`, a BallotBox, and whatever tests.evaluation.kill_cases gives. Leaves the directories as
DIRECTORY-LINE and prints the lines. A process of its own, because forking is for processes with one thread.
"""

import os
import shutil
import signal
import sys
from functools import partial

from evaluation import ballot_box
from tests.evaluation import kill_cases


def run(directory, statement, on_line):
    def trace(frame, event, argument):
        if frame.f_code.co_filename != ballot_box.__file__:
            return None
        if event == "line":
            on_line(frame.f_lineno)
        return trace

    box = ballot_box.BallotBox(directory)
    sys.settrace(trace)
    exec(statement, {**vars(kill_cases), "box": box})
    sys.settrace(None)


def die_at(target, line):
    if line == target:
        os.kill(os.getpid(), signal.SIGKILL)


def main(directory, statement):
    lines = {}
    rehearsal = f"{directory}-rehearsal"
    shutil.copytree(directory, rehearsal)
    run(rehearsal, statement, lambda line: lines.setdefault(line))
    for target in lines:
        copy = f"{directory}-{target}"
        shutil.copytree(directory, copy)
        child = os.fork()
        if child == 0:
            run(copy, statement, partial(die_at, target))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), f"line {target} was not reached again"
        sys.stdout.write(f"{target}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
