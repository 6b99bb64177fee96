"""A page is drawn once for everybody: what is one's own must be in holes, and in nobody else's page."""

import pytest
from django.template import engines
from django.urls import reverse
from django.utils import timezone

from registration.models import User
from training import content, fragments, frames
from training.holes import Frame, Holes
from training.models import Answer, PageNote, PageVisit
from training.work import Work

COURSE = content.load_all()["graduate"]
PAGE = next(page for page in COURSE.pages if any(item.kind == "reflect" for item in page.activities))
REFLECT = next(item for item in PAGE.activities if item.kind == "reflect")
ADDRESS = reverse("page", args=[COURSE.id, PAGE.section_id, PAGE.id])


@pytest.mark.django_db
def test_nothing_of_one_reader_is_on_the_page_of_the_next(client, learner):
    PageVisit.objects.create(user=learner, edition=PAGE.owner, page_id=PAGE.id, paragraph="p-3")
    PageNote.objects.create(user=learner, edition=PAGE.owner, page_id=PAGE.id, text="note of mine")
    Answer.objects.create(
        user=learner, edition=PAGE.owner, page_id=PAGE.id, activity_id=REFLECT.id,
        value={"text": "words of mine"}, answered_at=timezone.now(),
    )  # fmt: skip
    other = User.objects.create_user("other@example.org", "a long enough password", name="Somebody Else")
    own = ["note of mine", "words of mine", learner.browser_key, 'data-paragraph="p-3"']
    for reader, there in ((learner, own), (other, [other.browser_key, 'data-paragraph=""'])):
        client.force_login(reader)
        html = client.get(ADDRESS, {"from": reader.pk}).content.decode()
        token = client.cookies["csrftoken"].value
        assert [text for text in [*own, other.browser_key, 'data-paragraph=""'] if text in html] == there
        assert f'name="next" value="{ADDRESS}?from={reader.pk}"' in html
        assert "\x02" not in html
        assert html.count('name="csrfmiddlewaretoken"') == 2
        assert token not in html  # masked anew


@pytest.mark.django_db
def test_each_theme_has_its_own_frame(client, learner):
    client.force_login(learner)
    for theme, count in (("dark", 1), ("light", 0), ("dark", 1)):
        User.objects.filter(pk=learner.pk).update(theme=theme)
        assert client.get(ADDRESS).content.decode().count('data-theme="dark"') == count


@pytest.mark.django_db
def test_a_message_is_shown_once(client, learner):
    client.force_login(learner)
    client.post(reverse("plan", args=[COURSE.id]), {"goal_1": "A goal"})
    pages = [client.get(ADDRESS).content.decode() for _ in range(2)]
    assert ["Your plan is saved." in html for html in pages] == [True, False]


def test_a_frame_may_not_ask_who_reads():
    template = engines["django"].from_string("{{ user.theme }} {{ user.email }}")
    with pytest.raises(LookupError, match=r"user\.email is not the same for everybody"):
        template.render({"user": frames.Anybody("dark")})


def test_a_hole_that_is_not_filled_is_noticed():
    frame = Frame.of(f"<p>{Holes().note}</p>")
    assert frame.fill({"note": "A “note”"}) == "<p>A “note”</p>"
    assert frame.fill_encoded({"note": "A “note”"}).decode() == "<p>A “note”</p>"
    for fill in (frame.fill, frame.fill_encoded):
        with pytest.raises(KeyError):
            fill({})


@pytest.mark.parametrize("text", ["Plain words", '<b> & "quotes"\n\nand lines', "{{ braces }} %s"])
def test_an_answered_reflection_looks_as_if_it_were_drawn_anew(settings, text):
    settings.DEBUG = False
    place = (COURSE, COURSE.section_of(PAGE), PAGE)
    for stamp in ("1.abc", "2.def"):
        work = Work(REFLECT, None, {"text": text}, stamp)
        assert fragments.activity(work, place, None) == fragments.card(work, place)
