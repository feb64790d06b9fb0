"""Who takes part: the shipped directory and policies, two homes of patients, people to be filed, their clerks."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.management import call_command
from django.db import connection, connections

from filings.models import InsuredPerson, Participation
from hospitals.access import portal_account
from hospitals.models import Area, Hospital
from hospitals.vocabulary import Level, Role
from tests import factories as make
from tests.settlement.books import EACH_STAY, PEOPLE, publish

HOSPITAL, NAME, PLACE = "H11010100001", "北京故障演练医院", make.BEIJING


@dataclass
class Cast:
    """plain: patients of a shipped area; capped: of one whose ceilings are soon reached; to_file: at the counters."""

    plain: list[InsuredPerson]
    capped: list[InsuredPerson]
    to_file: list[InsuredPerson]


def assemble(kills: int, clerks: Iterable[str]) -> Cast:
    """On a database that has its tables and nothing else."""
    for command in ("load_directory", "load_policies"):
        call_command(command, verbosity=0)
    publish(EACH_STAY, make.QINGDAO)
    _a_hospital()
    for name in clerks:
        make.staff(Role.CLERK, make.WEIFANG, username=name)
    plain = _people(make.TIELING, 40 + kills, "FP")
    capped = _people(make.QINGDAO, 10 + kills // 4, "FC", varied=True)
    for person in capped:
        insured = person.participations.get()
        kept = {"scheme": insured.scheme, "employment": insured.employment, "made_by": portal_account()}
        make.FilingFactory(person=person, filed_on="2026-01-01", **kept)
        make.CardFactory(person=person)
    cast = Cast(plain, capped, _people(make.WEIFANG, 60 + 12 * kills, "FF"))
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")  # as after hours of service: a recovery starts from the last one
    connections.close_all()
    return cast


def _people(area: str, count: int, mark: str, varied: bool = False) -> list[InsuredPerson]:
    people = [
        InsuredPerson(area_id=area, name="王小明", id_type="99", id_number=f"{mark}{number:08d}")
        for number in range(count)
    ]
    for person in people:
        person.derive()
    InsuredPerson.objects.bulk_create(people)
    Participation.objects.bulk_create(
        Participation(
            person=person, area_id=area, starts_on="2015-01-01", **PEOPLE[number % len(PEOPLE) if varied else 0]
        )
        for number, person in enumerate(people)
    )
    return people


def _a_hospital() -> None:
    hospital = Hospital.objects.create(area=Area.objects.get(pk=PLACE), code=HOSPITAL, name=NAME, level=Level.THREE)
    for scope in ("in_province", "cross_province"):
        hospital.services.create(service="inpatient", scope=scope, opened_on="2017-01-01", source="示例")
