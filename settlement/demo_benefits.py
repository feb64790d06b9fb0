"""A sample of benefits for Weifang, whose document gives no numbers: marked 示例 wherever it shows."""

from pathlib import Path

from settlement.policy_packs import load_benefits

SAMPLES = Path(__file__).parent / "policies" / "samples"


def load() -> str:
    """From 2025 on; loaded again it changes nothing."""
    report = load_benefits(SAMPLES)
    return f"示例待遇 {len(report.published) + len(report.same)} 个版本"
