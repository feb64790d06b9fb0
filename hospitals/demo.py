"""Demo accounts: one a role and a second supervisor, with posts in the five areas; one clerk bound to a single hall."""

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

from hospitals.models import Area, Post, ServiceHall
from hospitals.vocabulary import Role

PASSWORD = "demo-portal"  # noqa: S105 - published on purpose; the data refuses any other database
AREAS = ("370600", "370500", "370700", "370800", "211200")
NAMES = {
    Role.CLERK: "示例窗口",
    Role.REVIEWER: "示例审核",
    Role.FINANCE: "示例财务",
    Role.SUPERVISOR: "示例主管",
    Role.HOTLINE: "示例咨询",
    Role.AUDITOR: "示例稽核",
}
HALL_CLERK = "clerk-kuiwen"
SECOND = "finance-deputy"  # confirms the batches that finance makes
DEPUTY = "supervisor-deputy"  # publishes what the supervisor proposes, and the other way round


def load() -> dict[str, User]:
    """The accounts by name, made where they are missing; whatever somebody changed about them stays."""
    users = {role.value: _account(role.value, NAMES[role]) for role in Role}
    users[DEPUTY] = _account(DEPUTY, "示例副主管")
    users[SECOND] = _account(SECOND, "示例财务二")
    areas = Area.objects.in_bulk(AREAS)
    for role, name in (*((role, role.value) for role in Role), (Role.SUPERVISOR, DEPUTY), (Role.FINANCE, SECOND)):
        for area in areas.values():
            Post.objects.get_or_create(user=users[name], role=role.value, area=area, hall=None)
    hall = ServiceHall.objects.filter(area="370700", district="奎文区").order_by("position").first()
    if hall:
        users[HALL_CLERK] = _account(HALL_CLERK, "示例奎文窗口")
        Post.objects.get_or_create(user=users[HALL_CLERK], role=Role.CLERK.value, area_id=hall.area_id, hall=hall)
    return users


def _account(username: str, name: str) -> User:
    defaults = {"last_name": name, "password": make_password(PASSWORD)}
    return User.objects.get_or_create(username=username, defaults=defaults)[0]
