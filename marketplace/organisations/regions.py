"""The region the service is run for: a city and its counties, read from a file so that another city can run it."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "regions"


@dataclass(frozen=True)
class County:
    """A county of the city; `code` is stored, the names are shown, and `also` is what else people write for it."""

    code: str
    name: str
    name_en: str
    also: tuple[str, ...] = ()

    def named(self, locale: str) -> str:
        """The name in the reader's language."""
        return self.name_en if locale.startswith("en") else self.name


@dataclass(frozen=True)
class Region:
    """A city with its counties in their official order."""

    city: str
    city_en: str
    counties: tuple[County, ...]

    def county(self, code: str | None) -> County | None:
        """The county of a code, or None."""
        return next((county for county in self.counties if county.code == code), None)

    def code_of(self, name: str) -> str | None:
        """The code of a county by what people write: 青州市, 青州, 潍坊市高新区 or qingzhou."""
        wanted = name.strip().removeprefix(f"{self.city}市").removeprefix(self.city).strip()
        for county in self.counties:
            if wanted in {county.code, county.name, county.name_en, county.name.rstrip("市区县"), *county.also}:
                return county.code
        return None


@cache
def load_region(name: str) -> Region:
    """Read a region file. Raises FileNotFoundError when the setting names none."""
    table = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    counties = tuple(
        County(row["code"], row["name"], row["name_en"], tuple(row.get("also", ()))) for row in table["county"]
    )
    return Region(table["city"], table["city_en"], counties)
