"""`manage.py load_policies`: everything shipped, once."""

import io
import tomllib

import pytest
from django.core.management import CommandError, call_command

from filings import policy_packs as filing_packs
from filings.models import FilingPolicy
from settlement import policy_packs
from settlement.models import BenefitPolicy, ClaimPolicy
from tests.factories import AreaFactory

pytestmark = pytest.mark.django_db
MODELS = (FilingPolicy, BenefitPolicy, ClaimPolicy)
PACKS = [*filing_packs.SHIPPED.glob("*.toml"), *policy_packs.SHIPPED.glob("*.toml")]


@pytest.fixture
def areas():
    for code in {tomllib.loads(path.read_text("utf-8"))["area"] for path in PACKS}:
        AreaFactory(code=code)


def said():
    out = io.StringIO()
    call_command("load_policies", stdout=out)
    return out.getvalue().splitlines()


def test_everything_shipped_is_published_in_one_line_each(areas):
    lines = said()
    assert "待遇政策：辽宁省铁岭市 第1版，已发布。" in lines
    assert all(line.endswith("，已发布。") for line in lines)
    assert len(lines) == sum(model.objects.published().count() for model in MODELS) >= len(PACKS)


def test_second_time_changes_nothing(areas):
    first = said()
    before = [list(model.objects.values("pk", "published_at")) for model in MODELS]
    assert said() == [line.replace("，已发布。", "，已在库中。") for line in first]
    assert [list(model.objects.values("pk", "published_at")) for model in MODELS] == before


def test_pack_that_cannot_be_loaded_stops_all_with_one_sentence(areas, monkeypatch, tmp_path):
    (tmp_path / "211200.toml").write_text("[benefit]", "utf-8")
    monkeypatch.setattr(policy_packs.load_benefits, "__defaults__", (tmp_path,))
    with pytest.raises(CommandError, match=r"^211200\.toml：缺少或不认识 'area'$"):
        said()
    assert not any(model.objects.exists() for model in MODELS)


def test_without_a_directory_of_areas_it_says_what_to_do():
    with pytest.raises(CommandError, match="请先载入机构目录"):
        said()
