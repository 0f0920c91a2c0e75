"""Chinese messages: how weeks, numbers, names and wishes in them are read, and how well the set of questions is."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.changes import Change
from copilot.phrases import load_evaluation, load_phrases
from copilot.question_evaluation import load_questions, read_all, summary
from copilot.question_shop import QuestionShop
from copilot.questions import Intent, QuestionParser
from retrieval.encoder import HashingEncoder


@pytest.fixture(scope="module")
def parser():
    encoder = HashingEncoder(256)
    return QuestionParser(encoder, QuestionShop(load_evaluation("shop.toml"), encoder), load_phrases("zh"))


@pytest.mark.parametrize(
    ("message", "weeks"),
    [
        ("第45周安排了什么", ["2017-11-06"]),
        ("45周安排了什么", ["2017-11-06"]),
        ("第四十五周安排了什么", ["2017-11-06"]),
        ("2017年第45周安排了什么", ["2017-11-06"]),
        ("2017-W45 安排了什么", ["2017-11-06"]),
        ("第４５周安排了什么", ["2017-11-06"]),
        ("第44周到第46周有哪些上新", ["2017-10-30", "2017-11-06", "2017-11-13"]),
        ("44和46周有哪些上新", ["2017-10-30", "2017-11-13"]),
        ("本周上什么", ["2017-10-09"]),
        ("下周上什么", ["2017-10-16"]),
        ("下下周上什么", ["2017-10-23"]),
        ("两周后上什么", ["2017-10-23"]),
        ("圣诞节上什么", ["2017-12-25"]),
        ("圣诞节前一周上什么", ["2017-12-18"]),
        ("圣诞前两周上什么", ["2017-12-11"]),
        ("第45周的后一周上什么", ["2017-11-13"]),
        ("12月第一周上什么", ["2017-12-04"]),
        ("十二月上什么", ["2017-12-04", "2017-12-11", "2017-12-18", "2017-12-25"]),
        ("11月底上什么", ["2017-11-27"]),
        ("11月7日上什么", ["2017-11-06"]),
        ("最后两周上什么", ["2017-12-18", "2017-12-25"]),
        ("上市前四周能卖多少", []),
        ("圣诞贺卡有哪些", []),
        ("烦，44周上什么", ["2017-10-30"]),
        ("明年2月第一周上什么", ["2018-01-29"]),
        ("明年11月上什么", ["2018-11-12"]),
        ("第50周的圣诞糖怎么就选了这周", ["2017-12-11"]),
    ],
)
def test_weeks_are_read_however_they_are_named(message, weeks, parser):
    assert [week.isoformat() for week in parser.reader.read(message).entities.weeks] == weeks


def test_a_feast_without_a_fixed_date_is_no_week_of_the_plan(parser):
    found = parser.reader.read("春节那周上什么").entities
    assert (found.weeks, found.unknown_weeks) == ((), ("春节那周",))


@pytest.mark.parametrize(
    "message",
    ["不要糖果，第45周还有什么？", "第45周除了糖果还有什么？", "第45周不含糖果安排了什么", "第45周有什么？糖果除外"],
)
def test_a_category_is_left_out_as_in_english(message, parser):
    entities = parser.parse(message, "zh").entities
    assert entities.groups
    assert entities.without == entities.groups


@pytest.mark.parametrize("message", ["第45周糖果安排了什么？", "第45周有哪些糖果？"])
def test_a_category_that_is_asked_for_is_not_left_out(message, parser):
    entities = parser.parse(message, "zh").entities
    assert entities.groups
    assert not set(entities.groups) & set(entities.without)


@pytest.mark.parametrize(
    ("message", "shift"), [("晚两周呢", 2), ("推迟一周", 1), ("提前三周", -3), ("早一点上", -1), ("第45周上", None)]
)
def test_weeks_counted_from_the_slot_are_a_shift(message, shift, parser):
    assert parser.reader.read(message).entities.shift_weeks == shift


@pytest.mark.parametrize(
    ("message", "change"),
    [
        ("如果 Strawberries 少卖三成会怎样", Change("scale", 0.7)),
        ("如果 Strawberries 比预测多卖百分之二十呢", Change("scale", 1.2)),
        ("如果 Strawberries 的销量翻倍会怎样", Change("scale", 2.0)),
        ("Dark Chocolate Bar 便宜10%会怎样", Change("price", 0.9)),
        ("Dark Chocolate Bar 打八折会怎样", Change("price", 0.8)),
        ("交换 Strawberries 和 Blueberries", Change("swap")),
        ("如果去掉 Strawberries 会怎样", Change("drop")),
        ("如果零食每周最多上两个会怎样", Change("cap", 2)),
        ("如果前端架在第44周多两个位置会怎样", Change("capacity", 2, added=True)),
        ("如果第44周的前端架关闭会怎样", Change("capacity", 0)),
    ],
)
def test_what_is_supposed_is_read(message, change, parser):
    read = parser.parse(message, "zh").change
    assert read is not None
    assert (read.kind, read.added) == (change.kind, change.added)
    assert read.amount == pytest.approx(change.amount)


def test_names_stand_in_chinese_text_in_full_in_part_and_by_number(parser):
    for written in ("Red Seedless Grapes, 2 lb", "Red Seedless Grapes", "red seedless grapse", "#861001", "编号861001"):
        assert parser.parse(f"为什么{written}排在第41周", "zh").entities.products == ("861001",), written


def test_common_words_stand_for_placements_and_categories(parser):
    found = parser.parse("零食在前端架有几个新品", "zh").entities
    assert (found.groups, found.placements) == (("Grocery > Snacks",), ("front end cap",))


def test_what_is_left_out_is_not_meant(parser):
    assert parser.parse("除了零食还安排了什么", "zh").entities.without == ("Grocery > Snacks",)


def test_follow_ups_keep_to_the_question_before(parser):
    first = parser.parse("为什么 Honeycrisp Apples 在第42周？", "zh")
    other = parser.parse("那第45周呢？", "zh", first)
    assert (other.intent, other.entities.products) == (Intent.WHAT_IF_MOVE, ("870233",))
    assert other.entities.weeks == (date(2017, 11, 6),)
    for message, wish in (("短一点", "shorter"), ("详细一点", "longer"), ("再来一次", "again")):
        assert parser.parse(message, "zh", first).wish == wish


@pytest.mark.parametrize("message", ["你好", "谢谢", "好的，谢谢"])
def test_courtesies_are_answered_with_what_can_be_asked(message, parser):
    assert parser.parse(message, "zh").intent is Intent.HELP


@pytest.mark.parametrize(
    ("message", "intent"),
    [
        ("W46 的 gross margin 有多少", Intent.REVENUE),
        ("Chamomile Tea 的 shopper profile 看一下", Intent.AUDIENCE),
        ("下个礼拜 launch 什么", Intent.PLANNED),
        ("Ginger Ale 的 risk 有哪些", Intent.RISKS),
        ("snacks 一个礼拜上三支是不是 too much", Intent.RHYTHM),
        ("如果 W47 什么都不 launch，season 会 lose 多少", Intent.WHAT_IF),
    ],
)
def test_english_words_of_the_trade_count_as_the_chinese_ones(message, intent, parser):
    assert parser.parse(message, "zh").intent is intent


def test_words_of_the_trade_in_names_stay(parser):
    question = parser.parse("Advent Calendar 能卖多少", "zh")
    assert question.text == "Advent Calendar 能卖多少"
    assert question.product_words == "advent calendar"
    assert parser.parse("下周的 calendar 给我", "zh").text == "下周的 日历 给我"


@pytest.mark.parametrize(
    ("message", "placements"),
    [
        ("DM 头版都给谁了", ("mailer front page",)),
        ("dm内页放了哪些", ("mailer interior page feature",)),
        ("前头那个端架这季放什么", ("front end cap",)),
        ("后面的端架这季放什么", ("rear end cap",)),
    ],
)
def test_placements_in_the_words_of_a_store(message, placements, parser):
    assert parser.parse(message, "zh").entities.placements == placements


@pytest.mark.parametrize(
    ("message", "shift"),
    [("冷萃晚俩礼拜上呢", 2), ("灯串提前一个礼拜呢", -1), ("往后拖一周会怎样", 1), ("冷萃晚三个礼拜上呢", 3)],
)
def test_weeks_counted_in_everyday_words(message, shift, parser):
    question = parser.parse(message, "zh")
    assert question.intent is Intent.WHAT_IF_MOVE
    assert question.entities.shift_weeks == shift


def test_a_week_that_a_move_goes_to_needs_not_be_the_plans(parser):
    assert [str(week) for week in parser.parse("洋甘菊茶挪到38周呢", "zh").entities.weeks] == ["2017-09-18"]
    assert not parser.parse("冷萃等了 26 周了，为什么没上", "zh").entities.weeks
    assert not parser.parse("十二周跑下来，节奏怎么样", "zh").entities.numbers


def test_the_latter_of_a_comparison_moves(parser):
    compared = parser.parse("红提和蓝莓哪个好", "zh")
    moved = parser.parse("后面那个换去前端架试试", "zh", compared)
    assert (moved.intent, moved.entities.products) == (Intent.WHAT_IF_MOVE, ("882115",))
    assert moved.entities.placements == ("front end cap",)


def test_the_gap_between_two_products_is_a_comparison(parser):
    assert parser.parse("绿茶和洋甘菊茶差距多大", "zh").intent is Intent.COMPARE
    assert parser.parse("计划离最优差距多大", "zh").intent is Intent.DATA


def test_questions_of_families_left_out_are_understood():
    questions = [one for one in load_questions("zh") if one.split == "left out"]
    found = summary(read_all(questions, HashingEncoder(256), "zh"))
    assert found["n_understood"] >= 150
    assert found["intent_accuracy"] >= 0.9
    assert found["entity_f1"] >= 0.93
