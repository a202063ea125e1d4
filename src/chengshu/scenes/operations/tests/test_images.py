"""Snapshots: what is wrong with a picture, and what is not."""

from __future__ import annotations

import pytest

from chengshu.foundation.errors import InvalidInput
from chengshu.scenes.operations.images.health import examined, limits
from chengshu.scenes.operations.tests.builders import picture


def test_a_file_that_is_no_picture_is_refused() -> None:
    with pytest.raises(InvalidInput):
        examined(b"GIF89a nonsense")


def test_a_street_is_in_order() -> None:
    assert examined(picture()).faults == ()


@pytest.mark.parametrize(
    ("content", "fault"),
    [(picture(grey=3), "black"), (picture(grey=140, noise=40), "covered"), (picture(blur=True), "blurred")],
    ids=["black", "covered", "blurred"],
)
def test_a_faulty_picture_is_named(content: bytes, fault: str) -> None:
    assert examined(content).faults == (fault,)


def test_the_same_picture_again_is_frozen() -> None:
    assert examined(picture(), picture()).faults == ("frozen",)


def test_noise_is_life() -> None:
    assert examined(picture(noise=4000), picture()).faults == ()


def test_a_turned_camera_is_shifted() -> None:
    found = examined(picture(shift=32, noise=2000), picture())
    assert found.faults == ("shifted",)
    assert found.measures["shift"] == "8.00"


def test_the_limits_are_data() -> None:
    assert limits().black_mean > 0
    assert limits().shifted_pixels > 0
