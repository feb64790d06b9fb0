"""Filing policies in the database: loaded once, never edited, superseded by a new version."""

import datetime as dt
import shutil
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from filings import policy_packs
from filings.assessment.packs import read_pack
from filings.models import (
    FilingAdvice,
    FilingChannel,
    FilingClause,
    FilingDisease,
    FilingLock,
    FilingMeasure,
    FilingPolicy,
    FilingProcedure,
    FilingRule,
    RequiredMaterial,
)
from filings.vocabulary import Category, Handling, Tier
from hospitals.reasons import Refused
from tests.factories import HOMES, JINING, AreaFactory
from tests.shipped import filing_policies

pytestmark = pytest.mark.django_db
ROWS = [
    *(FilingRule, RequiredMaterial, FilingChannel, FilingLock, FilingClause),
    *(FilingDisease, FilingMeasure, FilingProcedure, FilingAdvice),
]


@pytest.fixture(autouse=True)
def areas():
    for code in HOMES:
        AreaFactory(code=code)


@pytest.fixture
def shipped():
    filing_policies()
    return FilingPolicy.objects.get(area="211200")


def test_shipped_packs_load_once():
    first = policy_packs.load()
    second = policy_packs.load()
    assert len(first.published) == len(list(policy_packs.SHIPPED.glob("*.toml")))
    assert (second.published, second.same) == ((), first.published)
    assert FilingPolicy.objects.published().count() == len(first.published)


@pytest.mark.parametrize("area", HOMES)
def test_rules_come_back_from_the_database_as_the_pack_has_them(shipped, area):
    policy = FilingPolicy.objects.get(area=area)
    assert policy.rules() == read_pack(policy_packs.SHIPPED / f"{area}.toml")
    assert policy.starts_assumed is (area != JINING)  # the others' documents bear no date


def test_changed_pack_under_the_same_version_is_refused_and_nothing_changes(shipped, tmp_path):
    before = shipped.rules()
    text = (policy_packs.SHIPPED / "211200.toml").read_text(encoding="utf-8")
    (tmp_path / "211200.toml").write_text(text.replace("months = 6", "months = 3"), encoding="utf-8")
    with pytest.raises(Refused, match="请提高版本号"):
        policy_packs.load(tmp_path)
    assert FilingPolicy.objects.get(pk=shipped.pk).rules() == before


def test_pack_with_only_its_comments_changed_is_the_same(shipped, tmp_path):
    text = (policy_packs.SHIPPED / "211200.toml").read_text(encoding="utf-8")
    (tmp_path / "211200.toml").write_text(f"# 说明\n{text}", encoding="utf-8")
    assert policy_packs.load(tmp_path).published == ()


