"""Undoing an import as one step: old values back, additions out, withdrawals taken back; or nothing and the reason."""

from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from hospitals.list_imports import lock_area, moving
from hospitals.models import Hospital, HospitalListImport, NetworkedService
from hospitals.reasons import Refused
from hospitals.vocabulary import ListAction

SHOWN = 5  # names in a refusal

CHANGED_SINCE = """
SELECT step.name
FROM hospitals_hospitallistrow AS step LEFT JOIN hospitals_hospital AS hospital ON hospital.id = step.hospital
WHERE step.list_import_id = %(list)s AND (
    (step.action IN ('new', 'changed', 'withdrawn') AND hospital.id IS NULL)
    OR (step.action = 'withdrawn' AND hospital.withdrawn_on IS DISTINCT FROM %(on)s)
    OR (step.action = 'new' AND (hospital.name, hospital.code, hospital.county_id, hospital.level, hospital.level_text,
            hospital.address, hospital.phone, hospital.batch, hospital.withdrawn_on)
        IS DISTINCT FROM (step.name, step.code, step.county, step.level, step.level_text,
            step.address, step.phone, step.batch, NULL::date))
    OR (step.action = 'changed' AND (
        (step.changes ? 'name' AND hospital.name <> step.name)
        OR (step.changes ? 'code' AND hospital.code <> step.code)
        OR (step.changes ? 'county' AND hospital.county_id IS DISTINCT FROM step.county)
        OR (step.changes ? 'level' AND (hospital.level, hospital.level_text) <> (step.level, step.level_text))
        OR (step.changes ? 'address' AND hospital.address <> step.address)
        OR (step.changes ? 'phone' AND hospital.phone <> step.phone)
        OR (step.changes ? 'batch' AND hospital.batch <> step.batch)
        OR (step.changes ? 'withdrawn_on' AND hospital.withdrawn_on IS NOT NULL)))
)
ORDER BY step.position
"""
CHANGE_BACK = """
UPDATE hospitals_hospital AS hospital
SET name = CASE WHEN step.changes ? 'name' THEN step.changes -> 'name' ->> 0 ELSE hospital.name END,
    code = CASE WHEN step.changes ? 'code' THEN step.changes -> 'code' ->> 0 ELSE hospital.code END,
    county_id = CASE WHEN step.changes ? 'county' THEN step.changes -> 'county' ->> 0 ELSE hospital.county_id END,
    level = CASE WHEN step.changes ? 'level' THEN step.changes -> 'level' ->> 0 ELSE hospital.level END,
    level_text = CASE WHEN step.changes ? 'level' THEN step.changes -> 'level_text' ->> 0 ELSE hospital.level_text END,
    address = CASE WHEN step.changes ? 'address' THEN step.changes -> 'address' ->> 0 ELSE hospital.address END,
    phone = CASE WHEN step.changes ? 'phone' THEN step.changes -> 'phone' ->> 0 ELSE hospital.phone END,
    batch = CASE WHEN step.changes ? 'batch' THEN step.changes -> 'batch' ->> 0 ELSE hospital.batch END,
    withdrawn_on = CASE WHEN step.changes ? 'withdrawn_on' THEN (step.changes -> 'withdrawn_on' ->> 0)::date
        ELSE hospital.withdrawn_on END
FROM hospitals_hospitallistrow AS step
WHERE step.list_import_id = %(list)s AND step.action = 'changed' AND hospital.id = step.hospital
"""
READMIT = """
UPDATE hospitals_hospital AS hospital SET withdrawn_on = NULL
FROM hospitals_hospitallistrow AS step
WHERE step.list_import_id = %(list)s AND step.action = 'withdrawn' AND hospital.id = step.hospital
"""
REMOVE = """
DELETE FROM hospitals_hospital AS hospital USING hospitals_hospitallistrow AS step
WHERE step.list_import_id = %(list)s AND step.action = 'new' AND hospital.id = step.hospital
"""
SERVICE_STEPS = """
FROM hospitals_hospitallistrow AS step, jsonb_to_recordset(step.services)
    AS item(step text, service text, scope text, opened_on date, before date, before_assumed boolean)
WHERE step.list_import_id = %(list)s AND step.action IN ('new', 'changed')
"""
SAME_SERVICE = "(opened.hospital_id, opened.service, opened.scope) = (step.hospital, item.service, item.scope)"
COUNT_SERVICE_STEPS = f"""
SELECT count(*) FILTER (WHERE item.step = 'open'), count(*) FILTER (WHERE item.step = 'redate'),
    count(*) FILTER (WHERE item.step = 'close')
{SERVICE_STEPS}"""
UNOPEN = f"""
DELETE FROM hospitals_networkedservice AS opened USING hospitals_hospitallistrow AS step,
    jsonb_to_recordset(step.services) AS item(step text, service text, scope text, opened_on date)
WHERE step.list_import_id = %(list)s AND step.action IN ('new', 'changed') AND item.step = 'open' AND {SAME_SERVICE}
    AND opened.closed_on IS NULL AND opened.opened_on = coalesce(item.opened_on, %(on)s)
"""  # noqa: S608
DATE_BACK = f"""
UPDATE hospitals_networkedservice AS opened SET opened_on = item.before, opened_assumed = item.before_assumed
{SERVICE_STEPS} AND item.step = 'redate' AND {SAME_SERVICE}
    AND opened.closed_on IS NULL AND opened.opened_on = item.opened_on
"""  # noqa: S608
REOPEN = f"""
UPDATE hospitals_networkedservice AS opened SET closed_on = NULL
{SERVICE_STEPS} AND item.step = 'close' AND {SAME_SERVICE}
    AND opened.closed_on = greatest(%(on)s::date - 1, opened.opened_on)
    AND NOT EXISTS (SELECT FROM hospitals_networkedservice AS other
        WHERE (other.hospital_id, other.service, other.scope) = (step.hospital, item.service, item.scope)
        AND other.closed_on IS NULL)
"""  # noqa: S608


