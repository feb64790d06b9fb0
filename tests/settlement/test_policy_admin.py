"""Policies in admin: tables while drafts, read-only once published, supervisors of the area only."""

import datetime as dt

import pytest
from django.urls import reverse

from hospitals.vocabulary import Role
from settlement.models import BenefitPolicy, ClaimPolicy
from settlement.policy_packs import load_claims
from tests import shipped
from tests.factories import HOMES, TIELING, WEIFANG, YANTAI, AreaFactory, staff

pytestmark = pytest.mark.django_db


NEW_ROW = {"scheme": "employee", "service": "outpatient", "number": "300.00", "section": "九"}


@pytest.fixture
def policy():
    shipped.benefit_policies(*HOMES, "210100")
    return BenefitPolicy.objects.get(area=TIELING)


@pytest.fixture
def supervisor(signed_in):
    return signed_in(staff(Role.SUPERVISOR, TIELING))


def versions():
    return BenefitPolicy.objects.filter(area=TIELING)


def page(policy, step="change"):
    return reverse(f"admin:settlement_{policy._meta.model_name}_{step}", args=[policy.pk])


def filled(response):
    """What the browser would send back of a change page: every field of every form as it stands."""
    context = response.context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data = {}
    for form in forms:
        for field in form:
            value = field.value()
            data[field.html_name] = "" if value is None else value
    return {name: value for name, value in data.items() if value is not False}


def test_published_version_is_shown_read_only(supervisor, policy):
    response = supervisor.get(page(policy))
    assert response.status_code == 200
    assert not response.context["has_change_permission"]
    assert "1750.00" in response.content.decode()
    before = policy.rules()
    assert supervisor.post(page(policy), {"document": "另一文件"}).status_code == 403
    assert supervisor.post(page(policy, "delete"), {"post": "yes"}).status_code == 403
    policy.refresh_from_db()
    assert policy.rules() == before


def test_supervisor_changes_a_version_and_a_colleague_publishes_it(supervisor, signed_in, policy):
    assert "新建版本" in supervisor.get(page(policy)).content.decode()
    assert supervisor.get(page(policy, "next")).status_code == 200
    response = supervisor.post(page(policy, "next"), {"starts_on": "2027-01-01"})
    draft = BenefitPolicy.objects.get(area=TIELING, version=2)
    assert response["Location"] == page(draft)

    data = filled(supervisor.get(page(draft)))
    row = next(key for key, value in data.items() if key.startswith("deductibles-") and str(value) == "750.00")
    response = supervisor.post(page(draft), data | {row: "800.00", "document": "新文件", "starts_on": "2027-02-01"})
    assert response.status_code == 302, response.context["errors"]
    draft.refresh_from_db()
    assert (draft.document, draft.starts_on) == ("新文件", dt.date(2027, 2, 1))
    assert draft.deductibles.filter(number=800).count() == 1

    assert "另一人" in supervisor.get(page(draft, "propose")).content.decode()
    assert supervisor.post(page(draft, "propose"))["Location"] == page(draft)
    draft.refresh_from_db()
    assert draft.status == "proposed"
    colleague = signed_in(staff(Role.SUPERVISOR, TIELING))
    assert "2027-02-01" in colleague.get(page(draft, "publish")).content.decode()
    draft.refresh_from_db()
    assert not draft.is_published
    assert colleague.post(page(draft, "publish"))["Location"] == page(draft)
    draft.refresh_from_db()
    policy.refresh_from_db()
    assert draft.is_published
    assert draft.published_by != draft.proposed_by
    assert draft.published_by.posts.get().role == Role.SUPERVISOR
    assert policy.ends_on == dt.date(2027, 1, 31)
    assert draft.events.order_by("-pgh_id")[0].pgh_context["action"] == "发布政策"


def test_one_s_own_proposal_is_published_by_somebody_else(supervisor, policy):
    draft = policy.next_version(starts_on=dt.date(2027, 1, 1))
    assert "草稿须先提交" in supervisor.post(page(draft, "publish"), follow=True).content.decode()
    shown = supervisor.post(page(draft, "propose"), follow=True).content.decode()
    assert page(draft, "publish") not in shown
    assert page(draft, "give-back") in shown
    assert "须由另一人发布" in supervisor.post(page(draft, "publish"), follow=True).content.decode()
    draft.refresh_from_db()
    assert draft.status == "proposed"


def test_proposed_version_is_read_only_until_it_is_given_back_with_a_reason(supervisor, policy):
    draft = policy.next_version(starts_on=dt.date(2027, 1, 1))
    supervisor.post(page(draft, "propose"))
    assert supervisor.post(page(draft), {"document": "另一文件"}).status_code == 403
    assert supervisor.post(page(draft, "delete"), {"post": "yes"}).status_code == 403
    assert supervisor.post(page(draft, "give-back"), {"reason": ""}).status_code == 200
    supervisor.post(page(draft, "give-back"), {"reason": "比例有误"})
    draft.refresh_from_db()
    assert (draft.status, draft.proposed_by) == ("draft", None)
    context = draft.events.order_by("-pgh_id")[0].pgh_context
    assert (context["action"], context["reason"]) == ("退回政策", "比例有误")


