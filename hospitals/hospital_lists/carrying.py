"""Carrying out a previewed plan, a handful of statements however long the list.  History is written by triggers."""

import datetime as dt
from typing import Any

from django.db import connection

from hospitals.models import HospitalListImport

CHANGE = """
UPDATE hospitals_hospital AS hospital
SET name = step.name, code = step.code, county_id = step.county, level = step.level, level_text = step.level_text,
    address = step.address, phone = step.phone, batch = step.batch,
    withdrawn_on = CASE WHEN step.changes ? 'withdrawn_on' THEN NULL ELSE hospital.withdrawn_on END
FROM hospitals_hospitallistrow AS step
WHERE step.list_import_id = %(list)s AND step.action = 'changed' AND hospital.id = step.hospital
"""
WITHDRAW = """
UPDATE hospitals_hospital AS hospital
SET withdrawn_on = %(on)s
FROM hospitals_hospitallistrow AS step
WHERE step.list_import_id = %(list)s AND step.action = 'withdrawn' AND hospital.id = step.hospital
"""
ADD = """
INSERT INTO hospitals_hospital
    (id, area_id, name, code, county_id, level, level_text, address, phone, batch, source)
SELECT hospital, %(area)s, name, code, county, level, level_text, address, phone, batch, %(source)s
FROM hospitals_hospitallistrow
WHERE list_import_id = %(list)s AND action = 'new'
ORDER BY position
"""
SERVICE_STEPS = """
FROM hospitals_hospitallistrow AS step,
    jsonb_to_recordset(step.services) AS item(step text, service text, scope text, opened_on date)
WHERE step.list_import_id = %(list)s AND step.action IN ('new', 'changed')
"""
OPEN = f"""
INSERT INTO hospitals_networkedservice (hospital_id, service, scope, opened_on, opened_assumed, source)
SELECT step.hospital, item.service, item.scope, coalesce(item.opened_on, %(on)s), item.opened_on IS NULL, %(source)s
{SERVICE_STEPS} AND item.step = 'open'
ORDER BY step.position
"""
CLOSE = f"""
UPDATE hospitals_networkedservice AS opened
SET closed_on = greatest(%(on)s::date - 1, opened.opened_on)
{SERVICE_STEPS} AND item.step = 'close'
    AND (opened.hospital_id, opened.service, opened.scope) = (step.hospital, item.service, item.scope)
    AND opened.closed_on IS NULL
"""  # noqa: S608 - constants only
REDATE = f"""
UPDATE hospitals_networkedservice AS opened
SET opened_on = item.opened_on, opened_assumed = false
{SERVICE_STEPS} AND item.step = 'redate'
    AND (opened.hospital_id, opened.service, opened.scope) = (step.hospital, item.service, item.scope)
    AND opened.closed_on IS NULL
"""  # noqa: S608 - constants only


def carry_out(list_import: HospitalListImport, on: dt.date) -> None:
    """Changes before additions, so that a name given up in the list is free for another."""
    given: dict[str, Any] = {
        "list": list_import.pk,
        "area": list_import.area_id,
        "on": on,
        "source": f"导入名单《{list_import.file_name}》"[:200],
    }
    statements = []
    if list_import.changed:
        statements.append(CHANGE)
    if list_import.withdrawn:
        statements.append(WITHDRAW)
    if list_import.new:
        statements.append(ADD)
    if "services" in list_import.headings:
        statements += [CLOSE, REDATE, OPEN]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, given)
