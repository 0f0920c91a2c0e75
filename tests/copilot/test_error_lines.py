"""Errors in an operator's language, and a question's echo."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from copilot.briefs import brief_bytes, write_brief
from copilot.echo import understood_line
from copilot.error_lines import error_line
from copilot.errors import GeneratorError, NoPlan, StalePlan, UnknownProduct, UnknownWeek, UnsupportedFormat
from copilot.phrases import load_phrases, load_toml
from copilot.questions import Entities, Intent, Question
from copilot.writer_fallback import FallbackGenerator
from ranking.errors import InfeasiblePlan

HAN = re.compile(r"[\u4e00-\u9fff]")


def test_an_error_with_a_key_is_told_in_each_language(small_engine, small_stored, phrases):
    with pytest.raises(UnknownWeek) as caught:
        write_brief("2018-W01", small_engine, small_stored, phrases)
    english = "2018-W01 lies outside the plan, which runs from 2017-W41 to 2017-W46."
    assert str(caught.value) == english == error_line(caught.value, phrases)
    assert error_line(caught.value, load_phrases("zh")) == "2018-W01 不在计划之内，计划从 2017-W41 到 2017-W46。"


def test_what_was_typed_is_named_in_chinese_too(small_engine, small_stored, phrases):
    with pytest.raises(UnknownProduct) as caught:
        write_brief("no <such> thing", small_engine, small_stored, phrases)
    told = error_line(caught.value, load_phrases("zh"))
    assert told.startswith("无法为“no <such> thing”编写简报")
    with pytest.raises(UnsupportedFormat) as caught:
        brief_bytes(write_brief("101", small_engine, small_stored, phrases), "pdf")
    assert "md 或 docx" in error_line(caught.value, load_phrases("zh"))


@pytest.mark.parametrize(
    "error",
    [
        UnknownProduct("The catalogue has no product 9."),
        UnknownWeek("There is no week 99."),
        NoPlan("There is no plan version 9; the latest is 1."),
        StalePlan("The plan is at version 2 now."),
        InfeasiblePlan("These cannot all hold: a, b."),
    ],
)
def test_an_error_without_a_key_is_told_by_its_kind(error):
    assert error_line(error, load_phrases("en")) == str(error)
    assert HAN.match(error_line(error, load_phrases("zh")))


def test_an_error_without_words_keeps_its_own_text():
    assert error_line(ValueError("odd"), load_phrases("zh")) == "odd"


def test_each_key_in_the_code_has_its_line():
    """Keys are found as text, so that none is missing when the error is raised."""
    from pathlib import Path

    import copilot

    code = "\n".join(path.read_text("utf-8") for path in Path(copilot.__file__).parent.glob("*.py"))
    keys = set(re.findall(r'(?<!CopilotError)\.of\("([a-z_]+)"', code))
    lines = set(load_toml("en", "messages.toml")["errors"])
    assert keys <= lines
    assert {one for one in lines if not one.startswith(("kind_", "server_", "writer_memory"))} <= keys | {
        "writer_broke"
    }


def test_a_backups_reason_is_told_in_the_language_of_the_screen(phrases):
    class Dead:
        name = "m"

        def prepare(self):
            raise GeneratorError.of("server_unreachable", name="m", place="http://x/v1")

    class Phrased(Dead):
        def prepare(self):
            """Need nothing."""

    generator = FallbackGenerator(Dead(), Phrased())
    generator.prepare()
    assert generator.last_failure.startswith("The writer m at http://x/v1 cannot be reached.")
    assert generator.failure_in("zh").startswith("无法连接位于 http://x/v1 的撰写模型 m。")


def test_the_echo_names_all_parts_in_the_questions_language(small_engine):
    entities = Entities(products=("101", "no-more"), weeks=(date(2017, 10, 9),), placements=("in-aisle",))
    question = Question("?", Intent.WHY_HERE, entities, 1.0)
    line = understood_line(question, small_engine)
    title = small_engine.product("101").title
    assert line == f"Understood as: why it is planned there · {title} #101 · #no-more · 2017-W41 · in-aisle"
    barred = replace(question, entities=replace(entities, products=(), without=(date(2017, 10, 9),)))
    assert understood_line(barred, small_engine).endswith("it is planned there · not 2017-W41 · in-aisle")
    left_out = replace(question, entities=replace(entities, products=(), without=("101",)))
    assert f" · not {title} #101 · 2017-W41" in understood_line(left_out, small_engine)
    assert understood_line(Question("?", Intent.HELP, Entities(), 1.0, "zh"), small_engine).startswith("理解为：")
