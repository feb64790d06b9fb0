"""Benefit and claim policies: shipped exactly, immutable once published, chosen by day."""

import datetime as dt
import shutil
import tomllib
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from filings.vocabulary import Category
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from settlement.calculation.pack import TABLES
from settlement.claims.checklist import claim_rules
from settlement.models import BenefitPolicy, ClaimPolicy, DeductibleRow, RatioRow
from settlement.policy_packs import SHIPPED, load_benefits, load_claims, read_benefits, read_claims
from tests import shipped
from tests.factories import DONGYING, HOMES, TIELING, WEIFANG, YANTAI, AreaFactory, staff

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 1)


@pytest.fixture
def tieling():
    shipped.benefit_policies(*HOMES)
    return BenefitPolicy.objects.in_force(TIELING, DAY)


@pytest.fixture
def yantai():
    AreaFactory(code=YANTAI)
    load_claims()
    return ClaimPolicy.objects.in_force(YANTAI, DAY)


def refused_by_database(change, why="已发布的政策不能修改"):
    with pytest.raises(IntegrityError, match=why), transaction.atomic():
        change()


@pytest.mark.clause("TL-03")
def test_shipped_table_is_in_the_database_as_in_the_pack(tieling):
    assert tieling.rules() == read_benefits(SHIPPED / "211200.toml")
    assert (tieling.deductibles.count(), tieling.ratios.count(), tieling.continuous.count()) == (16, 14, 4)
    assert not tieling.ceilings.exists()
    assert tieling.starts_assumed
    assert (tieling.status, tieling.published_by) == ("published", None)


@pytest.mark.clause("WF-09", "YT-17", "DY-09")
def test_agencies_without_numbers_ship_whose_catalogue_holds_and_nothing_else(tieling):
    shipped = {policy.area_id: policy.rules() for policy in BenefitPolicy.objects.exclude(area=TIELING)}
    assert {area: rules.catalogues for area, rules in shipped.items()} == {
        DONGYING: {"direct": "七1"},
        WEIFANG: {"direct": "四（一）"},
        YANTAI: {"direct": "正文：省内异地就医即时结算"},
    }
    for rules in shipped.values():
        tables = {name: getattr(rules, name) for name in TABLES}
        said = {name for name, table in tables.items() if getattr(table, "rows", table)}
        assert said == ({"follow_ups"} if rules.area == DONGYING else set())


@pytest.mark.clause("DY-10")
def test_dongying_leaves_two_components_to_be_paid_later(tieling):
    rules = BenefitPolicy.objects.in_force(DONGYING, DAY).rules()
    assert [(row.component, row.scheme, row.payer, row.section) for row in rules.follow_ups] == [
        ("civil_servant", None, "agency", "七4"),
        ("serious_illness", "resident", "insurer", "七4"),
    ]


@pytest.mark.clause("TL-13")
def test_tieling_names_the_provincial_policy_for_referrals_to_shenyang(tieling):
    (row,) = tieling.rules().destinations
    assert (row.destination, row.tier, row.basis, row.policy_area) == ("210100", "referral", "direct", "210000")


def test_no_shipped_number_is_a_sample():
    for path in SHIPPED.glob("*.toml"):
        if "benefit" in tomllib.loads(path.read_text("utf-8")):
            rules = read_benefits(path)
            tables = (getattr(rules, name) for name in TABLES)
            rows = [row for table in tables for row in getattr(table, "rows", table)]
            assert not any(getattr(row, "assumed", False) for row in rows)


def test_loading_twice_changes_nothing(tieling):
    before = list(BenefitPolicy.objects.values_list("pk", "published_at"))
    report = load_benefits()
    assert (report.published, len(report.same)) == ((), len(before))
    assert list(BenefitPolicy.objects.values_list("pk", "published_at")) == before


def test_changed_pack_of_a_published_version_is_refused(tieling, tmp_path):
    pack = (SHIPPED / "211200.toml").read_text("utf-8")
    (tmp_path / "211200.toml").write_text(pack.replace('"1250.00"', '"1200.00"'), "utf-8")
    with pytest.raises(Refused, match=r"211200\.toml.*第1版.*不能修改"):
        load_benefits(tmp_path)
    assert tieling.deductibles.filter(number=1200).count() == 0


def test_unreadable_pack_is_refused_by_name(tmp_path):
    AreaFactory(code=TIELING)
    shutil.copy(SHIPPED / "211200.toml", tmp_path)
    (tmp_path / "370500.toml").write_text("[benefit]\narea = nonsense", "utf-8")
    with pytest.raises(Refused, match=r"370500\.toml"):
        load_benefits(tmp_path)
    assert not BenefitPolicy.objects.exists()


