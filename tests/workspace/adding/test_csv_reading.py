"""Reading candidate lists, as exported by programs and written by people."""

import pytest

from goodword.candidates.domain.people import PersonInput
from goodword.core.csv_files import UnreadableFile
from goodword.workspace.adding.csv_reading import (
    COLUMNS,
    LARGEST,
    MOST_ROWS,
    CsvRow,
    person_of,
    read_table,
)

HEAD = "First name,Last name,E-mail\n"


def people(raw: bytes | str) -> list[tuple[str, str, str]]:
    table = read_table(raw.encode() if isinstance(raw, str) else raw)
    read = [person_of(row)[0] for row in table.rows]
    return [(one.first_name, one.last_name, one.email) for one in read if one is not None]


def problem(**cells: str) -> str:
    filled = {"name": "Ada Zorn", "email": "ada@mail.example"} | cells
    person, sentences = person_of(CsvRow(line=2, cells=filled))
    assert person is None
    return sentences


ZOE = "Vorname;Nachname;E-Mail-Adresse;Sprache\nZoë;Müller;zoe@mail.example;Deutsch\n"


@pytest.mark.parametrize(
    "raw",
    [
        ZOE.encode(),
        ZOE.encode("utf-8-sig"),
        ZOE.encode("utf-16"),
        ZOE.encode("utf-16-be").join([b"\xfe\xff", b""]),
        ZOE.encode("cp1252"),
        ZOE.replace("\n", "\r\n").encode(),
        ZOE.replace(";", ",").encode(),
        ZOE.replace(";", "\t").encode("utf-16"),
        b"sep=;\r\n" + ZOE.encode("cp1252"),
        b"\n\n" + ZOE.encode() + b"\n;;;\n",
    ],
)
def test_every_usual_encoding_and_separator_is_read(raw: bytes) -> None:
    assert people(raw) == [("Zoë", "Müller", "zoe@mail.example")]


def test_a_heading_over_several_lines_does_not_hide_the_separator() -> None:
    assert people('"First\nname";Last name;E-mail\nAda;Zorn;ada@mail.example\n') == [
        ("Ada", "Zorn", "ada@mail.example")
    ]


def test_invisible_characters_around_an_address_are_removed() -> None:
    lines = "Ada,Zorn,\u200bada@mail.example\nBo,Yard,bo@mail.example\u2060\nCy,Xu,cy@ma\u00adil.example\n"
    assert [address for *_name, address in people(HEAD + lines)] == [
        "ada@mail.example",
        "bo@mail.example",
        "cy@mail.example",
    ]


def test_a_guessed_encoding_is_reported() -> None:
    assert read_table(ZOE.encode("cp1252")).guessed
    assert not read_table(ZOE.encode()).guessed


@pytest.mark.parametrize(
    ("whole", "first", "last"),
    [
        ("Ada Zorn", "Ada", "Zorn"),
        ("Ada Maria Zorn", "Ada Maria", "Zorn"),
        ('"Zorn, Ada"', "Ada", "Zorn"),
        ("Ada", "Ada", ""),
    ],
)
def test_a_single_name_is_split(whole: str, first: str, last: str) -> None:
    assert people(f"Name,E-mail\n{whole},ada@mail.example\n") == [(first, last, "ada@mail.example")]


@pytest.mark.parametrize(
    ("line", "first", "last"),
    [
        ("Vorname;Name;E-Mail\nZoë;Müller;z@x.example", "Zoë", "Müller"),
        ("Nom;Prénom;Courriel\nMüller;Zoë;z@x.example", "Zoë", "Müller"),
        ("Name;Surname;E-mail\nZoë;Müller;z@x.example", "Zoë", "Müller"),
        ("First name;Name;E-mail\nZoë;Zoë Müller;z@x.example", "Zoë", "Müller"),
        ("Surname;Full name;E-mail\nMüller;Zoë Müller;z@x.example", "Zoë", "Müller"),
        ("First name;Name;E-mail\nZoë;Müller, Zoë;z@x.example", "Zoë", "Müller"),
        ("First name;Name;E-mail\nZoë;;z@x.example", "Zoë", ""),
        ("First name;Name;E-mail\nZoë;Zoë;z@x.example", "Zoë", ""),
        ("First name;Name;E-mail\nZoë;Müller Zoë;z@x.example", "Zoë", "Müller"),
        ("First name;Name;E-mail\nZoë;Müller,Zoë;z@x.example", "Zoë", "Müller"),
        ("First name;Name;E-mail\nzoë;Zoë van der Berg;z@x.example", "zoë", "van der Berg"),
        ("First name;Name;E-mail\nZoë;van der Berg;z@x.example", "Zoë", "van der Berg"),
        ("First name;Name;E-mail\nZoë;Zoë-Maria Müller;z@x.example", "Zoë-Maria", "Müller"),
        ("Last name;Name;E-mail\nMüller;Zoë MÜLLER;z@x.example", "Zoë", "Müller"),
        ("First name;Candidate;E-mail\nZoë;4711;z@x.example", "Zoë", ""),
        ("Nom;E-mail\nZoë Müller;z@x.example", "Zoë", "Müller"),
    ],
)
def test_a_name_next_to_a_first_or_last_name_completes_it(line: str, first: str, last: str) -> None:
    [row] = read_table(line.encode()).rows
    person, problems = person_of(row)
    assert person and (person.first_name, person.last_name, problems) == (first, last, "")


