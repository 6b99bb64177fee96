"""The field for the institution in a browser: by keyboard, by finger on a phone, without JavaScript, and what it says."""

import pytest

from tests.e2e.axe import violations

pytestmark = pytest.mark.browser

MAKE = """
from registration.models import Institution
for city, country in [("Dublin", "Ireland"), ("Hartford", "United States")]:
    Institution.objects.get_or_create(name="Trinity Test College", city=city, country_name=country)
"""
HELD = """
from registration.models import User
user = User.objects.get(email={email!r})
institution = user.institution or type("Nothing", (), dict(name=None, city=""))
print([institution.name, institution.city, user.institution_name])
"""


@pytest.fixture
def form(site, open_page):
    """form(email, **options) -> the page with the registration form, filled in but for the institution."""
    site.manage("shell", "--verbosity=0", code=MAKE)

    def fill(email, **options):
        page = open_page(**options)
        page.goto(f"{site.training}/accounts/signup/")
        page.get_by_label("Your name").fill("Ada Okafor")
        page.get_by_label("Email address").fill(email)
        page.get_by_label("Job title").fill("Dean")
        page.get_by_label("Faculty member or administrator").check()
        page.get_by_label("My own professional development").check()
        return page

    return fill


def register(page):
    page.get_by_role("button", name="Register").click()
    page.wait_for_url("**/confirm-email/")


def held(site, email):
    return site.manage("shell", "--verbosity=0", code=HELD.format(email=email)).strip()


def test_by_keyboard(site, form):
    page = form("keyboard@example.org")
    field = page.get_by_role("combobox", name="Institution")
    field.focus()
    page.keyboard.type("trinity test")
    options = page.get_by_role("listbox", name="Institutions found").get_by_role("option")
    options.nth(2).wait_for()
    assert [" ".join(text.split()) for text in options.all_inner_texts()] == [
        "Trinity Test College Dublin, Ireland",
        "Trinity Test College Hartford, United States",
        "Not listed: keep “trinity test”",
    ]
    assert field.get_attribute("aria-expanded") == "true"
    assert page.locator(".institution [role=status]").inner_text() == "2 institutions found."
    assert violations(page) == []
    page.keyboard.press("ArrowUp")  # from the field to the last one
    page.keyboard.press("ArrowUp")
    assert field.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    assert [option.get_attribute("aria-selected") for option in options.all()] == ["false", "true", "false"]
    page.keyboard.press("Escape")
    assert (field.get_attribute("aria-expanded"), field.input_value()) == ("false", "trinity test")
    page.keyboard.press("ArrowDown")
    options.nth(2).wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert (field.input_value(), field.get_attribute("aria-activedescendant")) == (
        "Trinity Test College",
        None,
    )
    register(page)
    assert (
        held(site, "keyboard@example.org") == "['Trinity Test College', 'Hartford', 'Trinity Test College']"
    )


def test_by_finger_on_a_phone_in_the_dark(site, form):
    page = form("phone@example.org", width=320, has_touch=True, is_mobile=True, color_scheme="dark")
    page.get_by_role("combobox", name="Institution").press_sequentially("umn")
    option = page.get_by_role("option", name="University of Minnesota")
    option.wait_for()
    assert option.bounding_box()["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert violations(page) == []
    option.tap()
    register(page)
    assert (
        held(site, "phone@example.org")
        == "['University of Minnesota', 'Minneapolis', 'University of Minnesota']"
    )


def test_not_listed(site, form):
    page = form("unlisted@example.org")
    page.get_by_role("combobox", name="Institution").press_sequentially("University of Minesota")
    page.get_by_role("option", name="Not listed: keep “University of Minesota”").click()
    register(page)
    assert held(site, "unlisted@example.org") == "[None, '', 'University of Minesota']"


def test_without_javascript(site, form):
    page = form("plain@example.org", java_script_enabled=False)
    page.get_by_label("Institution", exact=True).fill("trinity test college")
    page.get_by_role("button", name="Register").click()
    page.get_by_role("link", name="Choose the institution that you mean").click()
    choices = page.get_by_role("group", name="Which of these do you mean?").get_by_role("radio")
    assert choices.count() == 3
    assert page.get_by_label("Job title").input_value() == "Dean"
    page.get_by_label("Trinity Test College · Dublin, Ireland").check()
    register(page)
    assert held(site, "plain@example.org") == "['Trinity Test College', 'Dublin', 'trinity test college']"