def test_rows_of_a_published_version_are_final(tieling):
    row = tieling.deductibles.first()
    draft = tieling.next_version(starts_on=dt.date(2027, 1, 1))
    refused_by_database(lambda: tieling.deductibles.update(number=1))
    refused_by_database(lambda: tieling.deductibles.filter(pk=row.pk).update(policy=draft))
    refused_by_database(lambda: draft.ratios.filter(pk=draft.ratios.first().pk).update(policy=tieling))
    refused_by_database(row.delete)
    refused_by_database(tieling.continuous.all().delete)
    refused_by_database(lambda: RatioRow.objects.create(policy=tieling, number=1, level="1", section="二2"))
    refused_by_database(lambda: BenefitPolicy.objects.filter(pk=tieling.pk).update(direct_catalogue=""))
    refused_by_database(lambda: BenefitPolicy.objects.filter(pk=tieling.pk).update(status="draft"))
    assert tieling.rules() == read_benefits(SHIPPED / "211200.toml")


def test_later_version_supersedes_and_the_old_one_still_answers_for_its_days(tieling):
    draft = tieling.next_version(starts_on=dt.date(2027, 1, 1))
    assert draft.rules().deductibles == tieling.rules().deductibles
    draft.deductibles.filter(level="3").update(number=Decimal("1800.00"))
    assert BenefitPolicy.objects.in_force(TIELING, dt.date(2027, 1, 1)) == tieling
    draft.publish(by=None)
    assert BenefitPolicy.objects.in_force(TIELING, dt.date(2026, 12, 31)) == tieling
    assert BenefitPolicy.objects.in_force(TIELING, dt.date(2027, 1, 1)) == draft
    assert BenefitPolicy.objects.in_force(TIELING, dt.date(2022, 12, 31)) is None
    book = BenefitPolicy.objects.rule_book()
    assert [book.in_force(TIELING, day).version for day in (dt.date(2026, 12, 31), dt.date(2027, 1, 1))] == [1, 2]


def test_version_is_proposed_by_one_and_published_by_another(tieling):
    one, other = staff(Role.SUPERVISOR, TIELING), staff(Role.SUPERVISOR, TIELING)
    draft = tieling.next_version(starts_on=dt.date(2027, 1, 1))
    with pytest.raises(Refused, match="草稿须先提交"):
        draft.publish(by=one)
    draft.propose(by=one)
    with pytest.raises(Refused, match="待发布，不是草稿"):
        draft.propose(by=other)
    with pytest.raises(Refused, match="须由另一人发布"):
        draft.publish(by=one)
    draft.publish(by=other)
    assert (draft.proposed_by, draft.published_by) == (one, other)
    with pytest.raises(Refused, match="已发布，不是待发布"):
        draft.give_back()


def test_proposed_version_is_not_in_force_and_not_edited_until_it_is_given_back(tieling):
    draft = tieling.next_version(starts_on=dt.date(2025, 1, 1))
    draft.propose(by=staff(Role.SUPERVISOR, TIELING))
    assert BenefitPolicy.objects.in_force(TIELING, DAY) == tieling
    for change in (
        lambda: draft.deductibles.update(number=1),
        lambda: RatioRow.objects.create(policy=draft, number=1, level="1", section="二2"),
        lambda: draft.ratios.first().delete(),
        lambda: BenefitPolicy.objects.filter(pk=draft.pk).update(document="另一文件"),
        lambda: BenefitPolicy.objects.filter(pk=draft.pk).delete(),
    ):
        refused_by_database(change, "待发布的政策不能修改")
    draft.give_back()
    draft.deductibles.update(number=1)


def test_database_refuses_a_version_published_by_who_proposed_it(tieling):
    draft, by = tieling.next_version(starts_on=dt.date(2027, 1, 1)), staff(Role.SUPERVISOR, TIELING)
    draft.propose(by=by)
    published = {"status": "published", "published_by": by, "published_at": dt.datetime.now(dt.UTC)}
    with pytest.raises(IntegrityError, match="benefitpolicy_published_by_another"), transaction.atomic():
        BenefitPolicy.objects.filter(pk=draft.pk).update(**published)
    with pytest.raises(IntegrityError, match="benefitpolicy_published_by_another"), transaction.atomic():
        BenefitPolicy.objects.filter(pk=draft.pk).update(**published, proposed_by=None)


def test_two_rows_that_contradict_each_other_are_not_proposed(tieling):
    draft = tieling.next_version(starts_on=dt.date(2027, 1, 1))
    RatioRow.objects.create(policy=draft, level="1", above=1000, number=1, section="二2")
    with pytest.raises(Refused, match="分段支付比例须从 0 元起"):
        draft.propose(by=staff(Role.SUPERVISOR, TIELING))