def test_the_columns_of_the_template_are_all_read() -> None:
    line = "Ada,Zorn,ada@mail.example,fr-CA,Acme,Engineer"
    table = read_table(f"{','.join(COLUMNS)}\n{line}\n".encode())
    assert (table.ignored, len(table.columns)) == ([], len(COLUMNS))
    assert person_of(table.rows[0])[0] == PersonInput(
        first_name="Ada",
        last_name="Zorn",
        email="ada@mail.example",
        language="fr",
        company="Acme",
        title="Engineer",
    )


def test_other_columns_are_named_and_left_out() -> None:
    table = read_table(b"Phone,Name,E-mail,Email,Salary\n1,Ada,ada@mail.example,x@mail.example,2\n")
    assert table.ignored == ["Phone", "Email", "Salary"]
    assert table.rows[0].cells == {"name": "Ada", "email": "ada@mail.example"}


def test_lines_are_numbered_as_in_the_file() -> None:
    table = read_table(b'Name,E-mail\n"Ada\nZorn",ada@mail.example\n\nBo,bo@mail.example\n')
    assert [(row.line, row.cells["name"]) for row in table.rows] == [(2, "Ada Zorn"), (5, "Bo")]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "The file is empty."),
        (b" \n,,\n", "The file is empty."),
        (HEAD.encode(), "The file has column names, but no candidates."),
        (
            b"Ada,Zorn,ada@mail.example\n",
            "The first row must name the columns. Missing: a name (First name and Last name, or Name); E-mail.",
        ),
        (b"Name\nAda\n", "The first row must name the columns. Missing: E-mail."),
        (
            b"PK\x03\x04rest",
            "This is an Excel workbook. Save it as CSV UTF-8 in Excel, then choose that file.",
        ),
        (b"\x89PNG\r\n\0\0", "This is not a CSV file."),
        (b"Name,E-mail\n\x81\x8d,x\n", "The characters can't be read. Save the file as CSV UTF-8."),
        (
            b'Name,E-mail\nAda,a@mail.example\n"Bo,b@mail.example\n',
            "Line 3 can't be read: a quotation mark is missing or misplaced.",
        ),
        (b"x" * (LARGEST + 1), "The file is larger than 1.5 MB. Split it into several files."),
        (
            HEAD.encode() + b"A,B,a@mail.example\n" * (MOST_ROWS + 1),
            "The file has more than 5,000 rows. Split it into several files.",
        ),
        (b"E-mail" + b",x" * 200 + b"\n", "The file has more than 100 columns."),
    ],
)
def test_unreadable_files_are_explained(raw: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read_table(raw)
    assert str(refused.value) == sentence


def test_a_full_file_is_read() -> None:
    assert len(read_table(HEAD.encode() + b"A,B,a@mail.example\n" * MOST_ROWS).rows) == MOST_ROWS


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"email": ""}, "The e-mail address is missing."),
        ({"email": "ada@"}, "“ada@” is not an e-mail address."),
        ({"name": "", "email": ""}, "The name is missing. The e-mail address is missing."),
        ({"name": "Ada evil.example/x"}, "The name looks like a link."),
        ({"name": "x" * 201}, "The name is longer than 200 characters."),
        (
            {"language": "Klingon"},
            "“Klingon” is not a supported language. Use en, de, fr, or leave it empty.",
        ),
        ({"company": "x" * 301}, "Company or title is longer than 300 characters."),
    ],
)
def test_a_wrong_line_says_what_is_wrong(cells: dict[str, str], sentence: str) -> None:
    assert problem(**cells) == sentence


def test_a_line_with_too_many_cells_is_not_guessed_at() -> None:
    table = read_table(b"Name,E-mail\nZorn, Ada,ada@mail.example\n")
    person, sentences = person_of(table.rows[0])
    assert person is None
    assert sentences.startswith("The line has more cells than the first row. Check separators and quotation")