def undo(*, list_import: HospitalListImport, by: User | None, reason: str) -> HospitalListImport:
    """Take an import back.  Raises Refused where a hospital it touched was changed or used since."""
    try:
        with moving(list_import, "undo", by=by, reason=reason) as locked:
            lock_area(locked.area)
            _take_back(locked)
            locked.undone_by, locked.undone_at, locked.undo_reason = by, timezone.now(), reason.strip()
    except IntegrityError:
        text = _("原来的名称或编码已被其他医院使用，不能整体撤销")
        raise Refused.because("changed_since", text) from None
    return locked


def _take_back(list_import: HospitalListImport) -> None:
    given = {"list": list_import.pk, "on": list_import.applied_on}
    with connection.cursor() as cursor:
        list(Hospital.objects.filter(area=list_import.area).order_by("pk").select_for_update().values_list("pk"))
        cursor.execute(CHANGED_SINCE, given)
        _refuse_for([name for (name,) in cursor.fetchall()], _("导入之后又有改动"))
        _refuse_for(_used_since(list_import), _("新增的医院已在业务中使用"))
        cursor.execute(COUNT_SERVICE_STEPS, given)
        expected = cursor.fetchone()
        for statement, count in zip((UNOPEN, DATE_BACK, REOPEN), expected, strict=True):
            cursor.execute(statement, given)
            if cursor.rowcount != count:
                raise Refused.because("changed_since", _("开通业务在导入之后又有改动，不能整体撤销"))
        _refuse_for(_with_services(list_import), _("导入之后又开通了业务"))
        for statement in (REMOVE, CHANGE_BACK, READMIT):
            cursor.execute(statement, given)


def _used_since(list_import: HospitalListImport) -> list[str]:
    """Names of added hospitals that another record points to."""
    added = list_import.steps.filter(action=ListAction.NEW).values("hospital")
    used: set[str] = set()
    for relation in Hospital._meta.related_objects:
        field: Any = relation.field
        if relation.related_model is NetworkedService or not field.db_constraint:
            continue  # services go with their hospital; events only remember it
        pointing = relation.related_model._default_manager.filter(**{f"{field.name}__in": added})
        used.update(pointing.values_list(f"{field.name}__name", flat=True)[: SHOWN + 1])
    return sorted(used)


def _with_services(list_import: HospitalListImport) -> list[str]:
    """Names of added hospitals that have a service beyond what the import opened, which is gone by now."""
    added = list_import.steps.filter(action=ListAction.NEW).values("hospital")
    left = NetworkedService.objects.filter(hospital__in=added)
    return sorted(set(left.values_list("hospital__name", flat=True)[: SHOWN + 1]))


def _refuse_for(names: list[str], cause: str) -> None:
    if names:
        shown = "、".join(names[:SHOWN]) + (_("等") if len(names) > SHOWN else "")
        text = _("%(cause)s：%(hospitals)s，不能整体撤销") % {"cause": cause, "hospitals": shown}
        raise Refused.because("changed_since", text)