def test_next_version_pack_supersedes_and_both_load_again(shipped, tmp_path):
    shutil.copy(policy_packs.SHIPPED / "211200.toml", tmp_path / "211200-1.toml")
    text = (tmp_path / "211200-1.toml").read_text(encoding="utf-8")
    text = text.replace("version = 1", "version = 2").replace("2023-01-01", "2026-07-01")
    (tmp_path / "211200-2.toml").write_text(text, encoding="utf-8")
    assert len(policy_packs.load(tmp_path).published) == 1
    assert len(policy_packs.load(tmp_path).same) == 2
    assert FilingPolicy.objects.in_force("211200", dt.date(2026, 6, 30)).version == 1
    assert FilingPolicy.objects.in_force("211200", dt.date(2026, 7, 1)).version == 2


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('area = "211200"', 'area = "999999"', "行政区划中没有 999999"),
        ('handling = "accept"', 'handling = "accpet"', "accpet"),
        ('tier = "local"', 'teir = "local"', "teir"),
        ("[[locks]]", "[[locks", "211200.toml"),
        ('categories = ["student"]', 'categories = ["referral"]', "两条"),
    ],
)
def test_faulty_pack_is_refused_by_name(tmp_path, old, new, said):
    text = (policy_packs.SHIPPED / "211200.toml").read_text(encoding="utf-8")
    (tmp_path / "211200.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Refused, match=said):
        policy_packs.load(tmp_path)
    assert not FilingPolicy.objects.exists()


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("verb", ["update", "delete", "move away"])
def test_row_of_a_published_policy_cannot_change_even_past_the_model(shipped, row, verb):
    draft = shipped.next_version(starts_on=dt.date(2027, 1, 1))
    elsewhere = {"rule": draft.rule_rows.first()} if row is RequiredMaterial else {"policy": draft}
    rows = row.objects.filter(pk=row.objects.earliest("pk").pk)
    change = {
        "update": lambda: rows.update(section="九"),
        "delete": lambda: rows._raw_delete("default"),
        "move away": lambda: rows.update(**elsewhere),
    }[verb]
    with pytest.raises(IntegrityError, match="已发布的政策不能修改"), transaction.atomic():
        change()


def test_row_cannot_be_added_to_a_published_policy(shipped):
    with pytest.raises(IntegrityError, match="已发布的政策不能修改"), transaction.atomic():
        shipped.clause_rows.create(matter="late_filing", section="三")
    with pytest.raises(IntegrityError, match="已发布的政策不能修改"), transaction.atomic():
        shipped.rule_rows.first().material_rows.create(one_of=["id_document"], section="三")


def test_published_policy_itself_cannot_change(shipped):
    shipped.commitment_months = 12
    with pytest.raises(IntegrityError, match="已发布的政策不能修改"), transaction.atomic():
        shipped.save()


def test_new_version_begins_as_a_copy_and_takes_over_on_its_day(shipped):
    draft = shipped.next_version(starts_on=dt.date(2026, 7, 1))
    assert (draft.version, draft.is_published) == (2, False)
    assert replace(draft.rules(), version=1, starts_on=shipped.starts_on, starts_assumed=True) == shipped.rules()
    draft.lock_rows.filter(category=Category.STUDENT).delete()
    draft.publish(by=None)
    old, new = FilingPolicy.objects.filter(area="211200").order_by("version")
    assert (old.ends_on, new.ends_on) == (dt.date(2026, 6, 30), None)
    assert FilingPolicy.objects.in_force("211200", dt.date(2026, 6, 30)) == old
    assert FilingPolicy.objects.in_force("211200", dt.date(2026, 7, 1)) == new
    assert FilingPolicy.objects.in_force("211200", dt.date(2022, 12, 31)) is None


def test_draft_is_not_in_force(shipped):
    shipped.next_version(starts_on=dt.date(2026, 7, 1))
    assert FilingPolicy.objects.in_force("211200", dt.date(2026, 7, 1)).version == 1


def test_draft_without_rules_cannot_be_published(shipped):
    draft = shipped.next_version(starts_on=dt.date(2026, 7, 1))
    draft.rule_rows.all().delete()
    with pytest.raises(Refused, match="没有一条规则"):
        draft.publish(by=None)


def test_two_versions_of_one_day_are_impossible(shipped):
    draft = shipped.next_version(starts_on=dt.date(2026, 7, 1))
    with pytest.raises(IntegrityError, match="filingpolicy_one_in_force"), transaction.atomic():
        FilingPolicy.objects.filter(pk=draft.pk).update(status="published", published_at=dt.datetime.now(dt.UTC))


def test_one_rule_for_one_case(shipped):
    draft = shipped.next_version(starts_on=dt.date(2026, 7, 1))
    with pytest.raises(IntegrityError, match="one_filing_rule_a_case"), transaction.atomic():
        draft.rule_rows.create(
            category=Category.STUDENT, handling=Handling.ACCEPT, tier=Tier.LOCAL, text="又一条", section="九"
        )


def test_rule_book_reads_all_versions_in_few_queries(shipped, django_assert_num_queries):
    with django_assert_num_queries(10):
        book = FilingPolicy.objects.rule_book()
    assert book.in_force("370700", dt.date(2026, 3, 10)).area == "370700"
    assert book.in_force("370700", dt.date(2022, 12, 31)) is None
    assert book.in_force("370200", dt.date(2026, 3, 10)) is None


def test_rules_in_force_are_read_once_and_follow_what_is_published(shipped, django_assert_num_queries):
    first = FilingPolicy.objects.rules_on("211200", dt.date(2026, 7, 1))
    with django_assert_num_queries(1):
        assert FilingPolicy.objects.rules_on("211200", dt.date(2026, 7, 1)) is first
    shipped.next_version(starts_on=dt.date(2026, 7, 1)).publish(by=None)
    assert FilingPolicy.objects.rules_on("211200", dt.date(2026, 6, 30)) == replace(first, ends_on=dt.date(2026, 6, 30))
    assert FilingPolicy.objects.rules_on("211200", dt.date(2026, 7, 1)).version == 2
    assert FilingPolicy.objects.rules_on("211200", dt.date(2022, 12, 31)) is None
