"""What is told of a failure, as forms and messages hand it to the verbs."""

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any

from django.utils import timezone

from filings.models import InsuredPerson
from filings.platform.codes import EMERGENCIES, SERVICE_OF_MEDICAL_TYPE, MedicalType
from hospitals.fields import parse_day
from hospitals.models import Area, Hospital
from hospitals.vocabulary import Service
from settlement.gateway.admission_checks import hospital_known_as, pool_of
from settlement.models import Exchange, Ticket
from settlement.tickets.checks import is_said, told_of

MESSAGE = ("infno", "msgid", "err_msg", "failed_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """hospital: the directory's entry of that name; Ticket says what each of the others is."""

    event_on: dt.date
    person: InsuredPerson | None = None
    caller_name: str = ""
    caller_phone: str = ""
    treatment_area: Area | None = None
    hospital: Hospital | None = None
    hospital_name: str = ""
    service: Service = Service.INPATIENT
    infno: str = ""
    msgid: str = ""
    err_msg: str = ""
    failed_at: dt.datetime | None = None
    description: str = ""
    is_emergency: bool = False
    trum_flag: bool = False
    rel_ttp_flag: bool = False
    has_statement: bool = False
    disease: str = ""

    def fill(self, ticket: Ticket) -> None:
        """Into the ticket's own columns; nothing is saved.  What a message said stays as it came."""
        for name in names():
            if not (ticket.exchange_id and name in MESSAGE):
                setattr(ticket, name, getattr(self, name))


def names() -> list[str]:
    return [field.name for field in fields(Facts)]


def facts_of(ticket: Ticket) -> Facts:
    """As they stand in the ticket."""
    given: dict[str, Any] = {name: getattr(ticket, name) for name in names()}
    return Facts(**given | {"service": Service.of(ticket.service)})


def facts_in(exchange: Exchange) -> Facts:
    """What a refused message says of the stay; what it does not say, of the stay that it belongs to."""
    told, stay = told_of(exchange), exchange.admission
    place = Area.objects.select_related("parent").filter(pk=exchange.treatment_area).first()
    pool = pool_of(place) if place else None
    hospital = hospital_known_as(exchange.sender, exchange.sender_name, pool) if pool else None
    day = parse_day(str(told.get("begntime", ""))[:10])
    kind = str(told.get("med_type", ""))
    is_known = kind in MedicalType._value2member_map_
    service = SERVICE_OF_MEDICAL_TYPE[MedicalType.of(kind)] if is_known else Service.INPATIENT
    return Facts(
        person=exchange.person,
        treatment_area=pool,
        hospital=hospital,
        hospital_name=hospital.name if hospital else exchange.sender_name[:100],
        service=Service.of(stay.service) if stay else service,
        event_on=stay.admitted_on if stay else day or timezone.localdate(exchange.received_at),
        infno=exchange.infno,
        msgid=exchange.msgid,
        err_msg=exchange.err_msg,
        failed_at=exchange.received_at,
        description="" if exchange.person else "报文没有指明已登记的参保人",
        is_emergency=stay.is_emergency if stay else is_said(told, "er_flag", "otp_er_refl_flag") or kind in EMERGENCIES,
        trum_flag=stay.trum_flag if stay else is_said(told, "trum_flag"),
        rel_ttp_flag=stay.rel_ttp_flag if stay else is_said(told, "rel_ttp_flag"),
        has_statement=stay.has_statement if stay else is_said(told, "ttp_stmt_flag"),
        disease=stay.disease if stay else str(told.get("dise_name") or "")[:100],
    )
