"""The benefit and claim policies shipped with the portal."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from hospitals.policy_packs import PackReport, load_packs
from settlement.calculation import BenefitRules
from settlement.calculation.pack import benefit_rules
from settlement.claims.checklist import ClaimRules, claim_rules
from settlement.models import BenefitPolicy, ClaimPolicy

SHIPPED = Path(__file__).parent / "policies"
Rules = TypeVar("Rules")


def load_benefits(directory: Path = SHIPPED) -> PackReport:
    """Publish the benefit policy of every pack that has one.  Refused where one cannot be; then none is."""
    return load_packs(BenefitPolicy, _packs_with("benefit", directory), read_benefits)


def load_claims(directory: Path = SHIPPED) -> PackReport:
    """The same for the claim policies."""
    return load_packs(ClaimPolicy, _packs_with("claims", directory), read_claims)


def read_benefits(path: Path) -> BenefitRules:
    """Raises ValueError, naming the file, where it is not as it should be."""
    return _read(path, benefit_rules)


def read_claims(path: Path) -> ClaimRules:
    """Raises ValueError, naming the file, where it is not as it should be."""
    return _read(path, claim_rules)


def _packs_with(part: str, directory: Path) -> list[Path]:
    """A file that cannot be read counts as well: whoever loads it is told why."""
    return [path for path in sorted(directory.glob("*.toml")) if f"[{part}" in path.read_text("utf-8")]


def _read(path: Path, read: Callable[[Mapping[str, Any]], Rules]) -> Rules:
    try:
        return read(tomllib.loads(path.read_text("utf-8")))
    except KeyError as key:
        raise ValueError(f"{path.name}：缺少或不认识 {key}") from key
    except (ValueError, TypeError, OSError) as fault:
        raise ValueError(f"{path.name}：{fault}") from fault
