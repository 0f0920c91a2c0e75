"""The commands, run as an operator runs them, over the small shop with the hashing encoder."""

import errno
import io
import json
import sqlite3
import sys
from contextlib import closing

import pytest

import copilot.start as start
from copilot.answers_table import answers_table
from copilot.cli import main
from copilot.service import Copilot
from retrieval.encoder import HashingEncoder


@pytest.fixture
def run(shop, monkeypatch, capsys):
    """Run one command; returns exit code, stdout and stderr."""
    monkeypatch.setenv("COPILOT_WORKSPACE", str(shop.root))
    monkeypatch.setenv("COPILOT_WRITER", "phrases")
    monkeypatch.setattr(start, "open_encoder", lambda settings: HashingEncoder())

    def run_command(*arguments):
        code = main(list(arguments))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_command


def test_plan_json_has_the_contracts_keys(run):
    code, out, _ = run("plan", "--json")
    document = json.loads(out)
    assert code == 0
    assert list(document) == ["version", "units", "objective", "bound", "gap", "status", "launches"]
    assert set(document["launches"][0]) == {"product_id", "title", "week", "placement", "expected_units", "interval"}


def test_a_plan_of_another_length_is_not_saved(run):
    _, out, err = run("plan", "--weeks", "3", "--json")
    assert json.loads(out)["version"] is None
    assert "not saved" in err
    assert len({launch["week"] for launch in json.loads(out)["launches"]}) <= 3


def test_ask_json_has_the_contracts_keys(run):
    product = json.loads(run("plan", "--json")[1])["launches"][0]
    code, out, err = run("ask", f"Why is #{product['product_id']} in week {product['week'][-2:]}?", "--json")
    document = json.loads(out)
    assert code == 0
    assert err.startswith("Understood as: why it is planned there · ")
    assert err.count("\n") == 1
    assert set(document) == {"question", "answer", "sentences", "facts", "plan"}
    assert set(document["question"]) == {"intent", "entities", "confidence"}
    assert set(document["sentences"][0]) == {"text", "facts", "verified", "origin"}
    assert set(document["facts"][0]) == {"id", "name", "subject", "value", "unit", "interval", "source"}


def test_ask_says_first_how_it_understood_the_question(run):
    _, out, err = run("ask", "What is planned in week 42?")
    lines = out.splitlines()
    assert lines[0].startswith("Understood as: what is planned · 20")
    assert lines[0].endswith("-W42")
    assert len(lines) > 1
    assert err == ""


def test_an_error_speaks_chinese_where_the_answers_do(run):
    assert "无法为“no-such-product”编写简报" in run("brief", "no-such-product", "--lang", "zh")[2]


def test_search_lists_products(run):
    code, out, _ = run("search", "greek yogurt", "-k", "3", "--json")
    assert code == 0
    assert all("Yogurt" in hit["title"] for hit in json.loads(out))


def test_a_search_that_finds_nothing_says_so(run, monkeypatch):
    monkeypatch.setattr(Copilot, "search", lambda *_: [])
    assert "nothing" in run("search", "tea")[2]


@pytest.mark.parametrize("command", ["search", "ask"])
def test_a_search_or_question_without_words_asks_for_some(capsys, command):
    with pytest.raises(SystemExit) as exit_:
        main([command, " "])
    assert exit_.value.code == 2
    assert "give some words" in capsys.readouterr().err


def test_a_setting_out_of_range_names_the_flag_that_was_given(run):
    assert run("plan", "--weeks", "500")[2].startswith("error: --weeks: ")


def test_a_plan_without_launches_says_why_and_what_to_do(run, launched_files, tmp_path, monkeypatch):
    monkeypatch.setenv("COPILOT_WORKSPACE", str(tmp_path / "launched"))
    _, _, err = run("build", "--source", "files", "--path", str(launched_files))
    assert "set aside: 1 row of products:" in err
    for arguments in (["plan"], ["plan", "--json"]):
        assert "launch-copilot build --as-of 2024-" in run(*arguments)[2]


def test_a_written_brief_without_a_writer_says_who_wrote_it(run, tmp_path):
    path = tmp_path / "brief.md"
    code, _, err = run("brief", "rhythm", "--written", "-o", str(path))
    assert code == 0
    assert "the facts' own verified phrases tell it" in err
    assert "no language model wrote here" in path.read_text("utf-8").split("\n[^")[0].rstrip().splitlines()[-1]


@pytest.mark.parametrize("target", ["rhythm", "week", "product"])
def test_briefs_go_to_a_file(run, tmp_path, target):
    launch = json.loads(run("plan", "--json")[1])["launches"][0]
    chosen = {"rhythm": "rhythm", "week": launch["week"], "product": launch["product_id"]}[target]
    path = tmp_path / "brief.md"
    assert run("brief", chosen, "-o", str(path))[0] == 0
    assert path.read_text("utf-8").startswith("# ")
    code, out, _ = run("brief", "--check", str(path))
    assert (code, "brief.md is up to date: plan version" in out) == (0, True)
    assert run("brief", chosen, "--format", "docx", "-o", str(tmp_path / "brief.docx"))[0] == 0
    assert "brief.docx is up to date" in run("brief", "--check", str(tmp_path / "brief.docx"))[1]


