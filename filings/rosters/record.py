"""Between the database and the plain planning: what rows are judged by, read in sets, and what was planned."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from filings.appraisal import overlap
from filings.destinations import Gazetteer
from filings.models import Filing, FilingPolicy, InsuredPerson, Participation, RosterImport, Sanction
from filings.people_lists.record import one_of
from filings.places import all_places
from filings.rosters.check import Entry
from filings.rosters.planning import Ground, Insurance, KnownPerson, OpenFiling, Plan, Planned, Register
from filings.sanctions import reasons_of
from hospitals.list_steps import count_plan, in_json, store_steps
from hospitals.reasons import Reason, Refused
from hospitals.vocabulary import ListAction

STEP_COLUMNS = (
    *("number", "sheet", "action", "person_id", "name", "id_number", "place", "phone", "employer"),
    *("destination_id", "start_on", "outcome", "tier", "settlement", "filing_id", "notes", "faults"),
    "written",
)
Row = TypeVar("Row")


def ground_of(roster: RosterImport, entries: list[Entry]) -> Ground:
    """As many statements for a long roster as for a short one."""
    policy = FilingPolicy.objects.with_rows().in_force(roster.area_id, roster.filed_on)
    return Ground(
        area=roster.area_id,
        filed_on=roster.filed_on,
        start_on=roster.start_on,
        employer=roster.employer,
        rules=policy.rules() if policy else None,
        areas=all_places(),
        places=places_meant_by({entry.place for entry in entries if entry.place}),
        register=register_of(roster, (entry.id_number for entry in entries)),
    )


def places_meant_by(words: Iterable[str]) -> dict[str, str | Reason]:
    """Each of the words → the code of the one area that it means, or why it means none."""
    gazetteer, found = Gazetteer.of_the_country(), dict[str, str | Reason]()
    for text in words:
        try:
            found[text] = gazetteer.find(text).pk
        except Refused as refused:
            found[text] = refused.reasons[0]
    return found


def register_of(roster: RosterImport, id_numbers: Iterable[str]) -> Register:
    """What is known of these people on the day of filing."""
    people = InsuredPerson.objects.filter(area=roster.area_id, id_number__in=one_of(id_numbers)).order_by("pk")
    keys = people.order_by().values("pk")
    insured = Participation.objects.filter(person__in=keys, period__contains=roster.filed_on)
    filings = Filing.objects.open().filter(person__in=keys).select_related("destination").order_by("start_on")
    sanctions = Sanction.objects.filter(person__in=keys).in_force_on(roster.filed_on).order_by("pk")
    against = ((sanction.person_id, sanction) for sanction in sanctions)
    by_number: dict[str, list[KnownPerson]] = defaultdict(list)
    for row in people.values_list("pk", "id_number", "name"):
        by_number[row[1]].append(KnownPerson(*row))
    insurances = (Insurance(*row) for row in insured.values_list("person", "scheme", "employment", "employer"))
    return Register(
        people=by_number,
        insurances={insurance.person: insurance for insurance in insurances},
        filings=_by_person((filing.person_id, _known(filing)) for filing in filings),
        sanctions={person: reasons_of(theirs) for person, theirs in _by_person(against).items()},
    )


def _by_person(rows: Iterable[tuple[int, Row]]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for person, row in rows:
        found[person].append(row)
    return found


def _known(filing: Filing) -> OpenFiling:
    return OpenFiling(
        pk=filing.pk,
        category=filing.category,
        destination=filing.destination_id,
        start_on=filing.start_on,
        end_on=filing.end_on,
        conflict=overlap(filing),
    )


def store(roster: RosterImport, plan: Plan) -> None:
    """Keep the plan as the roster's rows, in place of an earlier one."""
    store_steps(roster, STEP_COLUMNS, map(_row, plan.steps))
    count_plan(roster, (step.action for step in plan.steps))
    roster.remarks = [reason.as_dict() for reason in plan.remarks]


def _row(step: Planned) -> tuple[object, ...]:
    entry, answer, is_filed = step.entry, step.answer, step.action is ListAction.NEW
    row = entry.row
    return (
        row.number,
        row.sheet,
        step.action.value,
        step.person,
        entry.name or row.values["name"],
        entry.id_number,
        entry.place,
        entry.phone,
        entry.employer,
        step.destination,
        step.start_on,
        answer.outcome if answer and is_filed else "",
        (answer.tier or "") if answer and is_filed else "",
        (answer.settlement or "") if answer and is_filed else "",
        step.filing,
        in_json(entry.notes),
        in_json([fault.as_dict() for fault in row.faults]),
        in_json({} if step.action is ListAction.SAME else row.values),
    )
