"""Writes holidays.txt from the Python package `holidays` (MIT licence, github.com/vacanza/holidays).

docs/howto/renew-the-holidays.md says when and how to run it. A line is a name and its dates, `*MMDD` for
every year of the table and `YYMMDD` else. A subdivision holds only what differs from its country: more
holidays, and, on lines that begin with `-`, those it does not have. Where the package knows fewer years, the last one
stands behind the name.
"""

import datetime
import re
import sys

import holidays

FIRST, LAST = 2025, 2031
COUNTRIES = """
    AE AR AT AU BD BE BG BH BR CA CH CL CN CO CR CY CZ DE DK DO DZ EC EE EG ES FI FR GB GE GR GT HK HR HU ID IE IL IN IS
    IT JO JP KE KR KW KZ LB LK LT LU LV MA MD ME MK MT MU MX MY NG NL NO NZ OM PA PE PH PK PL PT PY QA RO RS RU SA SE
    SG SI SK TH TN TR TW US UY UZ VN ZA
""".split()


def days(country, subdivision=None):
    """Day -> name, in English where the package can."""
    language = "en_US" if "en_US" in getattr(holidays, country).supported_languages else None
    found = holidays.country_holidays(
        country, subdiv=subdivision, years=range(FIRST, LAST + 1), language=language
    )
    return {day: re.sub(r"\s+", " ", name.replace("\t", " ")) for day, name in sorted(found.items())}


def lines(found, mark=""):
    """One line per name."""
    by_name = {}
    for day, name in found.items():
        by_name.setdefault(name, set()).add(day)
    for name, dates in sorted(by_name.items(), key=lambda item: (min(item[1]), item[0])):
        words = []
        for month_day in sorted({(day.month, day.day) for day in dates}):
            try:
                every = {datetime.date(year, *month_day) for year in range(FIRST, LAST + 1)}
            except ValueError:
                continue
            if every <= dates:
                words.append("*%02d%02d" % month_day)
                dates = dates - every
        words += [day.strftime("%y%m%d") for day in sorted(dates)]
        yield f"{mark}{name}\t{' '.join(words)}"


def title(country):
    name = type(holidays.country_holidays(country)).__mro__[1].__name__
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


def until(country):
    """The last year, when it comes before the table's."""
    last = getattr(holidays, country).end_year
    return f"\t{last}" if last < LAST else ""


def main(out):
    print(f"# Public holidays {FIRST} to {LAST}.", file=out)
    print(f"# Source: Python package holidays {holidays.__version__}, MIT licence. Written by generate.py.", file=out)
    print(f"years\t{FIRST} {LAST}", file=out)
    for country in COUNTRIES:
        whole = days(country)
        assert all(any(day.year == year for day in whole) or until(country) for year in range(FIRST, LAST + 1)), country
        print(f"[{country}]\t{title(country)}{until(country)}", file=out)
        for line in lines(whole):
            print(line, file=out)
        entity = getattr(holidays, country)
        names = {code: name for name, code in entity.subdivisions_aliases.items()}
        for subdivision in entity.subdivisions:
            if not re.fullmatch(r"[A-Z0-9]{1,3}", subdivision):
                continue
            own = days(country, subdivision)
            more = {day: name for day, name in own.items() if day not in whole}
            less = {day: name for day, name in whole.items() if day not in own}
            print(f"[{country}-{subdivision}]\t{names.get(subdivision, subdivision)}{until(country)}", file=out)
            for line in [*lines(more), *lines(less, "-")]:
                print(line, file=out)


if __name__ == "__main__":
    main(sys.stdout)
