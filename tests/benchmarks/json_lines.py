"""`assess` and `calculate` on 100,000 lines against the standard library reading and writing the same lines."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import Ratio, seconds

LINES = 100_000
CATEGORIES = ("long_term_resident", "posted_worker", "referral", "temporary", "emergency")
LEVELS = ("1", "2", "3", "3A", "3B")
TIERS = ("referral", "temporary", "local")


def filing(number: int) -> dict[str, Any]:
    return {
        "id": str(number),
        "kind": "filing",
        "area": ("370700", "211200")[number % 2],
        "scheme": "employee",
        "employment": "retired",
        "category": CATEGORIES[number % 5],
        "variant": None,
        "destination": ("110000", "310000", "370100", "210100")[number % 4],
        "filed_on": f"2026-03-{number % 28 + 1:02}",
        "start_on": None,
        "admitted_on": None,
        "discharge_settled": False,
        "channel": "counter",
        "materials": ["id_document", "residence_permit"][: number % 3],
        "commitment": False,
    }


def stay(number: int) -> dict[str, Any]:
    return {
        "id": str(number),
        "area": "211200",
        "scheme": ("employee", "resident")[number % 2],
        "employment": ("active", None)[number % 2],
        "tier": TIERS[number % 3],
        "scope": "cross_province",
        "service": "inpatient",
        "hospital_level": LEVELS[number % 5],
        "admitted_on": f"2026-03-{number % 28 + 1:02}",
        "discharged_on": "2026-03-31",
        "basis": ("direct", "manual")[number % 2],
        "total": f"{25000 + number}.37",
        "eligible": f"{20000 + number}.19",
        "deductible_paid_this_year": "0.00",
        "fund_paid_this_year": "0.00",
        "hardship": None,
    }


def run() -> Iterator[Ratio]:
    with tempfile.TemporaryDirectory() as folder:
        for command, question in (("assess", filing), ("calculate", stay)):
            yield compare(Path(folder), command, question)


def compare(folder: Path, command: str, question: Callable[[int], dict[str, Any]]) -> Ratio:
    questions, answers = folder / f"{command}.jsonl", folder / f"{command}.out"
    with questions.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(question(number), ensure_ascii=False) + "\n" for number in range(LINES))

    def whole_command() -> None:
        with answers.open("wb") as out:
            subprocess.run([sys.executable, "manage.py", command, str(questions)], stdout=out, check=True)

    def standard_library() -> None:
        with questions.open(encoding="utf-8") as lines, (folder / "copy").open("w", encoding="utf-8") as out:
            for line in lines:
                out.write(json.dumps(json.loads(line), ensure_ascii=False) + "\n")

    ours = seconds(whole_command, repeat=2)
    with answers.open(encoding="utf-8") as lines:
        count = sum(1 for _ in lines)
    if count != LINES:
        raise RuntimeError(f"{command}: {count} answers to {LINES} questions")
    name = f"{command}: {LINES:,} lines, start of the command included"
    return Ratio(name, ours, seconds(standard_library, repeat=2), "json of the standard library", 10)
