"""Filing policies in admin.  What all policies share is tested in tests/settlement/test_policy_admin.py."""

import datetime as dt

import pytest
from django.urls import reverse

from filings.models import FilingPolicy, FilingRule
from filings.vocabulary import Category, Material
from hospitals.vocabulary import Role
from tests import shipped
from tests.factories import HOMES, TIELING, WEIFANG, staff
from tests.settlement.test_policy_admin import filled

pytestmark = pytest.mark.django_db


@pytest.fixture
def policy():
    shipped.filing_policies(*HOMES)
    return FilingPolicy.objects.get(area=TIELING)


@pytest.fixture
def draft(policy):
    return policy.next_version(starts_on=dt.date(2027, 1, 1))


@pytest.fixture
def supervisor(signed_in):
    return signed_in(staff(Role.SUPERVISOR, TIELING))


def page(record, step="change"):
    return reverse(f"admin:filings_{record._meta.model_name}_{step}", args=[record.pk])


def test_published_policy_shows_rules_materials_channels_and_clauses(supervisor, policy):
    text = supervisor.get(page(policy)).content.decode()
    for said in (
        "居住证、户口簿（户籍证明）、本人名下房产证之一",
        "文件未写明学生备案的待遇档次",
        "公众号",
        "三（四）",
        "港澳台地区除外",
        "施行日期待核定",
    ):
        assert said in text


def test_draft_s_rows_are_changed_on_its_page(supervisor, draft):
    data = filled(supervisor.get(page(draft)))
    lock = next(key for key, value in data.items() if key.startswith("lock_rows-") and key.endswith("-months"))
    channel = next(key for key in data if key.startswith("channel_rows-") and key.endswith("-categories"))
    data |= {lock: "3", channel: [Category.STUDENT], "commitment_months": "12", "whole_provinces": "460000,540000"}
    response = supervisor.post(page(draft), data)
    assert response.status_code == 302, response.context["errors"]
    draft.refresh_from_db()
    rules = draft.rules()
    assert (rules.commitment_months, rules.whole_provinces) == (12, ("460000", "540000"))
    assert rules.locks[0].months == 3
    assert rules.channels[0].categories == (Category.STUDENT,)


def test_saving_a_draft_unchanged_changes_nothing(supervisor, draft):
    before = draft.rules()
    assert supervisor.post(page(draft), filled(supervisor.get(page(draft)))).status_code == 302
    draft.refresh_from_db()
    assert draft.rules() == before


def test_materials_of_a_rule_are_changed_on_the_rule_s_page(supervisor, draft):
    rule = draft.rule_rows.get(category=Category.POSTED_WORKER)
    assert page(rule) in supervisor.get(page(draft)).content.decode()
    data = filled(supervisor.get(page(rule))) | {
        "material_rows-TOTAL_FORMS": "2",
        "material_rows-1-one_of": [Material.ID_DOCUMENT],
        "material_rows-1-originals": "1",
        "material_rows-1-section": "二4",
    }
    response = supervisor.post(page(rule), data)
    assert response.status_code == 302, response.context["errors"]
    assert response["Location"] == page(draft)
    groups = [(row.one_of, row.originals) for row in rule.material_rows.all()]
    assert groups == [(["employer_certificate", "labour_contract"], None), (["id_document"], 1)]


def test_rule_of_a_published_policy_is_shown_and_not_changed(supervisor, policy):
    rule = policy.rule_rows.get(category=Category.POSTED_WORKER)
    assert "劳动合同" in supervisor.get(page(rule)).content.decode()
    assert supervisor.post(page(rule), {"text": "另一规定"}).status_code == 403
    assert supervisor.post(page(rule, "delete"), {"post": "yes"}).status_code == 403
    assert FilingRule.objects.get(pk=rule.pk).text == rule.text


def test_second_rule_for_the_same_case_is_told_in_chinese(supervisor, draft):
    data = filled(supervisor.get(page(draft)))
    rows = int(data["rule_rows-TOTAL_FORMS"])
    first = {key: value for key, value in data.items() if key.startswith("rule_rows-0-")}
    second = {key.replace("-0-", f"-{rows}-"): value for key, value in first.items()}
    data |= second | {"rule_rows-TOTAL_FORMS": str(rows + 1), f"rule_rows-{rows}-id": ""}
    response = supervisor.post(page(draft), data)
    assert response.status_code == 200
    assert draft.rule_rows.count() == rows


def test_draft_with_all_its_rows_may_be_thrown_away(supervisor, draft):
    assert supervisor.post(page(draft, "delete"), {"post": "yes"}).status_code == 302
    assert not FilingRule.objects.filter(policy=draft.pk).exists()


def test_supervisor_of_another_area_reaches_neither_policy_nor_rule(signed_in, draft):
    elsewhere = signed_in(staff(Role.SUPERVISOR, WEIFANG))
    rule = draft.rule_rows.first()
    elsewhere.post(page(rule), {"text": "另一规定"})
    elsewhere.post(page(draft), {"document": "另一文件"})
    for record in (draft, rule):
        assert elsewhere.get(page(record)).status_code == 302  # Django admin's answer to what is not there
    assert FilingRule.objects.get(pk=rule.pk).text == rule.text


def test_rules_stand_under_their_policy_only(supervisor, policy):
    assert reverse("admin:filings_filingrule_changelist") not in supervisor.get("/admin/").content.decode()
    assert supervisor.get(reverse("admin:filings_filingrule_add")).status_code == 403
