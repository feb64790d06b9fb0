"""The search box stands on every page that staff see, in the shell and in admin; prints have none."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User

from hospitals.access import RIGHTS
from hospitals.vocabulary import Role
from tests import factories as make
from tests.house.test_admin import OURS, change, changelist
from tests.house.test_routes import OPEN, ROUTES, link

pytestmark = pytest.mark.django_db
BOX = re.compile(r'<form class="search"[^>]*>.*?<input[^>]* name="words"[^>]*>.*?</form>', re.DOTALL)
PRINTS = {
    *("receipt", "print", "claim_sheet", "change_sheet"),
    *("registration_slip", "commitment_letter", "supplement_notice"),
    *("settlement_sheet", "payment_sheet", "recoupment_notice", "recoupment_reminder"),
    *("hospital_sheet", "hospital_notice", "hospital_batch_sheet"),
    *("clearing_sheet", "ticket_sheet"),
}
PARTS = {
    *("list_progress", "people_progress", "roster_progress", "claim_hospitals"),
    *("claim_details", "replay_progress", "payment_result_progress", "inbound_progress", "clearing_file_progress"),
    "hospital_result_progress",
}
DOWNLOADS = {
    "list_faults",
    "details_template",
    "export_details",
    "export_replay",
    "payment_file",
    "hospital_batch_file",
}
PAGES = [
    *(name for name, row in ROUTES.items() if row[1] == "get" and name not in PRINTS | PARTS | DOWNLOADS),
    *sorted(OPEN - {"login", "logout", "healthz", "admin_login", "gateway"}),
]


def boxes(reply: Any) -> int:
    page = reply.content.decode()
    found = BOX.findall(page)
    assert all('action="/search/"' in box and "csrfmiddlewaretoken" in box for box in found)
    return len(found)


@pytest.mark.parametrize("route", PAGES)
def test_search_stands_on_every_page(signed_in: Any, route: str) -> None:
    right, _, kind = ROUTES.get(route, (None, "get", ""))
    role = next(role for role in Role if right is None or right in RIGHTS[role])
    reply = signed_in(make.staff(role)).get(link(route, kind, make.WEIFANG), follow=True)
    assert (reply.status_code, boxes(reply)) == (200, 1)


@pytest.mark.parametrize("address", ["/nothing-here/", "/people/0/", "/admin/nothing-here/"])
def test_search_stands_where_nothing_is_found(signed_in: Any, address: str) -> None:
    reply = signed_in(make.staff(Role.SUPERVISOR)).get(address)
    assert (reply.status_code, boxes(reply)) == (404, 1)


def test_search_stands_where_something_is_forbidden(signed_in: Any) -> None:
    reply = signed_in(make.staff(Role.HOTLINE)).get("/people/new/")
    assert (reply.status_code, boxes(reply)) == (403, 1)


@pytest.mark.ignore_template_errors  # Django's own admin templates ask for what is not there
@pytest.mark.parametrize("model", [*OURS, User])
def test_search_stands_on_every_page_of_admin(signed_in: Any, model: Any) -> None:
    supervisor = signed_in(make.staff(Role.SUPERVISOR))
    pages = ["/admin/", f"/admin/{model._meta.app_label}/", changelist(model), changelist(model) + "add/"]
    shown = [reply for page in pages if (reply := supervisor.get(page)).status_code == 200]
    assert len(shown) >= 3
    assert {boxes(reply) for reply in shown} == {1}


@pytest.mark.ignore_template_errors
def test_search_stands_on_the_further_pages_of_admin(signed_in: Any) -> None:
    supervisor = make.staff(Role.SUPERVISOR)
    policy, clerk = make.FilingPolicyFactory(area__code=make.WEIFANG), make.staff(Role.CLERK)
    hospitals = "/admin/hospitals/hospital/"
    for page in (
        *(change(policy), change(policy).replace("change", "history"), change(policy).replace("change", "next")),
        *(change(clerk), f"/admin/auth/user/{clerk.pk}/password/"),
        *(hospitals + "import/", hospitals + "export/"),
    ):
        reply = signed_in(supervisor).get(page)
        assert (page, reply.status_code, boxes(reply)) == (page, 200, 1)


@pytest.mark.ignore_template_errors
def test_search_is_not_for_whoever_sees_no_people(signed_in: Any) -> None:
    root = signed_in(make.UserFactory(is_superuser=True))
    replies = [root.get(page) for page in ("/", "/admin/")]
    assert [(reply.status_code, boxes(reply)) for reply in replies] == [(200, 0)] * 2


def test_search_box_keeps_what_was_looked_for(signed_in: Any) -> None:
    page = signed_in(make.staff(Role.CLERK)).post("/search/", {"words": '查无"此人'}).content.decode()
    assert 'value="查无&quot;此人"' in page
    assert "autofocus" in page
