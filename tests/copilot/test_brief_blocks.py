"""Blocks read back from a brief's Markdown: escapes are text, references are references."""

from __future__ import annotations

from copilot.brief_blocks import Block, read_blocks, read_runs

TEXT = r"""# T

- a **b**[^F1]
- [ ] c
> q

| h | i |
| --- | --- |
| x \| y | z |

```chart
W1 1
```

[^F1]: n\*

[brief]: # "launch-copilot brief x, plan 1, data 0"
"""


def test_blocks_are_read_back():
    blocks, notes = read_blocks(TEXT)
    assert [block.kind for block in blocks] == ["heading", "bullet", "check", "quote", "table", "chart"]
    assert blocks[4] == Block("table", rows=(("h", "i"), (r"x \| y", "z")))
    assert notes == {"F1": "n*"}


def test_runs_tell_strong_notes_and_code_apart():
    runs = read_runs(r"a **b**[^F1-F3] `c` \*d\* *e*")
    assert [(run.kind, run.text) for run in runs] == [
        ("text", "a "), ("strong", "b"), ("note", "F1-F3"), ("text", " "), ("code", "c"), ("text", " *d* "),
        ("emphasis", "e"),
    ]  # fmt: skip


def test_a_reference_within_strong_text_stays_a_reference():
    runs = read_runs("**14 launches[^F2] every week,**")
    assert [(run.kind, run.text) for run in runs] == [
        ("strong", "14 launches"), ("note", "F2"), ("strong", " every week,"),
    ]  # fmt: skip


def test_an_escaped_reference_is_text():
    assert [run.kind for run in read_runs(r"\[\^F9\] \`x\`")] == ["text"]
