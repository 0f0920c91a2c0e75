from copilot.console import BuildProgress, table


def test_a_log_gets_one_line_a_stage(capsys):
    with BuildProgress() as progress:
        progress("data", 0.1, "reading events")
        progress("data", 0.9, "reading events")
        progress("index")
    lines = [line.split(":")[0] for line in capsys.readouterr().err.splitlines() if line.startswith(("data", "index"))]
    assert lines.count("data") >= 1
    assert lines.index("data") < lines.index("index")


def test_a_table_shows_markup_as_it_is(capsys):
    table([{"title": "[red]<b>Chips</b>[/red]"}])
    assert "[red]<b>Chips</b>[/red]" in capsys.readouterr().out


def test_no_rows_print_nothing(capsys):
    table([])
    assert capsys.readouterr().out == ""
