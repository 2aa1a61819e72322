"""docs/words.md tells the figures that the rules have today."""

from tests.words.measure import PAGE, figures, page_with


def test_the_page_has_the_figures_of_today() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page == page_with(page, figures()), "run: python -m tests.words.measure"


def test_other_figures_would_be_found() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page_with(page, "| none |") != page
    assert page_with(page_with(page, "| none |"), figures()) == page
