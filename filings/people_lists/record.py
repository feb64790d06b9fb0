"""Between the register in the database and the plain planning: what is known, and what was planned."""

from collections.abc import Iterable

from django.db.models import F, Q
from django.db.models.expressions import RawSQL

from filings.identity import initials
from filings.models import InsuredPerson, Participation, PeopleListImport, SocialSecurityCard
from filings.people_lists.check import INSURANCE
from filings.people_lists.planning import (
    KnownCard,
    KnownParticipation,
    KnownPerson,
    ParticipationFinal,
    PersonFinal,
    Plan,
    Planned,
    Register,
    holder_of,
)
from hospitals.list_steps import count_plan, in_json, new_keys, store_steps
from hospitals.models import Area
from hospitals.vocabulary import ListAction

STEP_COLUMNS = (
    *("number", "sheet", "action", "person", "person_step", "participation", "participation_step", "card_step"),
    *PersonFinal._fields,
    "initials",
    *ParticipationFinal._fields,
    *("card", "changes", "faults", "written"),
)


def register_of(area: Area, id_numbers: Iterable[str], cards: Iterable[str], *, lock: bool = False) -> Register:
    """What the register of the area holds of the people and cards of a list, in a fixed order.

    lock: so that it stays so in this transaction.
    """
    people = InsuredPerson.objects.filter(area=area, id_number__in=one_of(id_numbers)).order_by("pk")
    keys = people.order_by().values("pk")
    participations = Participation.objects.filter(person__in=keys).order_by("person_id", "pk")
    owned = Q(person__in=keys) | Q(number__in=one_of(cards))
    held = SocialSecurityCard.objects.filter(owned, area=area).order_by("pk")
    if lock:
        people, participations = people.select_for_update(), participations.select_for_update()
        held = held.select_for_update(of=("self",))
    holder = F("person__name"), F("person__id_number")
    return Register(
        people=[
            KnownPerson(*row)
            for row in people.values_list("pk", "id_type", "id_number", "name", "sex", "birth_date", "phone", "address")
        ],
        participations=[KnownParticipation(*row) for row in participations.values_list("pk", "person_id", *INSURANCE)],
        cards=[
            KnownCard(person, number, status, holder_of(name, id_number))
            for person, number, status, name, id_number in held.values_list("person_id", "number", "status", *holder)
        ],
    )


def one_of(texts: Iterable[str]) -> RawSQL:
    """One parameter, not thousands."""
    return RawSQL("SELECT unnest(%s::text[])", [sorted({text for text in texts if text})])


def store(list_import: PeopleListImport, plan: Plan) -> None:
    """Keep the plan as the import's rows, in place of an earlier one.  A new person gets their key here already."""
    keys = iter(new_keys(InsuredPerson, plan.count(ListAction.NEW)))
    rows = (_row(step, next(keys) if step.action is ListAction.NEW else step.person_pk) for step in plan.steps)
    store_steps(list_import, STEP_COLUMNS, rows)
    count_plan(list_import, (step.action for step in plan.steps))


def _row(step: Planned, key: int | None) -> tuple[object, ...]:
    row, is_invalid = step.entry.row, step.action is ListAction.INVALID
    return (
        row.number,
        row.sheet,
        step.action.value,
        key,
        step.person_step,
        step.participation_pk,
        step.participation_step,
        step.card_step,
        *step.person,
        initials(step.person.name) if step.person_step else "",
        *step.participation,
        step.entry.card,
        in_json(step.changes) if step.changes else "{}",
        in_json([fault.as_dict() for fault in row.faults]) if is_invalid else "[]",
        in_json(row.values) if is_invalid else "{}",
    )
