from pathlib import Path

import pytest

from services.reminders.adapters.helplines import BadHelplines, Helplines


def test_a_country_has_its_own_helpline_and_all_others_one_that_leads_on() -> None:
    helplines = Helplines()
    assert helplines.of("CN").number == "12356"
    assert helplines.of("US").facts() == {
        "helpline_name": "988 Lifeline",
        "helpline": "988",
        "emergency": "911",
    }
    assert helplines.of("XX") == helplines.of(None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[]", "last row"),
        ("- {countries: [CN], name: One, number: '12', emergency: '12'}", "last row"),
        ("- {countries: [CN, CN], name: One, number: '12', emergency: '12'}\n" * 2, "twice"),
        ("- {countries: [], name: One}", "number"),
        ("{", "helplines.yaml"),
    ],
)
def test_faulty_helplines_are_refused(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "helplines.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadHelplines, match=why):
        Helplines(file)
