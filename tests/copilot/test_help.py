"""Help names all that can be asked; thanks and a yes get a line, and "continue" goes on with what was stopped."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from copilot.facts import collect_facts
from copilot.phrases import load_phrases
from copilot.questions import Entities, Intent, Question

NAMED = {  # in the help of each language
    Intent.WHY_HERE: ("is in its slot", "为什么排在"),
    Intent.WHY_NOT: ("another one is not", "为什么没有排上"),
    Intent.WHAT_IF_MOVE: ("what a move would change", "挪动会改变什么"),
    Intent.WHAT_IF: ("a rule, a price or a forecast", "换个规则、价格或预测"),
    Intent.FORECAST: ("expected to sell", "预计卖多少"),
    Intent.SIMILAR: ("past launches resemble it", "哪些历史新品与它相似"),
    Intent.SEARCH_DEMAND: ("what shoppers search for", "顾客在搜什么"),
    Intent.RHYTHM: ("which weeks could rest", "哪几周可以休息"),
    Intent.PLANNED: ("planned in a week, placement or category", "某个品类安排了什么"),
    Intent.EXTREMES: ("sells most or least", "卖得最多或最少"),
    Intent.LEFT_OUT: ("left out", "没有排上"),
    Intent.COMPARE: ("two products compare", "两个商品如何比较"),
    Intent.PAST_SALES: ("sold until now", "迄今卖了多少"),
    Intent.REVENUE: ("bring in", "带来多少金额"),
    Intent.LOCKS: ("locked", "锁定了什么"),
    Intent.RISKS: ("go wrong", "出什么问题"),
    Intent.DRIVERS: ("drives its score", "得分由什么决定"),
    Intent.CHANGES: ("changed since the last version", "与上一版相比变了什么"),
    Intent.CONFIDENCE: ("how sure the numbers are", "有多可靠"),
    Intent.UNMET_DEMAND: ("searches find no product", "哪些搜索没有对应的商品"),
    Intent.AUDIENCE: ("who may buy it", "谁可能会买"),
    Intent.COMPARE_PLANS: ("plans and scenarios compare", "计划与情景如何比较"),
    Intent.DATA: ("from which data", "依据什么数据"),
    Intent.METHOD: ("how they come about", "怎样得出的"),
    Intent.BRIEF: ("the brief of a product", "简报"),
    Intent.PRODUCT_SEARCH: ("find products", "查找商品"),
}


@pytest.fixture
def said(parsers, small_engine, small_stored):
    """The keys of the lines that answer a message that asks for no fact."""

    def tell(text, lang):
        sheet = collect_facts(parsers[lang].parse(text, lang), small_engine, small_stored)
        return [message.key for message in sheet.messages]

    return tell


def test_help_names_every_intent():
    assert set(NAMED) == set(Intent) - {Intent.HELP, Intent.OUT_OF_SCOPE}
    for place, lang in enumerate(("en", "zh")):
        text = load_phrases(lang).message("help", first="2017-W41", last="2017-W52")
        assert [one.value for one, named in NAMED.items() if named[place] not in text] == []


@pytest.mark.parametrize(
    ("text", "lang"), [("thanks!", "en"), ("yes", "en"), ("ok, perfect", "en"), ("谢谢", "zh"), ("好的，明白了", "zh")]
)
def test_courtesies_get_one_short_line(said, text, lang):
    assert said(text, lang) == ["courtesy"]
    line = load_phrases(lang).message("courtesy")
    assert 3 * len(line) < len(load_phrases(lang).message("help", first="2017-W41", last="2017-W52"))


@pytest.mark.parametrize(("text", "lang"), [("help", "en"), ("hello", "en"), ("Good morning!", "en"), ("你好", "zh")])
def test_whoever_says_hello_hears_what_can_be_asked(said, text, lang):
    assert said(text, lang) == ["help"]


@pytest.mark.parametrize(
    ("lang", "text"), [("en", "continue"), ("en", "please go on"), ("zh", "继续"), ("zh", "请接着说")]
)
def test_to_go_on_after_a_stop_makes_the_stopped_answer_again(parsers, lang, text):
    parser = parsers[lang]
    before = Question("?", Intent.RHYTHM, Entities(), 0.9, lang, length="short", variation=1)
    stopped = parser.parse(text, lang, replace(before, stopped=True))
    assert (stopped.wish, stopped.intent, stopped.variation, stopped.stopped) == ("again", Intent.RHYTHM, 1, False)
    assert parser.parse(text, lang, before).wish != "again"  # a whole answer has more detail to go on with


def test_a_stopped_answer_goes_on_with_the_same_facts(copilot):
    launch, cancel = copilot.current_plan().plan.launches[0], threading.Event()
    thread_id = copilot.store.new_thread("en")
    cancel.set()
    why = f"Why is #{launch.product_id} in week {launch.week:%V}?"
    stopped = list(copilot.ask(why, thread_id=thread_id, cancel=cancel))[-1].answer
    whole = list(copilot.ask("continue", thread_id=thread_id))[-1].answer
    assert (stopped.sentences, whole.question.length) == ((), "normal")
    alone = list(copilot.ask(why))[-1].answer
    assert [one.text for one in whole.sentences] == [one.text for one in alone.sentences]
