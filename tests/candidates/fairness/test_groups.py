"""Reading files of groups, as exported by spreadsheets and written by people."""

import pytest

from goodword.candidates.fairness.groups import read_groups
from goodword.candidates.people_files import PersonKey
from goodword.core.csv_files import UnreadableFile


def test_people_are_identified_by_e_mail_or_greenhouse_id() -> None:
    assert dict(read_groups(b"E-mail,Group\nAda@x.example,A\n bob@x.example ,B\n").groups) == {
        PersonKey("email", "ada@x.example"): "A",
        PersonKey("email", "bob@x.example"): "B",
    }
    file = read_groups("sep=;\r\nGroup;Greenhouse candidate ID\r\nÄ;17\r\n;18\r\n".encode("utf-8-sig"))
    assert dict(file.groups) == {PersonKey("candidate", "17"): "Ä"}
    assert dict(file.lines) == {PersonKey("candidate", "17"): 3}
    assert dict(read_groups(b"application_id\tgroup\n5\tx\n").groups) == {PersonKey("application", "5"): "x"}


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04rest", "Save it as CSV UTF-8"),
        (b"a\0b", "This is not a CSV file."),
        (b"Name,Group\nAda,A\n", "The first row must name the columns"),
        (b"E-mail\nada@x.example\n", "The first row must name the columns"),
        (b"E-mail,Group\n", "The file contains no groups."),
        (b"E-mail,Group\na@x,A\n,A\nb@x,B\n,B\n", "Lines 3, 5: the person is missing."),
        (b"E-mail,Group\na@x,A\nb@x\nc@x,A,x\n", "Lines 3, 4: the number of cells differs"),
        (b"E-mail,Group\na@x,A\nA@X,B\n", "Line 3: a second group for the same person."),
        (b"candidate id,Group\n4.82E+11,A\n", "Line 2: the Greenhouse ID isn't a whole number."),
        (b'E-mail,Group\n"a@x,A\n', "a quotation mark is missing"),
        (b"E-mail,Group\na@x," + b"A" * 61, "Line 2: the group has more than 60 characters."),
        (
            b"E-mail,Group\n" + b"".join(b"%d@x,%d\n" % (n, n) for n in range(21)),
            "more than 20 groups",
        ),
    ],
)
def test_errors_in_a_file_name_their_lines(raw: bytes, problem: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_groups(raw)
    assert problem in str(caught.value)


def test_a_person_may_be_listed_twice_with_the_same_group() -> None:
    assert len(read_groups(b"E-mail,Group\na@x,A\na@x,A\n").groups) == 1
