"""The register of people: who is taken in, what is changed, who looked at an id number."""

import datetime as dt
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from filings.identity import IdType, Sex, normal_number
from filings.models import IdDisclosure, InsuredPerson, Participation
from hospitals.access import Right, reach_of
from hospitals.constraints import checked, refused_by_constraints
from hospitals.history import doing
from hospitals.models import Area, ServiceHall
from hospitals.reasons import Refused

IDENTITY = ("name", "id_type", "id_number")


def register_person(
    *,
    by: User,
    area: Area,
    name: str,
    id_number: str,
    id_type: str = IdType.RESIDENT_ID,
    sex: str = Sex.UNKNOWN,
    birth_date: dt.date | None = None,
    phone: str = "",
    address: str = "",
) -> InsuredPerson:
    """Take a person into the register of an area.  Raises Refused, also where the id number is there already."""
    require_in(by, Right.KEEP_PEOPLE, area)
    person = InsuredPerson(
        area=area,
        name=name,
        id_type=id_type,
        id_number=id_number,
        sex=sex,
        birth_date=birth_date,
        phone=phone,
        address=address,
    )
    save(person, _("登记参保人"), by=by)
    return person


def change_person(*, by: User, person: InsuredPerson, version: int, reason: str = "", **values: Any) -> InsuredPerson:
    """Change what the register holds of a person; name and id number only with a reason.

    values: fields of InsuredPerson other than its area.  version: what `by` saw; Refused where it has changed since.
    """
    require_in(by, Right.KEEP_PEOPLE, person.area)
    with transaction.atomic():
        locked = InsuredPerson.objects.select_for_update().get(pk=person.pk)
        if locked.version != version:
            raise Refused.because("changed_meanwhile", _("此人信息刚刚被他人改动，请核对后再修改"))
        before = {field: getattr(locked, field) for field in IDENTITY}
        for field, value in values.items():
            setattr(locked, field, value)
        locked.id_number = normal_number(locked.id_number)
        if not reason.strip() and any(getattr(locked, field) != value for field, value in before.items()):
            raise Refused.because("reason_missing", _("修改姓名或证件须填写理由"))
        locked.version += 1
        save(locked, _("修改参保人"), by=by, reason=reason)
    return locked


def add_participation(*, by: User, person: InsuredPerson, **values: Any) -> Participation:
    """Record a period of insurance; two at one time are refused.  values: fields of Participation."""
    require_in(by, Right.KEEP_PEOPLE, person.area)
    participation = Participation(person=person, area=person.area, **values)
    save(participation, _("登记参保关系"), by=by)
    return participation


def change_participation(*, by: User, participation: Participation, reason: str = "", **values: Any) -> Participation:
    """Change a period of insurance: its end, its contributions, what the person is in it."""
    require_in(by, Right.KEEP_PEOPLE, participation.area)
    with transaction.atomic():
        locked = Participation.objects.select_for_update().get(pk=participation.pk)
        for field, value in values.items():
            setattr(locked, field, value)
        save(locked, _("修改参保关系"), by=by, reason=reason)
    return locked


def reveal_id_number(*, by: User, person: InsuredPerson) -> str:
    """The whole id number; that `by` asked for it is on record before they see it."""
    require_in(by, Right.REVEAL_ID, person.area)
    IdDisclosure.objects.create(person=person, by=by)
    return person.id_number


def require_in(by: User, right: Right, area: Area) -> None:
    """People belong to a whole area: a post at any of its halls will do.  Raises Refused."""
    if area.pk not in reach_of(by).areas_of(right):
        raise Refused.because("no_right", _("您在{area}没有“{right}”的权限").format(area=area.name, right=right.label))


def require_at(by: User, right: Right, person: InsuredPerson, hall: ServiceHall | None) -> None:
    """Cases belong to the window that takes them in; None for whoever works for the whole area.  Raises Refused."""
    if not reach_of(by).covers(right, person.area_id, hall.pk if hall else None):
        raise Refused.because("no_right", _("您在此处没有“{right}”的权限").format(right=right.label))
    if hall and hall.area_id != person.area_id:
        text = _("{hall}不属于参保地{area}").format(hall=hall.name, area=person.area.name)
        raise Refused.because("hall_elsewhere", text)


def save(record: Any, action: str, *, by: User, reason: str = "") -> None:
    """Check and save a record, on record as this action.  Raises Refused."""
    checked(record)
    with doing(action, by=by, reason=reason), refused_by_constraints(type(record)):
        record.save()
