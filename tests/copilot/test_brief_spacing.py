"""The spacing of Chinese briefs: blanks go between the scripts, and nowhere else."""

from __future__ import annotations

import re

import pytest

from copilot.brief_spacing import without_blanks
from copilot.briefs import write_brief
from copilot.phrases import load_phrases


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("于 2017-W41 在 rear end cap 上新", "于2017-W41在rear end cap上新"),
        ("本数据集的 搜索日志", "本数据集的搜索日志"),
        ("（80% 区间 0.98 至 -1.2）", "（80%区间0.98至-1.2）"),
        ("**每周上新 14 个新品[^F2]**，合计 168 个", "**每周上新14个新品[^F2]**，合计168个"),
        ("“Tea” \\#12 的销量", "“Tea” \\#12的销量"),
        ("- 商品：茶", "- 商品：茶"),
        ("- [ ] 已预订", "- [ ] 已预订"),
        ("## 建议", "## 建议"),
        ("| 计划 | 0 | 件 |", "| 计划 | 0 | 件 |"),
        ("> 苹果 iPhone 壳", "> 苹果 iPhone 壳"),
        ("搜索“苹果 iPhone”的", "搜索“苹果 iPhone”的"),
        ("预计2017-W41 “Bag Snacks”的需求", "预计2017-W41“Bag Snacks”的需求"),
        ("- “Bag Snacks”的需求", "- “Bag Snacks”的需求"),
        ("用 `launch-copilot feedback FILE` 回报", "用 `launch-copilot feedback FILE` 回报"),
        ("```chart\n茶 12\n```", "```chart\n茶 12\n```"),
    ],
)
def test_blanks_between_the_scripts_go(text, told):
    assert without_blanks(text) == told


def test_names_of_the_catalogue_stand_as_they_are():
    assert without_blanks("在 苹果 iPhone 壳 上新 3 个", ["苹果 iPhone 壳"]).count("苹果 iPhone 壳") == 1


@pytest.mark.parametrize("target", ["101", "2017-W42", "rhythm"])
def test_a_chinese_brief_has_no_stray_blank_and_an_english_one_all(small_engine, small_stored, target):
    text = write_brief(target, small_engine, small_stored, load_phrases("zh")).markdown
    body = re.sub(r"“[^”]*”|`[^`]*`|^- \[ \] |^> .*$|^\[brief\].*$", "", text, flags=re.MULTILINE)
    assert re.findall(r"[\u4e00-\u9fff，。；：] [\u4e00-\u9fff0-9A-Za-z]", body) == []
    assert re.findall(r"[0-9A-Za-z%] [\u4e00-\u9fff]", body) == []
    english = write_brief(target, small_engine, small_stored, load_phrases("en")).markdown
    assert re.search(r"\d launch|\d units", english)
