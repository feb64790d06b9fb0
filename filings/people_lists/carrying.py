"""Carrying out a previewed plan, a handful of statements however long the list.  History is written by triggers."""

from typing import Any

from django.db import connection

from filings.models import PeopleListImport
from filings.people_lists.check import INSURANCE

STEPS = "filings_peoplelistrow AS step WHERE step.list_import_id = %(list)s"
INSURED = ", ".join(INSURANCE)
INSURED_STEP = ", ".join(f"step.{name}" for name in INSURANCE)
CHANGE_PEOPLE = f"""
UPDATE filings_insuredperson AS person
SET name = step.name, initials = step.initials, sex = step.sex, birth_date = step.birth_date,
    phone = step.phone, address = step.address, version = person.version + 1
FROM {STEPS} AND step.person_step = 'changed' AND person.id = step.person
"""  # noqa: S608 - constants only, here and below
ADD_PEOPLE = f"""
INSERT INTO filings_insuredperson
    (id, area_id, id_type, id_number, name, initials, sex, birth_date, phone, address, created_at, version)
SELECT step.person, %(area)s, step.id_type, step.id_number, step.name, step.initials, step.sex, step.birth_date,
    step.phone, step.address, now(), 1
FROM {STEPS} AND step.person_step = 'new'
ORDER BY step.position
"""  # noqa: S608
CHANGE_PARTICIPATIONS = f"""
UPDATE filings_participation AS participation
SET ({INSURED}) = ROW ({INSURED_STEP})
FROM {STEPS} AND step.participation_step = 'changed' AND participation.id = step.participation
"""  # noqa: S608
ADD_PARTICIPATIONS = f"""
INSERT INTO filings_participation (person_id, area_id, {INSURED})
SELECT step.person, %(area)s, {INSURED_STEP}
FROM {STEPS} AND step.participation_step = 'new'
ORDER BY step.position
"""  # noqa: S608
RETIRE_CARDS = f"""
UPDATE filings_socialsecuritycard AS card SET status = 'replaced', version = card.version + 1
FROM {STEPS} AND step.card_step = 'new' AND card.person_id = step.person AND card.status <> 'replaced'
"""  # noqa: S608
ADD_CARDS = f"""
INSERT INTO filings_socialsecuritycard (person_id, area_id, number, generation, bank, status, version)
SELECT step.person, %(area)s, step.card, '', '', 'in_use', 1
FROM {STEPS} AND step.card_step = 'new'
ORDER BY step.position
"""  # noqa: S608


def carry_out(list_import: PeopleListImport) -> None:
    given: dict[str, Any] = {"list": list_import.pk, "area": list_import.area_id}
    with connection.cursor() as cursor:
        for statement in (
            CHANGE_PEOPLE,
            ADD_PEOPLE,
            CHANGE_PARTICIPATIONS,
            ADD_PARTICIPATIONS,
            RETIRE_CARDS,
            ADD_CARDS,
        ):
            cursor.execute(statement, given)
