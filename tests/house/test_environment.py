"""config.environment: strict readings, production unless told otherwise."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.environment import EnvironmentFault, made_once, port, private_folder, read, remember_development


@pytest.fixture
def development(tmp_path: Path) -> dict[str, str]:
    return {"PORTAL_ENVIRONMENT": "development", "PORTAL_DATA_DIR": str(tmp_path / "data")}


def test_production_is_the_default_and_wants_a_key(tmp_path: Path) -> None:
    environ = {"PORTAL_DATA_DIR": str(tmp_path)}
    with pytest.raises(EnvironmentFault, match="SECRET_KEY"):
        read(environ)
    environment = read({**environ, "SECRET_KEY": "given"})
    assert (environment.development, environment.https, environment.allowed_hosts) == (False, True, ())
    assert environment.secret_key == "given"


def test_development_serves_this_machine_alone(development: dict[str, str]) -> None:
    environment = read(development)
    assert (environment.development, environment.https) == (True, False)
    assert environment.allowed_hosts == ("127.0.0.1", "localhost", "[::1]")


def test_development_key_is_made_once_and_private(development: dict[str, str], tmp_path: Path) -> None:
    key = read(development).secret_key
    assert len(key) >= 50
    assert read(development).secret_key == key
    assert read({**development, "PORTAL_DATA_DIR": str(tmp_path / "other")}).secret_key != key
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_made_once_agrees_when_many_ask_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        contents = set(pool.map(lambda number: made_once(tmp_path / "mark", f"{number}"), range(32)))
    assert len(contents) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["mark"]


def test_development_is_remembered_for_one_database(tmp_path: Path) -> None:
    environ = {"PORTAL_DATA_DIR": str(tmp_path), "DATABASE_URL": "postgres://portal:secret@127.0.0.1/demo"}
    remember_development(environ)
    remember_development(environ)
    assert read(environ).development
    assert "secret" not in (tmp_path / "development").read_text()
    assert not read({**environ, "PORTAL_ENVIRONMENT": "production", "SECRET_KEY": "given"}).development
    with pytest.raises(EnvironmentFault):
        read({**environ, "DATABASE_URL": "postgres://portal@127.0.0.1/real"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_ENVIRONMENT", "dev"),
        ("PORTAL_ENVIRONMENT", "Development"),
        ("PORTAL_HTTPS", "False"),
        ("PORTAL_HTTPS", "0"),
        ("PORTAL_HTTPS", "yes"),
        ("PORTAL_LOG_LEVEL", "verbose"),
    ],
)
def test_a_value_outside_the_list_is_named(development: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(EnvironmentFault, match=f"{name}.*“{value}”"):
        read({**development, name: value})


def test_hosts_are_split_and_trimmed(development: dict[str, str]) -> None:
    environment = read({**development, "PORTAL_ALLOWED_HOSTS": " portal.example , ,10.1.2.3"})
    assert environment.allowed_hosts == ("portal.example", "10.1.2.3")


@pytest.mark.parametrize("text", ["", "0", "65536", "80a", "８０８０", "-1", "8000.0", " 8000"])
def test_a_port_that_is_none_is_named(text: str) -> None:
    with pytest.raises(EnvironmentFault, match="PORT"):
        port({"PORT": text})


def test_a_port_is_read_or_taken_as_usual() -> None:
    assert (port({}), port({"PORT": "1"}), port({"PORT": "65535"})) == (8000, 1, 65535)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EnvironmentFault, match="无法建立文件夹"):
        private_folder(tmp_path / "file" / "data")
