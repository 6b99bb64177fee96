import pytest
from django.core.mail import EmailMultiAlternatives

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mailbox(settings, tmp_path):
    settings.DEBUG = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return tmp_path / "mail"


def send(
    subject="Hello", text="Your code:\n\nABCD-EFGH", html="<p>Hi</p><script>alert(1)</script>", attach=True
):
    message = EmailMultiAlternatives(subject, text, "from@example.org", ["to@example.org"])
    message.attach_alternative(html, "text/html")
    if attach:
        message.attach('pl"an\u00e9.pdf', b"%PDF-1.7", "application/pdf")
    message.send()


def link(client) -> str:
    return client.get("/dev/mail/").content.decode().split('href="/dev/mail/2')[1].split('"')[0]


def test_it_lists_mail_newest_first(client):
    send("First")
    send("Second")
    page = client.get("/dev/mail/").content.decode()
    assert 0 < page.index("Second") < page.index("First")
    assert page.count("to@example.org") == 2


def test_it_says_when_there_is_none(client):
    assert "No mail yet." in client.get("/dev/mail/").content.decode()


def test_it_shows_headers_text_and_the_html_locked_in(client):
    send()
    page = client.get(f"/dev/mail/2{link(client)}").content.decode()
    assert "<p>ABCD-EFGH</p>" in page
    assert '<th scope="row">From</th>' in page
    assert 'srcdoc="&lt;p&gt;Hi&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;' in page
    assert "<iframe sandbox title=" in " ".join(page.split())
    assert "<script>alert" not in page


def test_attachments_can_be_downloaded(client):
    send()
    assert "pl&quot;an\u00e9.pdf</a>" in client.get(f"/dev/mail/2{link(client)}").content.decode()
    response = client.get(f"/dev/mail/2{link(client)}0/")
    assert response.content == b"%PDF-1.7"
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == 'attachment; filename="pl_an\u00e9.pdf"'
    assert client.get(f"/dev/mail/2{link(client)}1/").status_code == 404


def test_two_mails_in_one_file_are_two(client, mailbox):
    send("First")
    send("Second")
    both = sorted(mailbox.iterdir(), key=lambda file: file.stat().st_mtime_ns)
    (mailbox / "20260101-000000-1.log").write_bytes(b"".join(file.read_bytes() for file in both))
    for file in both:
        file.unlink()
    assert "Second" in client.get("/dev/mail/20260101-000000-1.1/").content.decode()
    assert client.get("/dev/mail/20260101-000000-1.2/").status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "..%2F..%2Fetc%2Fpasswd",
        "passwd",
        "20260101-000000-1.log",
        "20260101-000000-1.0%0A",
        "20260101-000000-1.-1",
        "\u0662\u0660260101-000000-1.0",
    ],
)
def test_only_names_of_mails_lead_anywhere(client, mailbox, name):
    send()
    (mailbox / "passwd").write_text("secret")
    assert client.get(f"/dev/mail/{name}/").status_code == 404
    assert client.get(f"/dev/mail/{name}/0/").status_code == 404


@pytest.mark.parametrize("path", ["", "20260101-000000-1.0/", "20260101-000000-1.0/0/"])
def test_it_does_not_exist_in_production(client, mailbox, settings, path):
    send()
    next(mailbox.iterdir()).rename(mailbox / "20260101-000000-1.log")
    assert client.get(f"/dev/mail/{path}").status_code == 200
    settings.DEBUG = False
    assert client.get(f"/dev/mail/{path}").status_code == 404
