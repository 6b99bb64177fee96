"""Sound files that are heard as nothing."""

import io
import struct
import wave

MP3_FRAME = bytes.fromhex("fffb10c4") + bytes(100)  # MPEG 1 Layer III, 32 kbit/s, 44.1 kHz: 1152 samples
OPUS_RATE = 48_000


def silence(seconds, ending):
    return {".opus": opus, ".mp3": mp3, ".wav": wav}[ending](seconds)


def mp3(seconds):
    return MP3_FRAME * round(seconds * 44_100 / 1152)


def opus(seconds):
    """Head, tags, and one page at the end, which tells how many samples came before it (RFC 7845)."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, OPUS_RATE, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 0) + struct.pack("<I", 0)
    return _page(2, 0, 0, head) + _page(0, 0, 1, tags) + _page(4, seconds * OPUS_RATE, 2, bytes(8))


def _page(kind, samples, number, packet):
    return b"OggS" + struct.pack("<BBqIIIBB", 0, kind, samples, 1, number, 0, 1, len(packet)) + packet


def wav(seconds):
    """What every browser plays."""
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(b"\x80" * 8000 * seconds)
    return sound.getvalue()
