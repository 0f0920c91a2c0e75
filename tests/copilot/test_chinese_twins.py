"""Every English word has its Chinese twin: the same keys and variables, and the same facts in both answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import jinja2
import jinja2.meta
import pytest

import prompts
from copilot import lexicon
from copilot.facts import collect_facts
from copilot.factsheet import FACT_SPECS, Fact, Source
from copilot.intents import Intent
from copilot.phrases import load_phrases, load_toml
from tests.copilot.telling import written

ROOT = Path(next(iter(prompts.__path__)))
# How weeks are named differs between the languages, so what reads them does too; the others are read by both.
OWN_OF_ENGLISH = {
    "this_week", "next_week", "last_week", "week_after_next", "first_of_plan", "last_of_plan", "in_n_weeks",
    "first_weeks", "weeks_from", "before", "weeks_later", "weeks_earlier", "by_weeks", "fortnight", "sooner",
    "week_number", "more_weeks", "through", "between", "week_of_month", "part_of_month", "begins", "middle", "ends",
    "first_half", "second_half",
    "this_month", "next_month", "nth_week", "not_a_name", "pronouns", "follow_up", "season",
    "after_week", "before_week", "ends_week", "before_measure", "no_week", "new_topic", "bare_week", "goes_on",
    "packaging", "figures_of_speech", "of_those", "speaker", "people", "asides", "amounts", "other_words",
    "whole_group", "amount_of_group", "of_a_year", "telling_apart", "praising", "no_week_ahead",
    "locked_in_other_words", "inverted", "kind_bounded", "ends_no_name",
    "same_goods", "other_kind", "no_group", "kind_capped", "sides", "before_no_placement",
}  # fmt: skip
WITHOUT_TWIN = {
    "examples.toml",
    "phrasings.toml",
    "learned.toml",
    "sayings.toml",
    "goods.toml",
}  # as much as each language needs


def flat(table: Mapping, prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def variables(template: object) -> set[str]:
    return jinja2.meta.find_undeclared_variables(jinja2.Environment().parse(str(template)))


def test_every_file_has_its_twin():
    english = {path.name for path in (ROOT / "en").iterdir() if path.is_file()} - WITHOUT_TWIN
    assert english <= {path.name for path in (ROOT / "zh").iterdir()}


@pytest.mark.parametrize("name", ["messages.toml", "screen.toml"])
def test_every_line_has_its_twin_with_the_same_variables(name):
    english, chinese = (dict(flat(load_toml(lang, name))) for lang in ("en", "zh"))
    assert set(english) == set(chinese)
    # A plural or a conditional may need a variable in one language only; what carries content is in both.
    grammar = {"n", "launches", "more", "locked", "kind", "rule", "detail"}
    for key, text in english.items():
        assert variables(text) - grammar == variables(chinese[key]) - grammar, key


def test_every_fact_phrase_has_its_twin():
    english, chinese = (load_toml(lang, "phrases.toml")["facts"] for lang in ("en", "zh"))
    assert set(english) == set(chinese)
    told = {"magnitude", "change", "sign", "raw"}  # which of them a language needs is grammar
    for name, entry in english.items():
        assert variables(entry["text"]) - told == variables(chinese[name]["text"]) - told, name
        assert set(entry.get("states_of", {})) == set(chinese[name].get("states_of", {})), name
        assert bool(entry.get("states")) == bool(chinese[name].get("states")), name


def test_every_intent_has_twelve_chinese_examples_at_least():
    english, chinese = (load_toml(lang, "intents.toml") for lang in ("en", "zh"))
    assert set(english["intents"]) == set(chinese["intents"]) == {intent.value for intent in Intent}
    assert all(len(entry["examples"]) >= 12 for entry in chinese["intents"].values())
    assert set(english["parsing"]) - OWN_OF_ENGLISH <= set(chinese["parsing"])
    for table in ("wishes", "topics", "change"):
        assert set(english["parsing"][table]) == set(chinese["parsing"][table])


def test_the_chinese_lexicon_has_every_entry():
    english, chinese = (load_toml(lang, "words.toml") for lang in ("en", "zh"))
    assert set(english) <= set(chinese)
    assert set(english["reading"]) == set(chinese["reading"])


def test_the_reader_of_sentences_asks_for_words_that_both_files_have():
    """A key of `[reading]` that is misspelt would fail only at the sentence that needs it."""
    known = set(load_toml("en", "words.toml")["reading"])
    package = Path(lexicon.__file__).parent
    asked = {
        key for path in package.glob("*.py") for key in re.findall(r'\breading\["(\w+)"\]', path.read_text("utf-8"))
    }
    assert asked == known


@pytest.mark.parametrize("path", sorted((ROOT / "en").glob("brief_*.j2")), ids=lambda path: path.name)
def test_each_brief_template_tells_the_same(path):
    told = r"(?:say|value|notes|number|interval|noted_interval|bounds|chart|span)\([\w.\[\]:\-+() ]*"
    english, chinese = (sorted(re.findall(told, (ROOT / lang / path.name).read_text("utf-8"))) for lang in ("en", "zh"))
    assert english == chinese


# One question of each kind in both languages, about the small shop; {id}, {other}, {week} and {group} are filled in.
QUESTIONS = {
    "why_here": ("Why is #{id} in week {week}?", "#{id} 为什么排在第{week}周？"),
    "why_not": ("Why is #{out} not in the plan?", "#{out} 为什么没有排进计划？"),
    "what_if_move": ("What if #{id} moved to week {next}?", "如果把 #{id} 移到第{next}周会怎样？"),
    "forecast": ("What is the forecast for #{id}?", "#{id} 的预测是多少？"),
    "similar": ("Which past launches are similar to #{id}?", "哪些历史新品与 #{id} 相似？"),
    "search_demand": ("How many searches match #{id}?", "有多少搜索与 #{id} 匹配？"),
    "rhythm": ("How many launches per week does the data support?", "数据支持每周上新几个？"),
    "planned": ("What is planned in week {week}?", "第{week}周安排了什么？"),
    "brief": ("Write the brief for #{id}", "写一份 #{id} 的简报"),
    "what_if": ("What if we drop #{id} from the plan?", "如果把 #{id} 从计划里去掉会怎样？"),
    "price": ("What if #{id} gets 10% cheaper?", "如果 #{id} 便宜10%会怎样？"),
    "swap": ("Swap #{id} and #{other}", "交换 #{id} 和 #{other}"),
    "extremes": ("Which launch sells the most?", "哪个上新卖得最多？"),
    "least": ("Which week has the fewest launches?", "哪一周上新最少？"),
    "left_out": ("Which candidates did not get a slot?", "哪些候选商品没有拿到档位？"),
    "compare": ("Compare #{id} and #{other}", "比较 #{id} 和 #{other}"),
    "past_sales": ("How much did #{live} sell so far?", "#{live} 迄今卖了多少？"),
    "revenue": ("What revenue will #{id} make?", "#{id} 能带来多少收入？"),
    "locks": ("Is #{id} locked?", "#{id} 锁定了吗？"),
    "risks": ("What are the risks of #{id}?", "#{id} 有什么风险？"),
    "drivers": ("What drives the score of #{id}?", "#{id} 的得分由什么决定？"),
    "changes": ("What changed since the last version?", "与上一版相比变了什么？"),
    "confidence": ("How sure are you about #{id}?", "你对 #{id} 有多大把握？"),
    "unmet_demand": ("Which searches find no product?", "哪些搜索找不到商品？"),
    "audience": ("What is the audience of #{id}?", "#{id} 的受众是谁？"),
    "compare_plans": ("Compare my scenarios", "比较我的情景"),
    "data": ("What data is simulated?", "哪些数据是模拟的？"),
    "gap": ("What is the optimality gap?", "最优差距是多少？"),
    "method": ("How does the forecast work?", "预测是怎么做的？"),
    "product_search": ("What is product #{id}?", "编号 {id} 是什么商品？"),
    "help": ("help", "帮助"),
    "out_of_scope": ("What is the weather tomorrow?", "明天天气怎么样？"),
}


@pytest.fixture
def named(copilot):
    """What the questions are about: two launches, a candidate without a slot, a product on sale."""
    plan, engine = copilot.current_plan().plan, copilot.engine
    first, second = plan.launches[:2]
    planned = {launch.product_id for launch in plan.launches}
    out = next((one for one in engine.problem.product_ids if one not in planned), first.product_id)
    live = engine.workspace.query("SELECT product_id FROM products WHERE status = 'live' ORDER BY 1")["product_id"][0]
    week = first.week.isocalendar().week
    following = next(one for one in engine.weeks if one != first.week).isocalendar().week
    return {
        "id": first.product_id, "other": second.product_id, "out": out, "live": live, "week": week, "next": following,
    }  # fmt: skip


def told(copilot, message: str, lang: str) -> tuple[set, set, str]:
    """Return the facts of an answer and those it cites, without their numbers and names, and the intent."""
    question = copilot.parser(lang).parse(message, lang)
    sheet = collect_facts(question, copilot.engine, copilot.current_plan())
    sentences = written(sheet, lang)
    keys = {
        fact.id: (fact.name, fact.subject, str(fact.value), fact.interval, str(fact.week), fact.placement)
        for fact in sheet.facts
    }
    cited = {keys[fact_id] for sentence in sentences for fact_id in sentence.facts}
    return set(keys.values()), cited, question.intent.value


def test_both_answers_to_one_question_hold_the_same_facts(copilot, named):
    different = []
    for english, chinese in QUESTIONS.values():
        ours, theirs = told(copilot, english.format(**named), "en"), told(copilot, chinese.format(**named), "zh")
        if ours != theirs:
            different.append((chinese, ours[2], theirs[2], ours[0] ^ theirs[0], ours[1] ^ theirs[1]))
    assert not different


@pytest.mark.parametrize("name", ["front end cap", "Grocery > Bag Snacks", "零食"])
def test_the_shops_own_names_are_quoted_alike_in_every_chinese_sentence(name):
    phrases = load_phrases("zh")
    source = Source("model")
    for fact_name in ("planned_count", "momentum", "category_buyers", "expected_units", "slot_price", "fatigue_effect"):
        where = {"placement": name, "week": date(2017, 10, 23)}
        fact = Fact("F1", fact_name, name, name, 1.5, FACT_SPECS[fact_name].unit, None, source, **where)
        said = phrases.sentence(fact)
        assert f"“{name}”" in said
        assert said.count(name) == said.count(f"“{name}”")
        assert not re.search(r"[\u4e00-\u9fff，] “", said)
        assert not re.search(r"” [\u4e00-\u9fff]", said)
