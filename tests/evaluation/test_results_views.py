"""The results pages: who gets in, and what they show."""

import re

import pytest

from evaluation import demo
from evaluation.models import ExportRecord, ReleasedResponse, field_name
from evaluation.reports import REPORTS, Filters, build
from tests.evaluation.made_up import make_answers

pytestmark = pytest.mark.django_db(databases=["default", "evaluation"])

PAGES = ["/results/", "/results/table1/", "/results/table2/", "/results/satisfaction/", "/results/export.csv"]


def release(people, edition="graduate"):
    ReleasedResponse.objects.bulk_create(
        ReleasedResponse(instrument="main-1", edition=edition, quarter="2026Q4", **{field_name(k): v for k, v in p.items()})
        for p in people
    )  # fmt: skip


def words(response):
    """The text of a page, without tags and line breaks."""
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


@pytest.fixture
def evaluator_client(client, evaluator):
    client.force_login(evaluator)
    return client


@pytest.mark.parametrize("page", PAGES)
def test_strangers_sign_in_first(client, page):
    response = client.get(page)
    assert (response.status_code, response.url) == (302, f"/accounts/login/?next={page}")


@pytest.mark.parametrize("page", PAGES)
def test_learners_and_coordinators_are_refused(client, learner, coordinator, page):
    for user in (learner, coordinator):
        client.force_login(user)
        assert client.get(page).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_evaluators_and_admins_get_in(client, evaluator, admin, page):
    for user in (evaluator, admin):
        client.force_login(user)
        assert client.get(page).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_read_only_and_not_cached(evaluator_client, page):
    assert evaluator_client.post(page).status_code == 405
    assert "no-store" in evaluator_client.get(page)["Cache-Control"]


def test_there_is_nothing_else(evaluator_client):
    for page in ("/results/table9/", "/results/?edition=doctoral", "/results/table1/?edition=doctoral"):
        assert evaluator_client.get(page).status_code == 404


def test_with_no_answers_it_says_what_will_come(evaluator_client):
    page = words(evaluator_client.get("/results/"))
    assert page.count("There are no answers to the survey on the graduate edition yet.") == 1
    for name in REPORTS:
        assert words(evaluator_client.get(f"/results/{name}/")).count("There are no answers yet.") == 1


def test_the_index_counts_answers_but_not_few(evaluator_client):
    release([{"years": 3}] * 9)
    page = words(evaluator_client.get("/results/"))
    assert page.count("Fewer than 10 answers to the survey on the graduate edition") == 1
    release([{"years": 3}] * 3)
    assert (
        words(evaluator_client.get("/results/")).count("12 answers to the survey on the graduate edition")
        == 1
    )


def test_each_edition_on_its_own(evaluator_client):
    release([{"years": 3}] * 12)
    release([{"years": 3}] * 15, "undergraduate")
    page = words(evaluator_client.get("/results/table1/?edition=undergraduate"))
    assert page.count("Years of experience as research mentor (n = 15)") == 1


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_a_report_shows_the_shielded_tables(evaluator_client, name):
    release(make_answers(60))
    response = evaluator_client.get(f"/results/{name}/")
    report = build(name, Filters())
    assert [table.rows for table in response.context["tables"]] == [
        t.rows for t in report.tables(shielded=True)
    ]
    assert response.context["notes"] == report.notes(shielded=True)


def test_small_counts_are_nowhere_on_the_page(evaluator_client):
    # Three deans of 203 leave no trace: not in a cell, not as a percentage, not in a heading
    release([{"title__dean": 1, "recommend": 1}] * 3 + [{"title__professor": 1, "recommend": 5}] * 200)
    pages = [words(evaluator_client.get(f"/results/{name}/")) for name in REPORTS]
    assert [page.count("1.48%") + page.count("98.52%") for page in pages] == [0, 0, 0]
    title = evaluator_client.get("/results/table1/").context["tables"][3]
    assert title.rows[:4] == (
        ("Dean", "hidden", "hidden"),
        ("Associate Dean", "0", "0.00%"),
        ("Assistant Dean", "0", "0.00%"),
        ("Professor", "hidden", "hidden"),
    )


