"""What a reader may rely on in every file, checked over what git keeps."""

import re
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
TOP_LEVEL = {
    *("Makefile", "README.md", "manage.py", "pyproject.toml"),
    *("config", "filings", "hospitals", "settlement", "templates", "tests"),
}
VAGUE = re.compile(r"(utils?|helpers?|common|services?|misc|base)\.py")
ADDRESS = re.compile(r"https?://(?!127\.0\.0\.1|localhost)[\w.-]+")
LINES = 400


def kept(pattern: str = "*") -> list[Path]:
    """The files that git keeps or would keep, so that a stray file is found before it is committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", pattern],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git clone")
    return [path for name in listed.stdout.split("\0") if name and (path := PROJECT / name).is_file()]


def lines_with(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(PROJECT)}:{number}: {line.strip()}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


def test_top_level_holds_nothing_beyond_the_plan() -> None:
    found = {path.relative_to(PROJECT).parts[0] for path in kept()}
    assert {name for name in found if not name.startswith(".")} <= TOP_LEVEL


def test_python_files_are_short() -> None:
    long = {
        str(path.relative_to(PROJECT)): length
        for path in kept("*.py")
        if "migrations" not in path.parts and (length := len(path.read_text("utf-8").splitlines())) > LINES
    }
    assert not long


def test_file_names_say_something() -> None:
    assert [path.name for path in kept("*.py") if VAGUE.fullmatch(path.name)] == []


def test_money_is_never_a_float() -> None:
    float_call = re.compile(r"\bfloat\(")
    assert lines_with(float_call, kept("settlement/**/*.py") + kept("filings/assessment/**")) == []


def test_pages_ask_for_nothing_from_elsewhere() -> None:
    files = kept("templates/**") + kept("config/static/**/*.css") + kept("config/static/**/*.js")
    namespace = re.compile(r"http://www\.w3\.org/")
    assert [line for line in lines_with(ADDRESS, files) if not namespace.search(line)] == []


def test_locks_name_no_address_and_hash_everything() -> None:
    for lock in kept("config/requirements*.txt"):
        text = lock.read_text("ascii")
        assert not ADDRESS.search(text)
        assert "--index-url" not in text
        requirements = re.findall(r"^[a-z0-9][\w.-]*==.*$", text, re.MULTILINE)
        assert requirements
        assert all(line.endswith("\\") for line in requirements), "a requirement without a hash"


def test_each_app_has_one_first_migration() -> None:
    for app in ("hospitals", "filings", "settlement"):
        names = [path.name for path in kept(f"{app}/migrations/*.py") if path.name != "__init__.py"]
        assert names[:1] == ["0001_initial.py"]
        assert len({name[:4] for name in names}) == len(names), f"two migrations with one number in {app}"


def test_commands_and_jobs_never_ask_for_today_inside_a_rule() -> None:
    clock = re.compile(r"\b(date|datetime)\.(today|now|utcnow)\(|\b(localdate|now)\(\)")
    pure = [*kept("filings/assessment/**"), *kept("settlement/calculation/**")]
    pure += [path for path in kept("*.py") if path.name in {"vocabulary.py", "periods.py", "reasons.py"}]
    assert lines_with(clock, [path for path in pure if path.suffix == ".py"]) == []


def test_nothing_names_the_machine_it_was_written_on() -> None:
    machine = re.compile(r"(?<![\w.])/(work|root|home)/\w")
    texts = [path for path in kept() if path.suffix in {".py", ".md", ".html", ".css", ".js", ".toml", ".in", ".txt"}]
    assert lines_with(machine, texts) == []
