"""Goods in the operator's language: read as the catalogue calls them, left alone where it has the word itself."""

from __future__ import annotations

import re

import pytest

from copilot.goods_glossary import GoodsGlossary, load_glossary
from copilot.message_spacing import MessageSpacing, known_words
from copilot.phrases import load_evaluation, load_phrases, load_toml
from copilot.question_shop import QuestionShop
from copilot.questions import Intent, QuestionParser
from retrieval.encoder import HashingEncoder


@pytest.fixture(scope="module")
def parser():
    encoder = HashingEncoder(256)
    return QuestionParser(encoder, QuestionShop(load_evaluation("shop.toml"), encoder), load_phrases("zh"))


@pytest.mark.parametrize(
    ("message", "products"),
    [
        ("灯串能卖多少", ("991030",)),
        ("松枝花环的搜索量怎么样", ("991016",)),
        ("冷萃有什么风险", ("970814",)),
        ("草莓能卖多少", ("882130",)),  # the fruit that is called so, before the yogurt with strawberries
        ("草莓味的酸奶能卖多少", ("933624",)),
        ("蜂蜜希腊酸奶能卖多少", ("933610",)),
        ("海盐薯片锁了吗", ("940185",)),
        ("焦糖那款冰淇淋晚一周呢", ("921075",)),
        ("红茶卖了多少", ("800133",)),
        ("蓝梅能卖多少", ("882115",)),  # one character that sounds like the right one
        ("海盐署片锁了吗", ("940185",)),
    ],
)
def test_chinese_goods_name_products_of_an_english_catalogue(message, products, parser):
    assert parser.parse(message, "zh").entities.products == products


def test_a_name_that_two_products_share_stays_open(parser):
    question = parser.parse("希腊酸奶有人搜吗", "zh")
    assert (question.entities.products, set(question.ambiguous_products)) == ((), {"933610", "933624"})


@pytest.mark.parametrize("message", ["寿司拼盘能卖多少", "红牛能卖多少", "南瓜酸奶为什么没上", "有机草莓能卖多少"])
def test_goods_that_the_catalogue_lacks_are_no_product_of_it(message, parser):
    question = parser.parse(message, "zh")
    assert not question.entities.products
    assert question.product_words
    assert not question.exact


@pytest.mark.parametrize("message", ["财务又勒裤腰带了，这季能卖多少", "我苹果手机快没电了，这季能卖多少"])
def test_goods_in_sayings_name_nothing(message, parser):
    question = parser.parse(message, "zh")
    assert not question.entities.products
    assert not question.ambiguous_products
    assert not question.product_words


def test_the_catalogue_decides_between_names_and_its_own_titles_go_first():
    glossary = GoodsGlossary(
        goods={"饼干": ("cookies", "biscuits"), "草莓": ("strawberries",)},
        traits={"有机": ("organic",)},
        packs={"袋装": ("bag",)},
        between=frozenset({"味", "的"}),
    )
    own = glossary.of_a_catalogue(["草莓味酸奶"], {"biscuits"}.__contains__)
    assert own.goods == {"饼干": ("biscuits",)}
    assert own.named(["有机", "的", "饼干"]) == ["organic", "", "biscuits"]
    assert own.named(["袋装", "饼干", "的", "有机"]) == ["", "biscuits", None, None]
    assert (
        MessageSpacing(load_phrases("zh"), ["草莓味酸奶"], own).spaced("草莓味酸奶和饼干") == "草莓味酸奶 和 biscuits"
    )


def test_the_glossary_is_a_merchandisers_and_no_shops():
    glossary = load_glossary("zh")
    assert len(glossary.goods) > 1_000
    assert all(re.fullmatch(r"[\u4e00-\u9fffA-Za-z]+", word) for word in glossary.goods)
    assert not load_glossary("en").goods


@pytest.mark.parametrize(
    ("message", "intent"),
    [
        ("隔壁超市这周在搞什么活动", Intent.OUT_OF_SCOPE),
        ("给草莓换个价签", Intent.OUT_OF_SCOPE),
        ("扫码枪又坏了，烦。44周上什么", Intent.PLANNED),
        ("刚给顾客办完退货，哪些候选没排上", Intent.LEFT_OUT),
    ],
)
def test_other_matters_are_declined_unless_something_is_asked_beside_them(message, intent, parser):
    assert parser.parse(message, "zh").intent is intent


def test_one_of_two_products_compared_is_replaced(parser):
    pair = parser.parse("冷萃和燕麦奶哪个好", "zh")
    assert pair.entities.products == ("970814", "933638")
    first = parser.parse("前一个换成草莓", "zh", pair)
    second = parser.parse("后面那个换成草莓", "zh", pair)
    assert (first.intent, set(first.entities.products)) == (Intent.COMPARE, {"933638", "882130"})
    assert (second.intent, set(second.entities.products)) == (Intent.COMPARE, {"970814", "882130"})


@pytest.mark.parametrize(
    ("message", "intent"), [("能赚多少", Intent.REVENUE), ("里面哪个最好", Intent.EXTREMES), ("那风险呢", Intent.RISKS)]
)
def test_a_short_turn_goes_on_about_the_launches_before(message, intent, parser):
    before = parser.parse("44周上什么", "zh")
    question = parser.parse(message, "zh", before)
    assert (question.intent, question.entities.weeks) == (intent, before.entities.weeks)
    assert not parser.parse("整个计划能赚多少", "zh", before).entities.weeks


def test_no_misspelling_is_a_word_of_questions_or_another_good():
    right, known = load_toml("zh", "glossary.toml"), known_words("zh")
    written = {word for block in ("groups", "goods", "traits") for word in re.findall(r"[^\s:;|]+", right[block])}
    glossary = load_glossary("zh")
    misspelt = (set(glossary.goods) | set(glossary.traits)) - written
    assert len(misspelt) > 100
    assert not [word for word in misspelt if known.covers(word)]
