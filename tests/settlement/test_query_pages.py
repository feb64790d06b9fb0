"""The query desk as pages: five queries from one box, two of them after the caller is verified."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from filings.vocabulary import Category
from hospitals.vocabulary import Role, Scope, Service
from settlement.inquiries import callers
from settlement.models import CallerAnswer, CallerVerification
from tests import factories as make
from tests.settlement.booked import booked
from tests.settlement.calls import call, known_person, said

pytestmark = pytest.mark.django_db


REFUSED = {"reviewed_at": timezone.now(), "review_reason": "材料不符"}


@pytest.fixture
def hotline():
    return make.staff(Role.HOTLINE)


@pytest.fixture
def desk(hotline, signed_in):
    return signed_in(hotline)


def ask(client, about, words="", status=200, **more):
    reply = client.post("/query/", {"about": about, "words": words, **more})
    assert reply.status_code == status
    return reply.content.decode()


def verify(client, person, about="filing", status=200, **wrong):
    reply = client.post(f"/query/{person.pk}/", {"about": about, **said(person, **wrong)})
    assert reply.status_code == status, reply.content.decode()
    return reply.content.decode()


@pytest.mark.clause("DY-11")
def test_hospitals_are_found_by_name_address_code_area_and_county(desk):
    county = make.AreaFactory(code="370702")
    hospital = make.HospitalFactory(
        name="潍坊市人民医院", code="H37070200001", address="奎文区广文街151号", county=county, phone="0536-8192000"
    )
    tomorrow = timezone.localdate() + dt.timedelta(1)
    hospital.services.create(service=Service.INPATIENT, scope=Scope.CROSS_PROVINCE, opened_on="2017-03-01")
    hospital.services.create(
        service=Service.OUTPATIENT, scope=Scope.CROSS_PROVINCE, opened_on=tomorrow, opened_assumed=True
    )
    make.HospitalFactory(name="北京示例医院", area__code=make.BEIJING)
    for words in ("", "人民医院", "广文街", "h370702", "潍坊", "潍城区"):
        page = ask(desk, "hospitals", words)
        assert "潍坊市人民医院" in page
        assert "北京示例医院" not in page
    assert "住院（跨省） 2017-03-01 起" in page
    assert f"普通门诊（跨省） 将于 {tomorrow} 开通，日期待核定" in page
    assert "0536-8192000" in page
    assert "北京示例医院" in ask(desk, "hospitals", "北京")
    assert "没有“查无”的联网医院" in ask(desk, "hospitals", "查无").replace("目录中", "")


@pytest.mark.clause("DY-11")
def test_agencies_are_told_with_window_address_and_telephones(desk):
    make.HallFactory(
        district="奎文区", name="奎文区医保窗口", address="胜利东街1号", phone="0536-1", hotline="0536-12393"
    )
    make.HallFactory(area__code=make.TIELING, name="铁岭市窗口", phone="024-74849067")
    for words in ("", "奎文", "胜利东街", "12393", "潍坊"):
        page = ask(desk, "agencies", words)
        for told in ("奎文区医保窗口", "胜利东街1号", "0536-1", "0536-12393"):
            assert told in page
        assert "铁岭市窗口" not in page
    assert "铁岭市窗口" in ask(desk, "agencies", "铁岭")


@pytest.mark.clause("DY-11", "DY-15")
def test_areas_opened_are_told_with_their_days(desk):
    hospital = make.HospitalFactory()
    hospital.services.create(service=Service.INPATIENT, scope=Scope.CROSS_PROVINCE, opened_on="2017-08-01")
    make.AreaFactory(code=make.TIELING)
    page = ask(desk, "opened", "潍坊")
    assert "已开通" in page
    assert "2017-08-01 起" in page
    assert "没有该地在" in page  # no policy here
    assert "目录中没有该地的联网医院，未配置" in ask(desk, "opened", "铁岭")
    assert "没有“某地”这个统筹区" in ask(desk, "opened", "某地")


def test_public_questions_need_nothing_posted(desk):
    make.HallFactory(name="奎文区医保窗口")
    assert "奎文区医保窗口" in desk.get("/query/?about=agencies").content.decode()
    assert "奎文区医保窗口" not in desk.get("/query/").content.decode()
    assert "没有结算" not in desk.get("/query/?about=cost").content.decode()


@pytest.mark.clause("JN-07", "DY-11")
def test_filing_state_is_told_once_the_caller_is_verified(desk, hotline):
    person = known_person()
    filing = make.FilingFactory(person=person, category=Category.RESETTLED_RETIREE)
    make.RegistrationFactory(
        person=person, filing=filing, admitted_on=timezone.localdate(), registered_on=timezone.localdate()
    )
    make.SanctionFactory(person=person, commitment__filing=filing)
    page = ask(desk, "filing", person.id_number, go="1")
    assert "核验来电人：王小明" in page
    assert f'value="{person.id_number}"' in page  # as the caller said it
    assert filing.number not in page
    failed = verify(desk, person, status=422, tail="0000")
    assert "核验未通过，不符：社会保障卡号后四位。已记录" in failed
    assert "今日已有 1 次核验未通过" in failed
    assert filing.number not in failed
    told = verify(desk, person)
    for words in ("已核验来电人", filing.number, "异地安置退休人员", "有效", "示例第", "暂停"):
        assert words in told
    assert [row.is_matched for row in CallerVerification.objects.order_by("pk")] == [False, True]
    assert list(CallerAnswer.objects.values_list("query", flat=True)) == ["filing"]


@pytest.mark.clause("JN-07", "DY-11")
def test_cost_is_told_with_its_parts_and_the_years_sum(desk, hotline):
    person = known_person()
    booked(person, {"hifp_pay": 600}, personal=400)
    booked(person, {"hifp_pay": "1000.55"}, personal=400)
    make.ClaimFactory(person=person)
    call(hotline, person)
    page = ask(desk, "cost")
    for words in ("600.00", "1,000.55", "2,400.55", "1,600.55", "2026 年合计 2 笔", "25,000.00", "未支付的手工报销"):
        assert words in page
    assert list(CallerAnswer.objects.values_list("query", flat=True)) == ["cost"]


@pytest.mark.clause("JN-07")
def test_nothing_personal_is_told_without_a_caller_verified(desk, hotline, signed_in):
    person = known_person()
    filing = make.FilingFactory(person=person)
    booked(person, {"hifp_pay": 600})
    call(make.staff(Role.HOTLINE), person)  # a colleague's caller
    for about in ("filing", "cost"):
        for words in ("", person.id_number):
            page = ask(desk, about, words)
            assert filing.number not in page
            assert "600.00" not in page
    assert "只答复核验过的来电人" in ask(desk, "cost")
    call(hotline, person)
    assert filing.number in ask(desk, "filing")
    ended = desk.post("/query/end/", {"about": "filing"}).content.decode()
    assert "通话已结束" in ended
    assert filing.number not in ask(desk, "filing")


@pytest.mark.clause("JN-07")
def test_hotline_reaches_nothing_personal_around_the_desk(desk, hotline):
    person = known_person()
    filing, claim, made = make.FilingFactory(person=person), make.ClaimFactory(person=person), booked(person, {})
    call(hotline, person)
    for link in (filing, claim, made):
        assert desk.get(link.get_absolute_url()).status_code == 403
    page = desk.get(f"/people/{person.pk}/").content.decode()
    assert not any(number in page for number in (filing.number, claim.number, made.number))


def test_verification_runs_out(desk, hotline, monkeypatch):
    person = known_person()
    filing = make.FilingFactory(person=person)
    call(hotline, person)
    assert filing.number in ask(desk, "filing")
    later = timezone.now() + callers.CALL
    monkeypatch.setattr("settlement.views.query.timezone.now", lambda: later)
    assert filing.number not in ask(desk, "filing")


def test_failures_close_the_form_for_the_day(desk):
    person = known_person()
    for _turn in range(callers.MOST_FAILURES):
        page = verify(desk, person, status=422, name="李四")
    assert "今日来电核验未通过已达 3 次" in page
    assert "所报证件号码" not in page
    assert "请本人持有效证件到窗口查询" in verify(desk, person, status=422)
    assert CallerVerification.objects.count() == callers.MOST_FAILURES


def test_person_of_whom_the_register_knows_too_little_is_asked_to_come(desk):
    person = make.PersonFactory(phone="")
    page = desk.post(f"/query/{person.pk}/", {"about": "filing"}).content.decode()
    assert "无法在电话中核验" in page


def test_faults_of_the_form_are_told_and_nothing_is_recorded(desk):
    person = known_person()
    reply = desk.post(f"/query/{person.pk}/", {"about": "cost", "relation": "child", "tail": "12", "name": "王小明"})
    page = reply.content.decode()
    assert reply.status_code == 422
    assert "请填写来电人姓名" in page
    assert 'value="王小明"' in page
    assert not CallerVerification.objects.exists()


def test_one_person_is_chosen_of_several(desk):
    people = [known_person(), make.PersonFactory(name="王小美"), make.PersonFactory(name="李四")]
    page = ask(desk, "cost", "王小", go="1")
    assert [f"/query/{person.pk}/" in page for person in people] == [True, True, False]
    assert people[0].id_number not in page
    assert "没有找到“赵”" in ask(desk, "cost", "赵")


def test_answer_alone_goes_to_htmx(desk, hotline):
    person = known_person()
    call(hotline, person)
    reply = desk.post("/query/", {"about": "filing"}, headers={"HX-Request": "true"})
    page = reply.content.decode()
    assert page.lstrip().startswith('<div id="answer"')
    assert (reply["HX-Trigger"], reply["Cache-Control"].startswith("max-age=0")) == ("caller-changed", True)
    faulty = desk.post(f"/query/{person.pk}/", {"about": "cost", "tail": "1"}, headers={"HX-Request": "true"})
    assert faulty.status_code == 200  # so that it is put in


def test_persons_page_shows_who_called(desk, hotline, signed_in):
    person = known_person()
    auditor = signed_in(make.staff(Role.AUDITOR))
    assert "来电核验" not in auditor.get(f"/people/{person.pk}/").content.decode()
    call(hotline, person, tail="0000")
    call(hotline, person)
    ask(desk, "cost")
    page = auditor.get(f"/people/{person.pk}/").content.decode()
    for words in ("来电核验", "不符：社会保障卡号后四位", "相符", hotline.last_name, "就医费用"):
        assert words in page


def test_hall_clerk_answers_of_every_window(signed_in):
    hall = make.HallFactory()
    clerk = make.staff(Role.CLERK, hall=hall)
    person = known_person()
    filing = make.FilingFactory(person=person)
    call(clerk, person)
    assert filing.number in ask(signed_in(clerk), "filing")


@pytest.mark.parametrize("about", ["hospitals", "agencies", "filing", "cost"])
def test_answers_ask_the_database_alike_however_many_rows(desk, hotline, about):
    counted = []
    person = known_person()
    call(hotline, person)
    for more in (1, 2, 22):
        for _row in range(more):
            make.HospitalFactory().services.create(
                service=Service.INPATIENT, scope=Scope.CROSS_PROVINCE, opened_on="2017-08-01"
            )
            make.HallFactory()
            booked(person, {"hifp_pay": 600})
            make.ClaimFactory(person=person)
            make.FilingFactory(person=person, status="refused", reviewed_by=hotline, **REFUSED)
        with CaptureQueriesContext(connection) as queries:
            ask(desk, about)
        counted.append(len(queries))
    assert len(set(counted)) == 1, counted
