"""Pydantic's errors become sentences with location and reason."""

from dataclasses import dataclass
from typing import Annotated, Literal

import pytest
from pydantic import ConfigDict, Field, StrictInt, TypeAdapter, ValidationError

from goodword.core.validation import path_problem, sentences


@dataclass
class Wheel:
    __pydantic_config__ = ConfigDict(extra="forbid")

    spokes: Annotated[StrictInt, Field(ge=3, le=40)]


@dataclass
class Bicycle:
    __pydantic_config__ = ConfigDict(extra="forbid")

    type: Literal["bicycle"]
    wheels: Annotated[list[Wheel], Field(max_length=2)]
    bell: Wheel | None = None


@dataclass
class Sledge:
    type: Literal["sledge"]
    length: float

    def __post_init__(self) -> None:
        if self.length > 9:
            raise ValueError(f"is {self.length:g} m long, which is no sledge")


VEHICLE: TypeAdapter[Bicycle | Sledge] = TypeAdapter(Annotated[Bicycle | Sledge, Field(discriminator="type")])


def refused(data: object) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        VEHICLE.validate_python(data)
    return caught.value


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (7, ["Vehicle 1 must be an object with named values."]),
        ({}, ["Vehicle 1 needs “type”."]),
        ({"type": "boat"}, ["Vehicle 1 has the type “boat”, which is not one of bicycle, sledge."]),
        (
            {"type": "bicycle", "wheels": [{"spokes": 32}, {"spokes": "36"}], "colour": "red"},
            [
                "Wheel 2 of vehicle 1 needs a whole number under “spokes”.",
                "Vehicle 1 has “colour”, which isn't a known field.",
            ],
        ),
        (
            {"type": "bicycle", "wheels": [{"spokes": 2}, {}]},
            [
                "Wheel 1 of vehicle 1 needs at least 3 under “spokes”.",
                "Wheel 2 of vehicle 1 needs “spokes”.",
            ],
        ),
        (
            {"type": "bicycle", "wheels": [], "bell": 1},
            ["The part “bell” of vehicle 1 must be an object with named values."],
        ),
        ({"type": "sledge", "length": 12}, ["Vehicle 1 is 12 m long, which is no sledge."]),
    ],
)
def test_every_problem_has_its_own_sentence(data: object, expected: list[str]) -> None:
    assert sentences(refused(data), data, whole="vehicle 1", each={"wheels": "wheel"}) == expected


def test_stored_data_problems_name_the_path() -> None:
    data = {"type": "bicycle", "wheels": [{"spokes": 32}, {"spokes": 50}]}
    assert path_problem(refused(data), data, whole="it") == "wheels[1] needs at most 40 under “spokes”"
    assert path_problem(refused({}), {}, whole="it") == "it needs “type”"


def test_long_names_are_shortened() -> None:
    data = {"type": "bicycle", "wheels": [], "x" * 1000: 1}
    [sentence] = sentences(refused(data), data, whole="it")
    assert sentence == f"It has “{'x' * 60}…”, which isn't a known field."
