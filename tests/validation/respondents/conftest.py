"""Print the score of the suite of corruptions at the end of a run."""

from _pytest.terminal import TerminalReporter

from validation.respondents.corruptions import all_corruptions, score

_TEST = "test_each_corruption_is_caught_by_its_rule"


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    passed = {report.nodeid for report in terminalreporter.getreports("passed")}
    caught = [
        one
        for one in all_corruptions()
        if any(_TEST in nodeid and nodeid.endswith(f"[{one.test_id}]") for nodeid in passed)
    ]
    if caught:
        terminalreporter.write_line(f"corruptions: {score(caught)}")