def test_a_brief_goes_through_a_link_to_its_file_and_not_to_a_folder_that_is_not_there(run, tmp_path):
    (tmp_path / "link.md").symlink_to(tmp_path / "brief.md")
    assert run("brief", "rhythm", "-o", str(tmp_path / "link.md"))[0] == 0
    assert (tmp_path / "link.md").is_symlink()
    assert (tmp_path / "brief.md").read_text("utf-8").startswith("# ")
    (tmp_path / "lost.md").symlink_to(tmp_path / "no-such-folder" / "brief.md")
    code, _, err = run("brief", "rhythm", "-o", str(tmp_path / "lost.md"))
    assert (code, f"no folder {tmp_path / 'no-such-folder'}" in err) == (1, True)


@pytest.mark.parametrize(
    "arguments", [["plan"], ["plan", "--json"], ["ask", "help"], ["ask", "help", "--json"], ["brief", "rhythm"]]
)
@pytest.mark.parametrize(("lang", "words"), [("en", "No space left on device"), ("zh", "没有全部写出")])
def test_a_full_disk_behind_stdout_is_one_line_and_exit_code_1(run, monkeypatch, arguments, lang, words):
    class Full(io.StringIO):
        def flush(self):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setenv("COPILOT_LANG", lang)
    monkeypatch.setattr(sys, "stdout", Full())
    code, _, err = run(*arguments)
    assert code == 1
    assert err.splitlines()[-1].startswith("error: ")
    assert words in err.splitlines()[-1]
    assert "Traceback" not in err


def test_asking_for_a_briefs_age_plans_nothing_anew(run, shop, tmp_path, monkeypatch):
    path = tmp_path / "brief.md"
    assert run("brief", "rhythm", "-o", str(path))[0] == 0
    monkeypatch.setenv("COPILOT_WEEKS", "3")  # any other command would plan again and save that
    with closing(sqlite3.connect(shop.database)) as database:
        versions = database.execute("SELECT count(*) FROM plans").fetchone()
        assert "is up to date" in run("brief", "--check", str(path))[1]
        assert database.execute("SELECT count(*) FROM plans").fetchone() == versions


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["brief", "no-such-product"], "no-such-product"),
        (["brief", "2030-W01"], "2030-W01"),
        (["brief", "rhythm", "--format", "docx"], "-o FILE"),
        (["brief", "--check", "no-such-brief.md"], "Name a .md or .docx file"),
        (["brief", "rhythm", "-o", "."], ". is a folder"),
        (["brief", "rhythm", "-o", "no-such-folder/brief.md"], "no folder no-such-folder"),
        (["ask", "x" * 20_000], "20,000"),
        (["feedback", "no-such-file.csv"], "no-such-file.csv"),
    ],
)
def test_an_operators_error_is_one_line_and_exit_code_1(run, arguments, message):
    code, out, err = run(*arguments)
    assert code == 1
    assert out == ""
    assert err.startswith("error: ")
    assert message in err
    assert err.count("\n") == 1


