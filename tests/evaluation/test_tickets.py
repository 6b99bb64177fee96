import hashlib
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from opm import tickets

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.fixture
def text(ticket_keys):
    return tickets.sign(ticket_keys.signing, "main", "graduate", "1")


def test_a_ticket_says_which_survey_it_opens(ticket_keys, text):
    ticket = tickets.verify([ticket_keys.verify], text)
    assert (ticket.survey, ticket.edition, ticket.version) == ("main", "graduate", "1")
    assert ticket.instrument == "main-1"
    assert ticket.digest() == hashlib.sha256(text.encode()).hexdigest()


def test_a_ticket_holds_its_parts_in_order_and_nothing_else(ticket_keys, text):
    survey, edition, version, kid, nonce, signature = text.split(".")
    assert (survey, edition, version) == ("main", "graduate", "1")
    assert kid == hashlib.sha256(tickets._key_bytes(ticket_keys.verify)).hexdigest()[:8]
    assert (len(nonce), len(signature)) == (22, 86)


def test_no_two_tickets_are_alike(ticket_keys):
    made = {tickets.sign(ticket_keys.signing, "main", "graduate", "1").split(".")[4] for _ in range(200)}
    assert len(made) == 200


def test_white_space_from_a_printed_ticket_does_no_harm(ticket_keys, text):
    broken = f"  {text[:40]}\n   {text[40:80]}\r\n{text[80:]} "
    assert tickets.verify([ticket_keys.verify], broken).digest() == hashlib.sha256(text.encode()).hexdigest()


def test_every_altered_letter_is_noticed(ticket_keys, text):
    opened = []
    for place, letter in enumerate(text):
        other = ALPHABET[(ALPHABET.find(letter) + 1) % len(ALPHABET)]
        try:
            tickets.verify([ticket_keys.verify], text[:place] + other + text[place + 1 :])
        except tickets.TicketError:
            continue
        opened.append(place)
    assert opened == []


def test_the_last_letter_has_one_spelling(ticket_keys, text):
    """The last letter of 64 bytes in base64 has four spare bits: 16 texts would open the survey 16 times."""
    opened = []
    for letter in ALPHABET:
        try:
            tickets.verify([ticket_keys.verify], text[:-1] + letter)
        except tickets.TicketError:
            continue
        opened.append(letter)
    assert opened == [text[-1]]


def test_a_signature_cannot_be_turned_into_a_second_one(ticket_keys, text):
    """S and S + L verify alike in a careless implementation."""
    body, _, signature = text.rpartition(".")
    raw = tickets._decode(signature)
    order = 2**252 + 27742317777372353535851937790883648493
    second = int.from_bytes(raw[32:], "little") + order
    twin = f"{body}.{tickets._encode(raw[:32] + second.to_bytes(32, 'little'))}"
    with pytest.raises(tickets.TicketError):
        tickets.verify([ticket_keys.verify], twin)


@pytest.mark.parametrize(
    "parts", [("main", "undergraduate", "1"), ("main", "graduate", "2"), ("other", "graduate", "1")]
)
def test_a_ticket_cannot_be_moved_to_another_survey(ticket_keys, text, parts):
    moved = ".".join([*parts, *text.split(".")[3:]])
    with pytest.raises(tickets.TicketError, match="not as it was handed out"):
        tickets.verify([ticket_keys.verify], moved)


def test_a_ticket_of_another_key_is_refused(text):
    _, other = tickets.generate_key()
    with pytest.raises(tickets.TicketError, match="not made for this survey"):
        tickets.verify([other], text)


def test_the_key_of_last_year_still_verifies(ticket_keys, text):
    _, newer = tickets.generate_key()
    assert tickets.verify([newer, ticket_keys.verify], text).edition == "graduate"


@pytest.mark.parametrize("text", ["", "hello", "a.b.c", "ä.b.c.d.e.f", "a" * 400, "a.b.c.d.e.f.g"])
def test_what_is_no_ticket_is_refused_kindly(ticket_keys, text):
    with pytest.raises(tickets.TicketError, match="does not look like a whole ticket"):
        tickets.verify([ticket_keys.verify], text)


@pytest.mark.parametrize(
    "names", [("main", "grad.uate", "1"), ("", "graduate", "1"), ("main", "graduate", "one")]
)
def test_names_that_would_break_a_ticket_are_not_signed(ticket_keys, names):
    with pytest.raises(ValueError, match="No ticket can be signed"):
        tickets.sign(ticket_keys.signing, *names)


@pytest.mark.parametrize("key", ["", "short", "!" * 43, "A" * 44])
def test_a_faulty_key_says_what_a_key_is(key):
    with pytest.raises(ValueError, match="base64url of 32 bytes"):
        tickets.verify_key(key)


def test_a_key_may_be_padded(ticket_keys):
    assert tickets.verify_key(f"{ticket_keys.signing}=") == ticket_keys.verify


def test_the_verify_key_cannot_sign(ticket_keys, text):
    forged = tickets.sign(ticket_keys.verify, "main", "graduate", "1")
    with pytest.raises(tickets.TicketError):
        tickets.verify([ticket_keys.verify], forged)


def test_a_ticket_is_not_shown_in_messages(make_ticket):
    ticket = make_ticket()
    assert repr(ticket) == "Ticket(survey='main', edition='graduate', version='1')"


def test_the_command_makes_a_working_pair():
    out = StringIO()
    call_command("ticket_keys", stdout=out)
    names, keys = zip(*(line.split("=", 1) for line in out.getvalue().splitlines()), strict=True)
    assert names == ("TICKET_SIGNING_KEY", "TICKET_VERIFY_KEYS")
    assert tickets.verify_key(keys[0]) == keys[1]


def test_the_command_prints_the_public_half(settings, ticket_keys):
    settings.TICKET_SIGNING_KEY = ticket_keys.signing
    out = StringIO()
    call_command("ticket_keys", "--public", stdout=out)
    assert out.getvalue() == f"TICKET_VERIFY_KEYS={ticket_keys.verify}\n"


def test_the_command_says_what_is_wrong_with_the_key_in_use(settings):
    settings.TICKET_SIGNING_KEY = "nonsense"
    with pytest.raises(CommandError, match="TICKET_SIGNING_KEY: A ticket key is base64url of 32 bytes"):
        call_command("ticket_keys", "--public")
