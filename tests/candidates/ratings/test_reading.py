"""Reading files of ratings."""

from datetime import date

import pytest

from goodword.candidates.people_files import PersonKey
from goodword.candidates.rating_files import RatedLine, RatingScale, read_ratings
from goodword.core.csv_files import UnreadableFile

SCALE = RatingScale(1, 5)
HEAD = "E-mail,Rater,Date,Overall,Quality of work\n"


def test_each_other_column_is_a_criterion_and_empty_cells_are_not_ratings() -> None:
    raw = b"sep=;\nRated by;Overall;Greenhouse candidate ID;Date;Quality of work\nBo;4,5;17;3.9.2026;\n"
    assert read_ratings(raw, SCALE) == [
        RatedLine(
            line=3,
            person=PersonKey("candidate", "17"),
            rater="Bo",
            rated_on=date(2026, 9, 3),
            values={"Overall": 4.5},
        )
    ]


def test_a_filled_in_list_is_read_without_its_helpful_columns_and_unrated_people() -> None:
    raw = (
        "Name,E-mail,Role,Hired on,Rater,Date,Overall,质量\n"
        "Ada,ada@x.example,Sales,2026-06-01,Bo,2026-09-01,4,3\n"
        "Bob,bob@x.example,Sales,2026-06-01,,,,\n"
    )
    [found] = read_ratings(raw.encode(), SCALE)
    assert (found.person, found.values) == (PersonKey("email", "ada@x.example"), {"Overall": 4, "质量": 3})


@pytest.mark.parametrize(
    ("dates", "read"),
    [
        (("28/11/2026", "05/11/2026"), (date(2026, 11, 28), date(2026, 11, 5))),
        (("11/28/2026", "11/5/2026"), (date(2026, 11, 28), date(2026, 11, 5))),
        (("28/11/2026", "2026-11-05"), (date(2026, 11, 28), date(2026, 11, 5))),
        (("05/05/2026", "5.11.2026"), (date(2026, 5, 5), date(2026, 11, 5))),
        (("2026-05-05 00:00:00", "2026-11-05T08:30Z"), (date(2026, 5, 5), date(2026, 11, 5))),
    ],
)
def test_dates_are_read_as_excel_writes_them_in_its_regions(
    dates: tuple[str, ...], read: tuple[date, ...]
) -> None:
    lines = "".join(f"a{n}@x.example,Bo,{day},3,3\n" for n, day in enumerate(dates))
    assert tuple(read_rating.rated_on for read_rating in read_ratings((HEAD + lines).encode(), SCALE)) == read


@pytest.mark.parametrize("written", ["1,000", "1.000", "2,500"])
def test_a_number_that_may_have_a_thousands_separator_is_not_guessed_at(written: str) -> None:
    raw = f'E-mail,Rater,Date,Sales\na@x.example,Bo,2026-09-01,"{written}"\n'.encode()
    with pytest.raises(UnreadableFile, match="“Sales” may have a thousands separator"):
        read_ratings(raw, RatingScale(0, 5000))
    if float(written.replace(",", ".")) == 1:
        assert read_ratings(raw, SCALE)[0].values == {"Sales": 1.0}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "The file is empty."),
        ("E-mail,Overall\na@x.example,3\n", "The first row must name the columns: Rater, Date,"),
        ("E-mail,Rater,Date\na@x.example,Bo,2026-09-01\n", "There is no column with ratings."),
        (f"{HEAD}a@x.example,Bo,2026-09-01,,\n", "The file contains no ratings."),
        (f"{HEAD}a@x.example,Bo,2026-09-01,3\n", "Line 2: the number of cells differs from the first row."),
        (f"{HEAD},Bo,2026-09-01,3,3\n", "Line 2: the person is missing."),
        ("Candidate ID,Rater,Date,Overall\n4.82E+11,Bo,2026-09-01,3\n", "Line 2: the Greenhouse ID isn't a"),
        (f"{HEAD}a@x.example, ,2026-09-01,3,3\n", "Line 2: the rater is missing."),
        (
            f"{HEAD}a@x.example,Bo,09/01/26,3,3\n",
            "Line 2: the date can't be read; use the format 2026-11-28.",
        ),
        (
            f"{HEAD}a@x.example,Bo,09/01/2026,3,3\nb@x.example,Bo,09/09/2026,3,3\n",
            "Line 2: the date may be day/month or month/day; write 2026-11-28, in a cell formatted as text.",
        ),
        (
            f"{HEAD}a@x.example,Bo,28/09/2026,3,3\nb@x.example,Bo,31/31/2026,3,3\nc@x.example,Bo,01/13/2026,3,3\n",
            "Lines 2, 3, 4: the date can't be read",
        ),
        (f"{HEAD}a@x.example,Bo,2026-02-30,3,3\n", "Line 2: the date can't be read"),
        (f"{HEAD}a@x.example,Bo,2026-09-01,6,3\n", "Line 2: “Overall” isn't a number from 1 to 5."),
        (
            f"{HEAD}a@x.example,Bo,2026-09-01,3,good\n",
            "Line 2: “Quality of work” isn't a number from 1 to 5.",
        ),
        (f"{HEAD}a@x.example,Bo,2026-09-01,nan,3\n", "“Overall” isn't a number"),
        (
            f"{HEAD}a@x.example,Bo,2026-09-01,3,3\nA@x.example,bo,2026-09-01,4,4\n",
            "Line 3: a second line for the same person, rater and date.",
        ),
        ("E-mail,Rater,Date,Overall,overall\n", "Two columns are called “overall”."),
        ("E-mail,Rater,Date," + ",".join("abcdefghijk") + "\n", "more than 10 columns with ratings"),
    ],
)
def test_each_problem_is_named_with_its_lines(text: str, problem: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read_ratings(text.encode(), SCALE)
    assert problem in str(refused.value)
