"""What a person asks for at the counter."""

import datetime as dt
from dataclasses import dataclass

from filings.assessment import MaterialGroup
from filings.vocabulary import Asked, Category, Channel, Material, Occasion, Relation, Variant
from hospitals.models import Area, Hospital


@dataclass(frozen=True, slots=True)
class Seen:
    """A material the clerk saw, with how many originals and copies."""

    material: Material
    originals: int = 1
    copies: int = 0

    def meets(self, group: MaterialGroup) -> bool:
        return self.originals >= (group.originals or 0) and self.copies >= (group.copies or 0)


@dataclass(frozen=True, slots=True)
class Agent:
    """Who comes, calls or writes for the person.  id_number: of the identity card, often not asked for by telephone."""

    name: str
    relation: Relation
    phone: str = ""
    id_number: str = ""


@dataclass(frozen=True, slots=True)
class Application:
    """A filing asked for.  filed_on: the day it is asked for.  start_on: None for the best day there is.

    hospital_name: where the person is, or chose to be treated.  condition: in short.  disease: as the lists name it.
    issuer: the hospital of the referral certificate, where the directory has it; issuer_name else.
    commitment: the person signs to hand in later what is missing.
    """

    category: Category
    destination: Area
    filed_on: dt.date
    variant: Variant | None = None
    start_on: dt.date | None = None
    admitted_on: dt.date | None = None
    discharge_settled: bool = False
    channel: Channel = Channel.COUNTER
    materials: tuple[Seen, ...] = ()
    note: str = ""
    agent: Agent | None = None
    hospital_name: str = ""
    ward: str = ""
    condition: str = ""
    disease: str = ""
    occasion: Occasion | None = None
    issuer: Hospital | None = None
    issuer_name: str = ""
    commitment: bool = False

    def told(self, asked: Asked) -> bool:
        """Whether it says what a rule or a channel asks for."""
        answers = {
            Asked.AGENT: self.agent,
            Asked.HOSPITAL: self.hospital_name,
            Asked.WARD: self.ward,
            Asked.CONDITION: self.condition,
            Asked.ADMISSION: self.admitted_on,
        }
        return bool(answers[asked])

    def shows(self, material: Material) -> bool:
        return any(seen.material is material for seen in self.materials)
