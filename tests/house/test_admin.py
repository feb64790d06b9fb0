"""Django admin, whole: every model in it is behind the door, for every role, by list and by id."""

from importlib import import_module
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import reverse

from hospitals.access import RIGHTS
from hospitals.admin_access import VisibleAdmin
from hospitals.models import ServiceHall
from hospitals.vocabulary import Role
from tests import factories as make

pytestmark = pytest.mark.django_db
import_module("config.urls")  # registers what admin shows
OURS = [model for model in admin.site._registry if model is not User]


def changelist(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def change(obj: Any) -> str:
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk])


def test_every_model_is_behind_the_door() -> None:
    assert OURS
    assert all(isinstance(admin.site._registry[model], VisibleAdmin) for model in OURS)


@pytest.mark.parametrize("model", OURS)
def test_nothing_is_deleted_in_admin(rf: Any, model: Any) -> None:
    request = rf.get("/")
    request.user = make.staff(Role.SUPERVISOR)
    assert not admin.site._registry[model].has_delete_permission(request)


@pytest.mark.ignore_template_errors  # Django's own admin templates ask for what is not there
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("model", OURS)
def test_lists_open_to_supervisors_alone(signed_in: Any, model: Any, role: Role) -> None:
    reply = signed_in(make.staff(role)).get(changelist(model))
    if role is Role.SUPERVISOR and admin.site._registry[model].see_right in RIGHTS[role]:  # type: ignore[attr-defined]
        assert reply.status_code == 200
    else:
        assert reply.status_code == 302
        assert reply["Location"].startswith("/admin/login/")


@pytest.mark.ignore_template_errors
@pytest.mark.parametrize("model", OURS)
def test_add_page_opens_where_one_may_add(signed_in: Any, model: Any) -> None:
    link = changelist(model) + "add/"
    assert signed_in(make.staff(Role.SUPERVISOR)).get(link).status_code in (200, 403)


@pytest.mark.ignore_template_errors
def test_id_numbers_are_not_looked_for_by_address(signed_in: Any) -> None:
    person = make.PersonFactory(area__code=make.WEIFANG, name="欧阳春")
    supervisor = signed_in(make.staff(Role.SUPERVISOR))
    people = changelist(type(person))
    assert "欧阳春" in supervisor.get(people, {"q": "oyc"}).content.decode()
    page = supervisor.get(people, {"q": person.id_number}).content.decode()
    assert "欧阳春" not in page
    assert "证件号码和卡号请在页首的查找框中输入" in page


@pytest.mark.parametrize("maker", [make.PersonFactory, make.FilingPolicyFactory])
def test_row_of_another_area_is_not_there(signed_in: Any, maker: Any) -> None:
    there = maker(area=make.AreaFactory(code=make.TIELING))
    supervisor = signed_in(make.staff(Role.SUPERVISOR, make.WEIFANG))
    for link in (change(there), change(there).replace("change", "history")):
        assert supervisor.get(link).status_code == 302


@pytest.mark.ignore_template_errors
def test_hall_is_kept_in_own_areas_alone(signed_in: Any) -> None:
    supervisor = signed_in(make.staff(Role.SUPERVISOR, make.WEIFANG))
    make.AreaFactory(code=make.TIELING)
    hall = {"area": make.WEIFANG, "district": "高新区", "name": "高新区窗口", "position": 1, "source": "示例"}
    assert supervisor.post("/admin/hospitals/servicehall/add/", hall).status_code == 302
    assert supervisor.post("/admin/hospitals/servicehall/add/", hall | {"area": make.TIELING}).status_code == 200
    assert list(ServiceHall.objects.values_list("area", flat=True)) == [make.WEIFANG]
    elsewhere = make.HallFactory(area=make.AreaFactory(code=make.TIELING))
    assert supervisor.post(change(elsewhere), hall).status_code == 403


@pytest.mark.ignore_template_errors
def test_supervisor_keeps_the_staff_of_own_areas_alone(signed_in: Any) -> None:
    mine, theirs = make.staff(Role.CLERK, make.WEIFANG), make.staff(Role.CLERK, make.TIELING)
    both = make.staff(Role.CLERK, make.WEIFANG, make.TIELING)
    root = make.UserFactory(is_superuser=True)
    supervisor = signed_in(make.staff(Role.SUPERVISOR, make.WEIFANG))
    assert supervisor.get(change(mine)).status_code == 200
    for other in (theirs, both, root):
        assert supervisor.get(change(other)).status_code == 302
        password = reverse("admin:auth_user_password_change", args=[other.pk])
        assert supervisor.get(password).status_code in (302, 403, 404)


@pytest.mark.ignore_template_errors
def test_supervisor_gives_no_post_elsewhere_and_no_superuser(signed_in: Any) -> None:
    clerk = make.staff(Role.CLERK, make.WEIFANG)
    post = clerk.posts.get()
    make.AreaFactory(code=make.TIELING)
    supervisor = signed_in(make.staff(Role.SUPERVISOR, make.WEIFANG))
    form = {
        "username": clerk.username,
        "last_name": "王",
        "is_active": "on",
        "is_superuser": "on",
        "posts-TOTAL_FORMS": 2,
        "posts-INITIAL_FORMS": 1,
        "posts-0-id": post.pk,
        "posts-0-user": clerk.pk,
        "posts-0-role": "reviewer",
        "posts-0-area": make.WEIFANG,
        "posts-1-user": clerk.pk,
        "posts-1-role": "supervisor",
        "posts-1-area": make.TIELING,
    }
    assert supervisor.post(change(clerk), form).status_code == 200
    assert set(clerk.posts.values_list("role", "area")) == {("clerk", make.WEIFANG)}
    assert supervisor.post(change(clerk), form | {"posts-TOTAL_FORMS": 1}).status_code == 302
    clerk.refresh_from_db()
    assert set(clerk.posts.values_list("role", "area")) == {("reviewer", make.WEIFANG)}
    assert not clerk.is_superuser
