"""What is asked of an active filing."""

import datetime as dt
from dataclasses import dataclass

from filings.application import Agent, Application, Seen
from filings.models import Filing, FilingChange
from filings.vocabulary import Category, Channel, Kind, Material, Occasion, Relation, Variant
from hospitals.models import Area


@dataclass(frozen=True, slots=True)
class ChangeAsked:
    """on: of a cancellation the filing's last day, of a change the first day at the new place.

    asked_on: the day it is asked for.  destination: None for a cancellation.  has_cost_there: what the person tells.
    materials: what the filing at the new place is filed with; None for those of the filing.
    """

    on: dt.date
    asked_on: dt.date
    reason: str
    has_cost_there: bool = False
    destination: Area | None = None
    hospital_name: str = ""
    ward: str = ""
    channel: Channel = Channel.COUNTER
    agent: Agent | None = None
    materials: tuple[Seen, ...] | None = None

    @property
    def kind(self) -> Kind:
        return Kind.CHANGE if self.destination else Kind.CANCEL


def asked_by(change: FilingChange) -> ChangeAsked:
    """What a change on record asks for."""
    agent = (
        Agent(change.agent_name, Relation.of(change.agent_relation), change.agent_phone, change.agent_id_number)
        if change.agent_name
        else None
    )
    return ChangeAsked(
        on=change.on,
        asked_on=change.asked_on,
        reason=change.reason,
        has_cost_there=change.has_cost_there,
        destination=change.destination,
        hospital_name=change.hospital_name,
        ward=change.ward,
        channel=Channel.of(change.channel),
        agent=agent,
        materials=tuple(Seen(Material.of(code), *counts) for code, counts in sorted(change.materials.items())),
    )


def going_on(filing: Filing, asked: ChangeAsked, destination: Area, *, is_admission: bool) -> Application:
    """The filing at the new place as an application: what the old one says, but for what is asked anew.

    is_admission: the first day there is that of an admission.
    """
    return Application(
        category=Category.of(filing.category),
        destination=destination,
        filed_on=asked.asked_on,
        variant=Variant.of(filing.variant) if filing.variant else None,
        start_on=asked.on,
        admitted_on=asked.on if is_admission else None,
        channel=asked.channel,
        materials=seen_with(filing) if asked.materials is None else asked.materials,
        note=filing.note,
        agent=asked.agent,
        hospital_name=asked.hospital_name,
        ward=asked.ward,
        condition=filing.condition,
        disease=filing.disease,
        occasion=Occasion.of(filing.occasion) if filing.occasion else None,
        issuer=filing.issuer,
        issuer_name=filing.issuer_name,
    )


def seen_with(filing: Filing) -> tuple[Seen, ...]:
    return tuple(Seen(Material.of(row.material), row.originals, row.copies) for row in filing.materials.all())