def test_draft_is_not_in_force(tieling):
    tieling.next_version(starts_on=dt.date(2025, 1, 1))
    assert BenefitPolicy.objects.rule_book().in_force(TIELING, DAY) == tieling.rules()


def test_rule_book_reads_in_few_statements(tieling, django_assert_num_queries):
    for year in (2027, 2028, 2029):
        BenefitPolicy.objects.latest("version").next_version(starts_on=dt.date(year, 1, 1)).publish(by=None)
    with django_assert_num_queries(13):
        BenefitPolicy.objects.rule_book()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (RatioRow(number=Decimal("1.01"), section="二2", level="1"), "小于或等于1"),
        (RatioRow(number=Decimal("-0.01"), section="二2", level="1"), "大于或等于0"),
        (DeductibleRow(number=Decimal("-1.00"), section="二2", level="1"), "大于或等于0"),
        (DeductibleRow(number=Decimal("1.005"), section="二2", level="1"), "小数"),
        (DeductibleRow(number=Decimal("1.00"), section="", level="1"), "不能为空"),
        (
            DeductibleRow(number=1, section="二2", scheme="employee", tier="referral", service="inpatient", level="1"),
            "同一对象已有一个数字",
        ),
    ],
)
def test_row_that_cannot_stand_is_refused_with_a_message(tieling, row, message):
    row.policy = tieling.next_version(starts_on=dt.date(2027, 1, 1))
    with pytest.raises(ValidationError, match=message):
        row.full_clean()


def test_database_refuses_a_ratio_above_one(tieling):
    draft = tieling.next_version(starts_on=dt.date(2027, 1, 1))
    with pytest.raises(IntegrityError, match="ratio_from_nought_to_one"):
        RatioRow.objects.create(policy=draft, number=Decimal("1.2"), section="二2", level="1")


# Claim materials


def codes(groups):
    return [[material.value for material in group.one_of] for group in groups]


@pytest.mark.clause("YT-06")
@pytest.mark.parametrize("category", [Category.RESETTLED_RETIREE, Category.LONG_TERM_RESIDENT, Category.POSTED_WORKER])
def test_long_term_claim_asks_for_form_or_roster(yantai, category):
    rules = yantai.rules()
    groups = rules.checklist(category)
    assert codes(groups) == [
        ["registration_form", "roster"],
        ["original_receipts"],
        ["inpatient_record"],
        ["itemised_list"],
    ]
    assert rules.cite(groups[0]) == "《烟台城镇基本医疗保险异地就医管理结算流程》二（二）1"


@pytest.mark.clause("YT-07")
def test_referral_claim_asks_for_approval_and_certificate(yantai):
    assert codes(yantai.rules().checklist(Category.REFERRAL)) == [
        ["referral_approval_form"],
        ["original_receipts"],
        ["inpatient_record"],
        ["itemised_list"],
        ["referral_certificate"],
    ]


@pytest.mark.clause("YT-08")
def test_emergency_claim_asks_for_outpatient_record_where_there_is_one(yantai):
    groups = yantai.rules().checklist(Category.EMERGENCY)
    assert codes(groups) == [
        ["emergency_expense_form"],
        ["original_receipts"],
        ["inpatient_record"],
        ["outpatient_record"],
        ["itemised_list"],
    ]
    assert groups[3].condition == "有门诊病历时"


def test_category_that_the_document_does_not_name_has_no_checklist(yantai):
    assert yantai.rules().checklist(Category.TEMPORARY) == ()


def test_claim_policy_is_in_the_database_as_in_the_pack(yantai):
    assert yantai.rules() == read_claims(SHIPPED / "370600.toml")
    draft = yantai.next_version(starts_on=dt.date(2027, 1, 1))
    assert draft.rules().checklists == yantai.rules().checklists
    refused_by_database(yantai.materials.all().delete)


@pytest.mark.parametrize(
    "entry",
    [
        {"categories": ["emergency", "emergency"], "section": "一", "materials": [{"one_of": ["roster"]}]},
        {"categories": ["visitor"], "section": "一", "materials": [{"one_of": ["roster"]}]},
        {"categories": ["emergency"], "section": "一", "materials": [{"one_of": ["passport"]}]},
        {"categories": ["emergency"], "section": "一", "materials": [{"any_of": ["roster"]}]},
        {"categories": ["emergency"], "materials": [{"one_of": ["roster"]}]},
    ],
)
def test_checklist_that_is_not_understood_is_refused(entry):
    pack = {"area": YANTAI, "version": 1, "document": "", "starts_on": DAY, "claims": {"checklists": [entry] * 2}}
    with pytest.raises((ValueError, TypeError, KeyError)):
        claim_rules(pack)