def test_tables_can_be_read_aloud_and_reached_by_keyboard(evaluator_client):
    release(make_answers(60))
    page = evaluator_client.get("/results/table1/").content.decode()
    regions = re.findall(
        r'<div class="table-wrap"\s+tabindex="0"\s+role="region"\s+aria-labelledby="(.*?)"', page
    )
    assert regions == [f"caption-{number}" for number in range(1, 9)]
    assert re.findall(r'<caption id="(.*?)"', page) == regions
    assert page.count('<th scope="col"') == 3 * 8
    assert page.count('<th scope="row"') == sum(len(q.options) for q in build("table1", Filters()).questions)
    assert re.findall(r"\sstyle=|\sonclick=|<style|<script(?![^>]*src)", page) == []


def test_the_figure_draws_the_means_of_the_table(evaluator_client):
    release([{"quality_before": 4, "quality_after": 5, "skill_01_before": 3, "skill_01_after": 7}] * 12)
    release([{"confidence_before": 4, "confidence_after": 5}] * 9)
    response = evaluator_client.get("/results/table2/")
    figure = response.context["figure"]
    assert [(span.label, span.before, span.after, span.x_before, span.x_after) for span in figure.spans] == [
        ("Defining the value of mentoring for research career development", "3.00", "7.00", 144.0, 408.0),
        ("Overall mentoring quality", "4.00", "5.00", 210.0, 276.0),
    ]
    page = response.content.decode()
    assert (page.count('<svg role="img"'), page.count("<circle")) == (1, 4)
    assert words(response).count("Overall mentoring quality: 4.00 before, 5.00 after.") == 1


def test_no_figure_without_answers(evaluator_client):
    assert evaluator_client.get("/results/table2/").context["figure"] is None


def test_made_up_data_are_marked(evaluator_client):
    pages = ["/results/", *(f"/results/{name}/" for name in REPORTS)]
    assert [words(evaluator_client.get(page)).count("Made-up demo data.") for page in pages] == [0, 0, 0, 0]
    demo.make_demo_responses(count=20, text_count=1)
    assert [words(evaluator_client.get(page)).count("Made-up demo data.") for page in pages] == [1, 1, 1, 1]


def test_the_download_is_the_ratings_profile_and_is_recorded(evaluator_client, evaluator):
    release([{"title__dean": 1, "gender__male": 1, "years": 2}] * 12 + [{"title__graduate_student": 1}])
    response = evaluator_client.get("/results/export.csv")
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="ratings-graduate.csv"'
    assert (len(lines), "gender" in lines[0], lines[0].split(",")[-3:]) == (
        13,
        False,
        ["title_group", "years_group", "prior_training"],
    )
    record = ExportRecord.objects.get()
    assert (record.profile, record.count, record.analyst) == ("ratings", 12, evaluator.email)


def test_pages_cost_the_same_however_many_answers(evaluator_client, django_assert_num_queries):
    counts = []
    for _ in range(2):
        release(make_answers(40))
        with django_assert_num_queries(7, using="evaluation"):
            evaluator_client.get("/results/table1/")
        with django_assert_num_queries(5, using="evaluation"):
            evaluator_client.get("/results/table2/")
        counts.append(ReleasedResponse.objects.count())
    assert counts == [40, 80]


def test_imports_and_exports_can_be_seen_in_the_admin(client, admin):
    demo.make_demo_responses(count=20, text_count=1)
    client.force_login(admin)
    for page in ("responseimport", "exportrecord"):
        assert client.get(f"/admin/evaluation/{page}/").status_code == 200
    assert client.get("/admin/evaluation/exportrecord/add/").status_code == 403
