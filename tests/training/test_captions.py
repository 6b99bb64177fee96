"""Captions: read, written, and estimated where a recording has none; a text as sentences."""

import pytest

from tests.training.test_media import VTT
from training.captions import Captions, Cue, read_captions, write_captions
from training.speech import estimated, sentences, stretch


def test_captions_are_read_and_written():
    captions = read_captions(VTT)
    assert captions.cues == (
        Cue(0.25, 4.0, "Lucía", "How was your first week?"),
        Cue(4.5, 5.0, "Amar", "Long, & I am not sure what you expect."),
        Cue(5.0, 9.5, "Amar", "Are you?"),
    )
    assert captions.faults == ()
    assert read_captions("\ufeffWEBVTT\n\n01:00:00.000 --> 01:00:01.250\nHi.\n").cues[0].end == 3601.25
    written = write_captions(captions.cues, "said by nobody")
    assert written.startswith("WEBVTT\n\nNOTE said by nobody\n\n00:00.250 --> 00:04.000\n<v Lucía>How")
    assert read_captions(written) == captions


BROKEN = [
    ("", [(1, "a captions file starts with the line WEBVTT")]),
    ("WEBVTT\n", [(1, "there are no cues in this file")]),
    ("WEBVTT\n\n00:01 --> 00:02\nHi.\n", [(3, "expected a time such as 00:01.000 --> 00:04.500")]),
    ("WEBVTT\n\n00:02.000 --> 00:01.000\nHi.\n", [(3, "this cue ends before it starts")]),
    ("WEBVTT\n\n00:01.000 --> 00:02.000\n<b></b>\n", [(3, "this cue says nothing")]),
    (
        "WEBVTT\n\na\n00:05.000 --> 00:06.000\nHi.\n\n00:04.000 --> 00:05.000\nHo.\n",
        [(7, "this cue starts before the one above it")],
    ),
]


@pytest.mark.parametrize(("text", "faults"), BROKEN)
def test_faulty_captions_are_reported_with_their_line(text, faults):
    assert list(read_captions(text).faults) == faults


SENTENCES = [
    ("One. Two? “Three!” Four", ["One.", "Two?", "“Three!”", "Four"]),
    (
        "See Dr. Cho at 3.5 volts, J. Smith said. 12 came…",
        ["See Dr. Cho at 3.5 volts, J. Smith said.", "12 came…"],
    ),
    ("It is *so*. *Is* it? yes", ["It is *so*.", "*Is* it? yes"]),
]


@pytest.mark.parametrize(("text", "found"), SENTENCES)
def test_a_paragraph_is_sentences(text, found):
    assert sentences(text) == found


def test_times_are_estimated_by_letters_and_stretched_to_another_reading():
    captions = estimated([("A", "abc"), ("B", "abcdef")], 9)
    assert captions.cues == (Cue(0, 3, "A", "abc"), Cue(3, 9, "B", "abcdef"))
    assert [stretch(captions, seconds) for seconds in (9.1, 10.5, 18, 4.5)] == [1, 1, 2, 0.5]
    assert stretch(Captions(), 5) == 1