def test_answers_and_briefs_come_in_chinese(run):
    code, out, _ = run("ask", "帮助", "--lang", "zh", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["question"]["intent"] == "help"
    assert "上新计划" in answer["answer"]
    assert "# 上新节奏简报" in run("brief", "rhythm", "--lang", "zh")[1]


@pytest.mark.parametrize(
    "arguments", [[], ["nonsense"], ["search"], ["serve", "--port", "0"], ["plan", "--weeks", "-1"]]
)
def test_wrong_usage_is_exit_code_2(arguments):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2


def test_no_workspace_says_what_to_do(run, monkeypatch, tmp_path):
    monkeypatch.setenv("COPILOT_WORKSPACE", str(tmp_path / "nothing"))
    code, _, err = run("plan")
    assert code == 1
    assert "launch-copilot build" in err


def test_the_ledger_lists_what_was_decided(run, copilot):
    assert json.loads(run("ledger", "--json")[1])["overrides"] == []
    assert "Nothing was decided" in run("ledger")[2]
    launch = copilot.current_plan().plan.launches[0]
    copilot.lock(launch.product_id, launch.week, launch.placement, copilot.current_plan().version)
    document = json.loads(run("ledger", "--json")[1])
    (entry,) = document["overrides"]
    assert entry["from"] == entry["to"] == {"week": f"{launch.week:%G-W%V}", "placement": launch.placement}
    assert (entry["kind"], entry["stands"], entry["state"], entry["units"]) == ("lock", True, "waiting", None)
    assert entry["interval"][0] <= entry["delta_units"] <= entry["interval"][1]
    assert document["totals"]["n"] == 1
    code, out, err = run("ledger")
    assert (code, "not launched yet" in out, "No outcome is known yet" in err) == (0, True, True)


def test_scenarios_are_begun_changed_compared_and_adopted(run):
    launch = json.loads(run("plan", "--json")[1])["launches"][0]
    assert "no scenario yet" in run("scenario", "list")[2]
    made = json.loads(run("scenario", "create", "quiet", "--json")[1])
    assert (made["name"], made["revision"], made["interventions"]) == ("quiet", 1, [])
    changed = json.loads(run("scenario", "add", "quiet", "exclude", launch["product_id"], "--json")[1])
    assert changed["interventions"][0]["kind"] == "exclude"
    slot = ["--week", launch["week"], "--placement", launch["placement"]]
    forecast = ["forecast", launch["product_id"], "0.5"]
    for more in (["cap", "2", "--week", launch["week"]], forecast, ["capacity", "0", *slot]):
        assert run("scenario", "add", "quiet", *more)[0] == 0
    assert "4" in run("scenario", "show", "quiet")[1]
    code, _, err = run("scenario", "remove", "quiet", "1", "--revision", "1")
    assert (code, "changed meanwhile" in err) == (1, True)
    run("scenario", "create", "other", "--from", "quiet")
    plan, quiet, other = json.loads(run("scenario", "compare", "quiet", "other", "--json")[1])
    assert (plan["name"], quiet["name"], other["objective"]) == ("plan", "quiet", quiet["objective"])
    assert "audience reached" in run("scenario", "compare", "quiet")[1]
    assert json.loads(run("scenario", "adopt", "quiet", "--json")[1])["objective"] == quiet["objective"]
    assert run("scenario", "delete", "quiet")[0] == 0
    assert [item["name"] for item in json.loads(run("scenario", "list", "--json")[1])] == ["other"]


def test_feedback_is_recorded_and_compared(run, tmp_path):
    launch = json.loads(run("plan", "--json")[1])["launches"][0]
    path = tmp_path / "outcomes.csv"
    path.write_text(f"product_id,week,units\n{launch['product_id']},{launch['week']},{launch['expected_units']}\n")
    code, out, err = run("feedback", str(path))
    assert code == 0
    assert launch["product_id"] in out
    assert "1 of 1" in err


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("product_id,units\nS1,3\n", "week"),
        ("product_id,week,units\nS1,2017-W99,3\n", "line 2"),
        ("product_id,week,units\nS1,2017-W41,-3\n", "0 or more"),
        ("product_id,week,units\nS1,2017-W41,many\n", "line 2"),
    ],
)
def test_a_wrong_outcomes_file_is_refused_whole(run, tmp_path, rows, message):
    path = tmp_path / "outcomes.csv"
    path.write_text(rows)
    code, _, err = run("feedback", str(path))
    assert code == 1
    assert message in err


def test_evaluate_rhythm_re_solves_from_scratch(run):
    _, out, _ = run("evaluate", "rhythm", "--seeds", "1", "--interventions", "10", "--largest", "60", "--json")
    document = json.loads(out)
    assert document["counterfactual_agreement"] == 1.0
    assert document["solve"][0]["gap"] <= 1e-3
    assert set(document["regret"]) >= {"ours", "myopic", "greedy", "even"}
    assert 0 <= document["policy_agreement"] <= 1


def test_evaluate_retrieval_needs_no_workspace(run, tmp_path, monkeypatch):
    monkeypatch.setenv("COPILOT_WORKSPACE", str(tmp_path / "none"))
    for name, rows in (
        ("products", "product_id,title\n1,red kettle\n2,garden chair\n"),
        ("queries", "query_id,query\nq1,red kettle\n"),
        ("qrels", "query_id,product_id,grade\nq1,1,3\n"),
    ):
        (tmp_path / f"{name}.csv").write_text(rows)
    files = [word for name in ("products", "queries", "qrels") for word in (f"--{name}", str(tmp_path / f"{name}.csv"))]
    code, out, _ = run("evaluate", "retrieval", *files, "--json")
    assert code == 0
    assert json.loads(out)["ours"]["mrr@10"] == 1.0  # the one judged product is found first


@pytest.mark.timeout(1200)  # ten thousand sentences and a thousand questions
def test_evaluate_answers_shows_nothing_unverified(run):
    _, out, _ = run("evaluate", "answers", "--questions", "5", "--json")
    document = json.loads(out)
    assert document["n_questions"] == 5
    assert document["unverified_shown"] == 0
    rows = {row["what"]: row for row in answers_table(document)}
    assert rows["unverified sentences shown"]["met"] == "yes"
    assert rows["tokens a second"] == {
        "what": "tokens a second",
        "measured": "not measured",  # phrases answer here
        "of": "one reply",
        "target": "at least 40",
        "met": "",
    }
    assert rows["intents"]["measured"] == f"{document['intent_accuracy']:.1%}"
    assert rows["intents"]["met"] == ("yes" if document["intent_accuracy"] >= 0.95 else "no")


def test_doctor_names_what_it_looked_at(run):
    code, out, _ = run("doctor")
    assert code == 0
    for part in ("python", "packages", "text encoder weights", "workspace", "port"):
        assert part in out
