"""Two people with lists in the same moment: real connections, real threads."""

from typing import Any

import pytest

from hospitals.hospital_lists import verbs
from hospitals.hospital_lists.undoing import undo
from hospitals.models import Hospital, HospitalListImport
from hospitals.reasons import Refused
from hospitals.vocabulary import ListStatus
from tests.filings.test_desk_at_once import at_once
from tests.hospitals.lists import DONGYING, TODAY, YANTAI, apply, listed, prepare, upload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def directory(transactional_db: Any) -> None:
    prepare(DONGYING, YANTAI)


def applying(found: HospitalListImport) -> Any:
    return lambda: verbs.apply(list_import=found, by=None, on=TODAY)


def test_one_list_confirmed_twice_is_imported_once() -> None:
    found = upload(listed("甲医院"), strategy="add")
    answers = at_once(applying(found), applying(found))
    assert sorted(isinstance(answer, Refused) for answer in answers) == [False, True]
    assert Hospital.objects.filter(name="甲医院").count() == 1
    assert Hospital.objects.get(name="甲医院").events.count() == 1


def test_two_lists_for_one_area_never_mix() -> None:
    first, second = upload(listed("甲医院"), strategy="add"), upload(listed("甲医院", "乙医院"), strategy="add")
    answers = at_once(applying(first), applying(second))
    (refused,) = [answer for answer in answers if isinstance(answer, Refused)]
    assert "另一份名单" in str(refused) or "重新预览" in str(refused)
    assert HospitalListImport.objects.filter(status=ListStatus.APPLIED).count() == 1
    assert Hospital.objects.filter(name="甲医院").count() == 1


def test_lists_of_two_areas_do_not_wait_for_each_other() -> None:
    first, second = upload(listed("甲医院"), strategy="add"), upload(listed("乙医院"), area=YANTAI, strategy="add")
    answers = at_once(applying(first), applying(second))
    assert [answer.status for answer in answers] == [ListStatus.APPLIED, ListStatus.APPLIED]


def test_code_given_to_two_hospitals_at_once_stays_with_one() -> None:
    data = [f"{name},H37000000001" for name in ("甲医院", "乙医院")]
    lists = [
        upload(listed(row, heading="医院名称,医保编码"), area=area, strategy="add")
        for row, area in zip(data, (DONGYING, YANTAI), strict=True)
    ]
    answers = at_once(*map(applying, lists))
    (refused,) = [answer for answer in answers if isinstance(answer, Refused)]
    assert "重新预览" in str(refused)
    assert Hospital.objects.filter(code="H37000000001").count() == 1


def test_undone_twice_at_once_is_undone_once() -> None:
    found = apply(upload(listed("甲医院"), strategy="add"))
    before = Hospital.objects.count()
    answers = at_once(*[lambda: undo(list_import=found, by=None, reason="名单有误")] * 2)
    assert sum(isinstance(answer, Refused) for answer in answers) == 1
    assert Hospital.objects.count() == before - 1
