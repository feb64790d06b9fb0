"""Sign-in: nothing without an account, lock-out after failures, admin by post."""

from typing import Any

import pytest
from django.test import Client

from hospitals.vocabulary import Role
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_sign_in_leads_to_the_worklist() -> None:
    user = make.staff(Role.CLERK)
    client = Client()
    reply = client.post("/sign-in/", {"username": user.username, "password": "demo-portal"}, follow=True)
    assert "工作台" in reply.content.decode()


def test_five_failures_lock_out_even_the_right_password() -> None:
    user = make.staff(Role.CLERK)
    client = Client()
    for _ in range(5):
        reply = client.post("/sign-in/", {"username": user.username, "password": "wrong-word"})
    assert reply.status_code == 429
    assert "账号已锁定" in reply.content.decode()
    reply = client.post("/sign-in/", {"username": user.username, "password": "demo-portal"})
    assert reply.status_code == 429


def test_lock_out_of_one_person_leaves_another_alone() -> None:
    victim, other = make.staff(Role.CLERK), make.staff(Role.CLERK)
    client = Client()
    for _ in range(5):
        client.post("/sign-in/", {"username": victim.username, "password": "wrong-word"})
    reply = client.post("/sign-in/", {"username": other.username, "password": "demo-portal"})
    assert reply.status_code == 302


def test_sign_out_ends_the_session(signed_in: Any) -> None:
    client = signed_in(make.staff(Role.CLERK))
    client.post("/sign-out/")
    assert client.get("/").status_code == 302


def test_own_password_is_changed_and_weak_ones_refused(signed_in: Any) -> None:
    user = make.staff(Role.CLERK)
    client = signed_in(user)
    weak = {"old_password": "demo-portal", "new_password1": "12345678", "new_password2": "12345678"}
    assert client.post("/password/", weak).status_code == 200
    good = {"old_password": "demo-portal", "new_password1": "烟台的海风很大真的", "new_password2": "烟台的海风很大真的"}
    good = {key: value + ("x9" if key != "old_password" else "") for key, value in good.items()}
    assert client.post("/password/", good).status_code == 302
    user.refresh_from_db()
    assert user.check_password(good["new_password1"])


def test_healthz_answers_without_an_account() -> None:
    assert Client().get("/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SUPERVISOR])
def test_admin_is_closed_to_other_roles(signed_in: Any, role: Role) -> None:
    client = signed_in(make.staff(role))
    assert client.get("/admin/", follow=True).status_code == 403


def test_admin_opens_to_supervisors(signed_in: Any) -> None:
    assert signed_in(make.staff(Role.SUPERVISOR)).get("/admin/").status_code == 200


def test_pages_load_nothing_from_elsewhere(signed_in: Any) -> None:
    reply = signed_in(make.staff(Role.SUPERVISOR)).get("/")
    assert "default-src 'self'" in reply["Content-Security-Policy"]
    assert "http://" not in reply.content.decode().replace("http://www.w3.org", "")
    assert "https://" not in reply.content.decode()
