from pathlib import Path

import pytest
from pydantic import ValidationError

from copilot.errors import SettingsError
from copilot.settings import Settings, load_settings

README = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_each_setting_is_in_the_readme_with_its_meaning(name):
    rows = [line for line in README.splitlines() if line.startswith(f"| `COPILOT_{name.upper()}` |")]
    assert len(rows) == 1
    assert rows[0].endswith(f"| {Settings.model_fields[name].description} |")


def test_the_readme_names_no_setting_that_does_not_exist():
    named = {line.split("`")[1] for line in README.splitlines() if line.startswith("| `COPILOT_")}
    assert named == {f"COPILOT_{name.upper()}" for name in Settings.model_fields}


def test_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("COPILOT_PORT", "8123")
    monkeypatch.setenv("COPILOT_AS_OF", "2017-10-09")
    settings = Settings()
    assert settings.port == 8123
    assert settings.as_of is not None
    assert settings.as_of.isoformat() == "2017-10-09"


def test_a_wrong_value_is_refused(monkeypatch):
    monkeypatch.setenv("COPILOT_PORT", "99999")
    with pytest.raises(ValidationError):
        Settings()


def test_the_servers_key_is_never_printed():
    assert "hunter2" not in repr(Settings(writer_api_key="hunter2"))


def test_a_wrong_value_is_one_readable_line(monkeypatch):
    monkeypatch.setenv("COPILOT_PORT", "many")
    with pytest.raises(SettingsError, match=r"COPILOT_PORT: .*integer.*\.env"):
        load_settings()


def test_a_wrong_value_from_the_command_line_names_its_flag(monkeypatch):
    with pytest.raises(SettingsError, match=r"^--weeks: .*or equal to 52\. Correct it on the command line\.$"):
        load_settings(weeks=500)
    monkeypatch.setenv("COPILOT_PORT", "many")
    with pytest.raises(SettingsError, match=r"--path: .*command line\. COPILOT_PORT: .*\.env\.$"):
        load_settings(source_path=3)


def test_a_setting_that_is_no_json_is_one_readable_line(monkeypatch):
    monkeypatch.setenv("COPILOT_SPACING", "{bad")
    with pytest.raises(SettingsError, match="COPILOT_SPACING is not readable JSON"):
        load_settings()
