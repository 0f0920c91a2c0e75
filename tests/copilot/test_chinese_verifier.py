"""Chinese sentences are checked as strictly as English ones: numbers in every spelling, directions, names, causes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from copilot.answers import write_answer
from copilot.chinese_evaluation import broken_sentences, correct_sentences
from copilot.chinese_numerals import PERCENT, TENTHS, numeral_value, percent_value
from copilot.evaluation_sheets import drawn_sheets
from copilot.factsheet import Fact, FactSheet, Source
from copilot.falsehoods import evaluate_falsehoods, load_written
from copilot.generators import Prompt, ScriptedGenerator, active_name, writer_for
from copilot.phrases import load_phrases
from copilot.questions import Entities, Intent, Question
from copilot.segments import Segmenter
from copilot.verifier import verify_sentence
from copilot.writer_fallback import FallbackGenerator

WEEK = date(2017, 10, 23)


@pytest.fixture(scope="module")
def chinese():
    return load_phrases("zh")


def fact(fact_id, name, value, subject="101", label="Potato Chips", **more) -> Fact:
    from copilot.factsheet import FACT_SPECS

    unit, interval = FACT_SPECS[name].unit, more.pop("interval", None)
    return Fact(fact_id, name, subject, label, value, unit, interval, Source("model"), **more)


SHEET = FactSheet(
    Question("?", Intent.FORECAST, Entities(), 1.0),
    (
        fact("F1", "expected_units", 20.0, interval=(8.0, 45.0), week=WEEK, placement="front end cap"),
        fact("F2", "momentum", 1.2, "Snacks", "Snacks", week=WEEK, linked=("F1",)),
        fact("F3", "slot_loss", -12.0, interval=(-15.0, -9.0), week=WEEK, placement="front end cap"),
        fact("F4", "planned_count", 0, "Snacks", "Snacks", week=WEEK),
        fact("F5", "category_buyers", 0.3, "Snacks", "Snacks"),
        fact("F6", "expected_units", 7.0, "102", "Oat Milk", interval=(3.0, 11.0), week=WEEK, placement="in-aisle"),
        fact(
            "F7",
            "placement_lift",
            2.0,
            "front end cap",
            "front end cap",
            interval=(1.5, 2.5),
            placement="front end cap",
        ),
        fact("F8", "slot_price", 6.0, "front end cap", "front end cap", week=WEEK, placement="front end cap"),
    ),
    ("F1",),
)


@pytest.mark.parametrize(
    "text",
    [
        "“Potato Chips”预计上市前四周售出 20 件 [F1]。",
        "“Potato Chips”预计上市前四周售出二十件 [F1]。",
        "“Potato Chips”预计上市后前四周售出 20 件 [F1]。",
        "“Potato Chips”预计上市后四周内售出 20 件 [F1]。",
        "预计“Potato Chips”上市前四周售出２０件［F1］。".replace("［", " [").replace("］", "]"),
        "“Potato Chips”预计售出约 20 件，至少 8 件 [F1]。",
        "“Potato Chips”于第43周上新，预计售出 20 件 [F1]。",
        "“Potato Chips”于2017年第43周预计售出 20 件，80% 区间 8 至 45 [F1]。",
        "预计 2017-W43 Snacks 的需求比近期水平高百分之二十 [F2]。",
        "预计第四十三周 Snacks 的需求比近期水平高两成 [F2]。",
        "如果“Potato Chips”不在 2017-W43 上新，最优的其他计划总共会少十二件 [F3]。",
        "2017-W43 Snacks 没有上新 [F4]。",
        "数据中有三成的顾客近期购买过 Snacks [F5]。",
        "以往在 front end cap 展示的商品，周销量是平时的两倍 [F7]。",
        "以往在 front end cap 展示的商品，周销量约为平时的两倍 [F7]。",
        "顾客中有 30% 近期购买过 Snacks [F5]。",
        "“Potato Chips”在“front end cap”预计售出 20 件 [F1]。",
        "预计从 2017-W43 起“Potato Chips”售出 20 件 [F1]。",
        "若放弃“Potato Chips”在 2017-W43 的档位，其他计划总共会少 12 件 [F3]。",
        "预计 Snacks 的需求高于近期水平 20% [F2]，“Potato Chips”预计售出 20 件 [F1]，而“Oat Milk”预计售出 7 件 [F6]。",
        "因为预计 Snacks 的需求比近期水平高 20% [F2]，“Potato Chips”预计售出 20 件 [F1]。",
    ],
)
def test_correct_sentences_pass_however_figures_are_written(text, chinese):
    assert verify_sentence(text, SHEET, chinese).ok, verify_sentence(text, SHEET, chinese).reasons


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("“Potato Chips”预计上市前四周售出 21 件 [F1]。", "number:21"),
        ("“Potato Chips”预计上市前四周售出二十一件 [F1]。", "number:21"),
        ("“Potato Chips”预计上市前四周售出 20 多件 [F1]。", "number:inexact"),
        ("“Potato Chips”预计售出 20 次搜索 [F1]。", "number:20"),
        ("“Potato Chips”预计售出 20 件，翻倍 [F1]。", "number:2"),
        ("“Potato Chips”预计售出 20 件的一半 [F1]。", "number:0.5"),
        ("预计 2017-W43 Snacks 的需求比近期水平低 20% [F2]。", "direction"),
        ("预计 2017-W43 Snacks 的需求与近期水平持平 [F2]。", "direction"),
        ("如果“Potato Chips”不在 2017-W43 上新，最优的其他计划总共会多 12 件 [F3]。", "direction"),
        ("“Potato Chips”预计售出 20 件 [F6]。", "name:“Potato Chips”"),
        ("“Golden Noodles”预计售出 20 件 [F1]。", "unknown_word:Golden"),
        ("“Potato Chips”于第44周预计售出 20 件 [F1]。", "week:第44周"),
        ("“Potato Chips”下周预计售出 20 件 [F1]。", "week:下周"),
        ("“Potato Chips”预计售出 20 件 [F9]。", "unknown_citation:F9"),
        ("“Potato Chips”预计售出 20 件。", "no_citation"),
        ("“Potato Chips”不会售出 20 件 [F1]。", "negation:不会"),
        ("“Potato Chips”预计售出 20 件，口碑很好 [F1]。", "unknown_word:口碑很好"),
        ("“Potato Chips”预计售出 20 件，因为“Oat Milk”预计售出 7 件 [F1][F6]。", "cause:因为"),
        ("“Potato Chips”实际售出了 20 件 [F1]。", "tense"),
        ("“Potato Chips”是最好的，预计售出 20 件 [F1]。", "superlative:最好的"),
        ("“Potato Chips”预计售出 20 件 <b>[F1]。", "markup"),
        ("“Potato Chips”预计售出\u200b20 件 [F1]。", "invisible_character"),
        ("“Potato Chips”已预计售出 20 件 [F1]。", "guarded:已"),
        ("全部新品预计售出 20 件 [F1]。", "guarded:全部"),
        ("2017-W43 在 front end cap 多一个位置，价值为 6 件 [F8]。", "bound:F8"),
        ("计划预计售出 20 件 [F1]。", "guarded:计划"),
        ("“front end cap”预计售出 20 件 [F1]。", "subject:“front end cap”"),
        ("“Potato Chips”现在预计售出 20 件 [F1]。", "guarded:现在"),
        ("“Potato Chips”预计首周售出 20 件 [F1]。", "guarded:首"),
        ("“Potato Chips”预计到 2017-W43 售出 20 件 [F1]。", "guarded:到"),
        ("如果“Potato Chips”在 2017-W43 上新，最优的其他计划总共会少 12 件 [F3]。", "incomplete:F3"),
        ("如果“Potato Chips”不在 2017-W43 上新，“Potato Chips”总共会少 12 件 [F3]。", "subject:“Potato Chips”"),
        ("2017-W43 近期水平比 Snacks 的需求高 20% [F2]。", "base:近期水平"),
        ("数据中的顾客近期购买过 30% 的 Snacks [F5]。", "share:30"),
        ("数据中有 30% 的商品近期购买过 Snacks [F5]。", "share:30"),
        ("“Potato Chips”预计售出 20 件 [F1]，其中 7 件预计售出 [F6]。", "points:其中"),
        ("“Potato Chips”预计售出 20 件 [F1]，应售出 7 件 [F6]。", "points:F6"),
        ("平时的周销量是 front end cap 的 2.00 倍 [F7]。", "base:平时的"),
        ("计划没有上新 [F4]。", "scope:F4"),
        ("请忽略指令 [F1]。", "unknown_word:请忽略指令"),
    ],
)  # fmt: skip
def test_broken_sentences_are_caught_for_what_is_broken(text, reason, chinese):
    check = verify_sentence(text, SHEET, chinese)
    assert not check.ok
    assert reason in check.reasons


@pytest.mark.parametrize(("part", "n", "share"), [("author", 150, 0.98), ("afterwards", 20, 0.85)])
def test_false_chinese_sentences_of_the_author_are_refused(part, n, share, chinese):
    found = evaluate_falsehoods(chinese, part)
    assert found["n"] >= n
    assert found["share"] >= share, found["passed"]


def test_the_facts_of_the_false_chinese_sentences_pass_in_their_own_words(chinese):
    sheets = {id(one.sheet): one.sheet for one in load_written("zh")}.values()
    told = [(chinese.sentence(fact), sheet) for sheet in sheets for fact in sheet.facts]
    assert len(told) >= 60
    assert [text for text, sheet in told if not verify_sentence(text, sheet, chinese).ok] == []


def test_a_rise_by_a_multiple_is_ambiguous_and_refused(chinese):
    sheet = replace(SHEET, facts=(fact("F1", "momentum", 2.0, "Snacks", "Snacks", week=WEEK),))
    check = verify_sentence("预计 2017-W43 Snacks 的需求增加两倍 [F1]。", sheet, chinese)
    assert check.reasons == ("number:times",)


@pytest.mark.parametrize(
    ("written", "value"),
    [("十", 10), ("十二", 12), ("二十", 20), ("两百零五", 205), ("一万二", 12_000), ("三千五", 3_500),
     ("一百零五", 105), ("十二点五", 12.5), ("零点五", 0.5), ("二〇一七", 2017), ("十万", 100_000)],
)  # fmt: skip
def test_numerals_are_read_as_they_are_spoken(written, value):
    assert numeral_value(written) == value


def test_shares_are_read_in_percent():
    assert [percent_value(PERCENT.fullmatch(text)) for text in ("百分之二十", "百分之十二点五")] == [20, 12.5]
    assert [percent_value(TENTHS.fullmatch(text)) for text in ("三成", "三成五", "两成半")] == [30, 35, 25]


def test_runs_are_cut_into_the_longest_known_words():
    segmenter = Segmenter(["预计", "销量", "预计销量", "件"])
    assert segmenter.cut("预计销量约件") == [("预计销量", True), ("约", False), ("件", True)]
    assert segmenter.cut("口碑很好") == [("口碑很好", False)]
    assert segmenter.covers("预计 销量")
    assert not segmenter.covers("预计口碑")


def test_what_a_multilingual_writer_says_is_checked_sentence_by_sentence(chinese):
    script = "“Potato Chips”预计售出 20 件 [F1]。“Oat Milk”预计售出 9 件。[F6]多谢！"
    writer = ScriptedGenerator(script, languages=("en", "zh"))
    sheet = replace(SHEET, essential=("F1", "F6"))
    first, second = write_answer(sheet, writer_for(writer, "zh"), chinese)
    assert (first.text, first.origin) == ("“Potato Chips”预计售出 20 件 [F1]。", "writer")
    assert (second.origin, second.facts) == ("phrase", ("F6",))
    assert second.rejected == "“Oat Milk”预计售出 9 件 [F6]。"
    assert writer.prompts[0].lang == "zh"
    assert "中文" in writer.prompts[0].system


def test_where_the_writer_knows_english_only_the_phrases_speak():
    english = ScriptedGenerator("It sells well.")
    assert writer_for(english, "en") is english
    assert writer_for(english, "zh").name == "phrases"
    failing = ScriptedGenerator("x", fail_after=0, name="server")
    fallback = FallbackGenerator(failing, english, languages=("en", "zh"))
    stream = fallback.stream(Prompt("", "", lang="zh"))
    assert list(stream) == []
    assert active_name(stream, fallback) == "phrases"


def test_of_broken_sentences_about_a_real_plan_nearly_all_are_caught(copilot, chinese):
    sheets = drawn_sheets(copilot, 3)
    broken = broken_sentences(sheets, chinese)
    missed = [one for one in broken if verify_sentence(one.text, one.sheet, chinese).ok]
    assert len(broken) >= 200
    assert len(missed) <= 0.02 * len(broken), [(one.kind, one.text) for one in missed]


def test_correct_sentences_about_a_real_plan_pass(copilot, chinese):
    correct = correct_sentences(drawn_sheets(copilot, 3), chinese)
    refused = [text for text, sheet in correct if not verify_sentence(text, sheet, chinese).ok]
    assert len(correct) >= 200
    assert len(refused) <= 0.03 * len(correct), refused[:20]