def test_proposing_for_the_past_is_refused_with_the_reason(supervisor, policy):
    draft = policy.next_version(starts_on=policy.starts_on)
    response = supervisor.post(page(draft, "propose"), follow=True)
    assert "施行日期须晚于现行第1版的施行日期2023-01-01" in response.content.decode()
    draft.refresh_from_db()
    assert not draft.is_published


@pytest.mark.parametrize("day", ["", "2027-02-30", "明年"])
def test_new_version_without_a_day_is_asked_again(supervisor, policy, day):
    response = supervisor.post(page(policy, "next"), {"starts_on": day})
    assert response.status_code == 200
    assert versions().count() == 1


def test_first_version_of_an_area_is_entered_by_hand(supervisor, policy):
    add = reverse("admin:settlement_claimpolicy_add")
    data = filled(supervisor.get(add)) | {"area": TIELING, "document": "某文件", "starts_on": "2026-01-01"}
    data |= {
        "materials-TOTAL_FORMS": "1",
        "materials-0-category": "referral",
        "materials-0-one_of": ["roster", "registration_form"],
        "materials-0-section": "一",
    }
    response = supervisor.post(add, data)
    assert response.status_code == 302, response.context["errors"]
    made = ClaimPolicy.objects.get()
    assert (made.version, made.status) == (1, "draft")
    assert set(made.materials.get().one_of) == {"registration_form", "roster"}


def test_number_out_of_bounds_is_told_at_the_field_and_nothing_is_lost(supervisor, policy):
    draft = policy.next_version(starts_on=dt.date(2027, 1, 1))
    data = filled(supervisor.get(page(draft)))
    row = next(key for key in data if key.startswith("ratios-") and key.endswith("-number"))
    response = supervisor.post(page(draft), data | {row: "1.2", "document": "新文件"})
    assert response.status_code == 200
    assert "小于或等于1" in response.content.decode()
    assert "新文件" in response.content.decode()
    draft.refresh_from_db()
    assert draft.document != "新文件"


def test_two_numbers_for_the_same_people_are_told_and_not_saved(supervisor, policy):
    draft = policy.next_version(starts_on=dt.date(2027, 1, 1))
    data = filled(supervisor.get(page(draft)))
    count = int(data["deductibles-TOTAL_FORMS"])
    new = {f"deductibles-{count + extra}-{name}": value for extra in (0, 1) for name, value in NEW_ROW.items()}
    response = supervisor.post(page(draft), data | new | {"deductibles-TOTAL_FORMS": str(count + 2)})
    assert response.status_code == 200
    assert response.context["errors"]
    assert draft.deductibles.count() == count


def test_draft_may_be_thrown_away(supervisor, policy):
    draft = policy.next_version(starts_on=dt.date(2027, 1, 1))
    assert supervisor.post(page(draft, "delete"), {"post": "yes"}).status_code == 302
    assert versions().get() == policy


def test_supervisor_of_another_area_finds_nothing(signed_in, policy):
    elsewhere = signed_in(staff(Role.SUPERVISOR, WEIFANG))
    draft = policy.next_version(starts_on=dt.date(2027, 1, 1))
    assert "铁岭" not in elsewhere.get(reverse("admin:settlement_benefitpolicy_changelist")).content.decode()
    assert elsewhere.get(page(policy)).status_code == 302  # Django admin's answer to what is not there
    for step in ("propose", "give-back", "publish", "next"):
        assert elsewhere.post(page(draft, step), {"starts_on": "2028-01-01"}).status_code == 404
    elsewhere.post(page(draft), {"document": "另一文件"})
    draft.refresh_from_db()
    assert draft.document != "另一文件"
    assert not draft.is_published
    add = reverse("admin:settlement_benefitpolicy_add")
    elsewhere.post(add, {"area": TIELING, "document": "另一文件", "starts_on": "2028-01-01"})
    assert versions().count() == 2


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SUPERVISOR])
def test_other_roles_do_not_enter(signed_in, policy, role):
    client = signed_in(staff(role, TIELING))
    for step in ("change", "propose", "give-back", "publish", "next"):
        assert client.get(page(policy, step)).status_code == 302
        assert client.post(page(policy, step), {"starts_on": "2027-01-01"}).status_code == 302
    assert versions().count() == 1


@pytest.mark.parametrize("versions", [1, 3, 30])
def test_list_of_versions_takes_as_many_statements_for_many(
    supervisor, policy, versions, django_assert_max_num_queries
):
    for number in range(2, versions + 1):
        policy.next_version(starts_on=dt.date(2027, 1, 1) + dt.timedelta(number))
    with django_assert_max_num_queries(9):
        response = supervisor.get(reverse("admin:settlement_benefitpolicy_changelist"))
    assert len(response.context["cl"].result_list) == versions


def test_claim_policy_is_shown(signed_in):
    AreaFactory(code=YANTAI)
    load_claims()
    client = signed_in(staff(Role.SUPERVISOR, YANTAI))
    text = client.get(page(ClaimPolicy.objects.get())).content.decode()
    assert "异地就医管理登记表、异地工作人员花名册之一" in text
    assert "registration_form" not in text
