"""Whom to call: by the directory, and nobody beside it."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from hospitals.models import Area, ServiceHall
from settlement.models import Ticket
from settlement.vocabulary import Actor


@dataclass(frozen=True, slots=True)
class Contact:
    """phone: empty where the directory has none."""

    name: str
    phone: str = ""

    @property
    def shown(self) -> str:
        return f"{self.name} {self.phone or _('未登记电话')}"


def contact_of(ticket: Ticket, actor: Actor) -> Contact:
    """Whom one calls when this one is to act."""
    if actor is Actor.PERSON:
        person = ticket.person
        name = (person.name if person else "") or ticket.caller_name or actor.label
        return Contact(name, ticket.caller_phone or (person.phone if person else ""))
    if actor is Actor.HOSPITAL:
        hospital = ticket.hospital
        name = hospital.name if hospital else ticket.hospital_name
        return Contact(f"{name} {_('医保办')}" if name else actor.label, hospital.phone if hospital else "")
    if actor is Actor.LOCAL:
        return _agency(ticket.treatment_area, actor)
    if actor in (Actor.HOME, Actor.COUNTER):
        return _agency(ticket.area, actor)
    return Contact(actor.label)  # no document prints a telephone of the platform's


def _agency(area: Area | None, actor: Actor) -> Contact:
    """The area's first window or hotline that has a telephone."""
    if area is None:
        return Contact(actor.label)
    hall = ServiceHall.objects.filter(area=area).exclude(Q(phone="") & Q(hotline="")).first()
    if hall is None:
        return Contact(_("{area}医疗保险经办机构").format(area=area.name))
    numbers = dict.fromkeys(number for number in (hall.phone, hall.hotline) if number)
    return Contact(hall.name, "、".join(numbers))
