"""A pack that is wrong says where."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from satark.resources import data_dir
from satark.routing.folder import PackError, check_pack, load_pack

ORIGINAL = data_dir("jurisdictions") / "varanasi"


def test_the_varanasi_pack_is_whole() -> None:
    pack = load_pack(ORIGINAL)
    assert check_pack(ORIGINAL) == []
    assert len([office for office in pack.offices.values() if office.kind == "station"]) == 75
    assert [category.id for category in pack.categories if category.accuses_police] == ["police_corruption"]
    assert pack.top == "range/varanasi"
    assert pack.insight.population.people["district/chandauli"] == 1_952_756


def change(file: str, old: str, new: str) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return apply


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        (change("stations.csv", "25.75356,82.68689", "28.6,77.2"), "stations.csv:2: the point lies outside district/jaunpur"),
        (change("stations.csv", "25.75356,82.68689", "here,82.6"), "stations.csv:2: 'here', '82.6' is no point"),
        (change("stations.csv", "station/jaunpur/line-bazar", "station/jaunpur/kotwali"), "stations.csv:3: station/jaunpur/kotwali stands here twice"),
        (change("stations.csv", "Line Bazar,लाइन बाजार", "Line Bazar,"), "stations.csv:3: station/jaunpur/line-bazar has no name in hi"),
        (change("categories.toml", "Gambling and satta", "Gambling and satta of every sort"), "longer than 24 characters"),
        (change("categories.toml", "weight = 4", "weight = 9"), "cow_smuggling: weight is a number from 1 to 5"),
        (change("offices.toml", 'range = "range/varanasi"', 'range = "range/nowhere"'), "belongs to no range: 'range/nowhere'"),
        (change("posters.csv", "station/jaunpur/kotwali", "station/nowhere"), "posters.csv:2: there is no office 'station/nowhere'"),
        (change("offices.toml", "[range.", "[range"), "offices.toml:"),
        (change("stations.csv", "station/jaunpur/kotwali", f"station/jaunpur/{'k' * 40}"), "stations.csv:2: the id 'station/jaunpur/kk"),
        (change("stations.csv", "Line Bazar,", "Kotwali,"), "'Kotwali' stands in district/jaunpur 2 times"),
        (change("posters.csv", "jnp-kotwali,", "जौनपुर,"), "posters.csv:2: 'जौनपुर' is no code"),
        (change("insight.toml", "rate = 3", "rate = -3"), "insight.toml:8: a weight of the index is a number from 0 on"),
        (change("insight.toml", "average = 5", "average = 0"), "insight.toml:4: average is a number from 1 to 100"),
        (change("insight.toml", "district/jaunpur", "district/nowhere"), "insight.toml:21: there is no office 'district/nowhere'"),
        (change("insight.toml", "4494204", "0"), "insight.toml:21: district/jaunpur: people are a number from 1"),
        (change("insight.toml", "rate = 3", "rat = 3"), "insight.toml:3: Object contains unknown field `rat`"),
        (change("insight.toml", "4494204", '"many"'), "insight.toml:16: Expected `int`, got `str`"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_and_line(tmp_path: Path, damage: Callable[[Path], None], finding: str) -> None:
    folder = shutil.copytree(ORIGINAL, tmp_path / "pack")
    damage(folder)
    assert finding in "\n".join(map(str, check_pack(folder)))
    with pytest.raises(PackError):
        load_pack(folder)
