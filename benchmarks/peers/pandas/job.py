"""pandas: `job.py INBOX REGIONS PARQUET`. As its documentation advises: the pyarrow engine, only the columns needed,
categories for what repeats, groupby, merge and merge_asof, no loop over rows."""

import json
import sys
from pathlib import Path

import pandas as pd

PROVINCE = "420000"
FLOWS = {
    "urban_new_employment": "employment_registration",
    "subsidised_training": "training_record",
    "migrant_worker_training": "training_record",
    "postdoc_annual_intake": "postdoc_intake",
    "professional_qualification_certificates": "professional_qualification",
    "skill_certificates": "skill_certificate",
    "senior_skill_certificates": "skill_certificate",
    "third_generation_cards": "social_card",
    "mediation_success_rate": "mediation_case",
    "arbitration_closure_rate": "arbitration_case",
    "inspection_closure_rate": "inspection_case",
    "urban_registered_unemployment_rate": "unemployment_registration",
    "resident_pension_entrusted_investment": "fund_entrustment",
}
STOCKS = {
    "basic_pension_coverage_rate": ("insurance_enrolment", "pension"),
    "unemployment_insurance_enrolment": ("insurance_enrolment", "unemployment"),
    "work_injury_insurance_enrolment": ("insurance_enrolment", "work_injury"),
    "social_card_holders": ("social_card", "card"),
    "social_card_population_coverage_rate": ("social_card", "card"),
    "e_social_card_coverage_rate": ("social_card", "e_card"),
}
QUARTERLY = ("urban_employed_stock", "labour_contract_report")
ANNUAL = ("talent_stock_report", "population_denominator")
CASE = {"case_no": "key", "region_code": "region_code", "accepted_on": "opened", "closed_on": "closed"}
COLUMNS = {
    "employment_registration": {"registration_no": "key", "registered_on": "day", "is_urban_new": "is_urban_new"},
    "employment_attrition": {"attrition_no": "key", "occurred_on": "day"},
    "unemployment_registration": {"registration_no": "key", "registered_on": "opened", "cancelled_on": "closed"},
    "training_record": {
        "training_no": "key",
        "completed_on": "day",
        "trainee_category": "category",
        "subsidy_amount": "subsidy",
    },
    "skill_certificate": {"certificate_no": "key", "issued_on": "day", "skill_level": "skill_level"},
    "professional_qualification": {"certificate_no": "key", "issued_on": "day", "id_number": "person"},
    "postdoc_intake": {"postdoc_no": "key", "entered_on": "day"},
    "fund_entrustment": {"entrustment_no": "key", "moved_on": "day", "movement": "movement", "amount_wan": "amount"},
    "social_card": {
        "card_no": "key",
        "id_number": "person",
        "generation": "generation",
        "issued_on": "opened",
        "cancelled_on": "closed",
        "e_card_claimed_on": "claimed",
    },
    "mediation_case": {"case_no": "key", "closed_on": "day", "outcome": "outcome"},
    "arbitration_case": CASE,
    "inspection_case": CASE,
    "insurance_enrolment": {"id_number": "person", "insurance_type": "kind", "enrolment_status": "status"},
    "urban_employed_stock": {"employed_persons": "employed"},
    "labour_contract_report": {"employees_required": "required", "employees_signed": "signed"},
    "labour_force_survey": {"employed_weighted": "employed", "unemployed_weighted": "unemployed"},
    "talent_stock_report": {
        "professional_senior": "senior",
        "professional_intermediate": "intermediate",
        "professional_junior": "junior",
        "high_skilled_total": "high_skilled",
    },
    "population_denominator": {"statutory_pension_population": "pensionable", "registered_population": "registered"},
}
DAYS = {"day", "opened", "closed", "claimed"}
FIGURES = {
    "subsidy", "amount", "employed", "unemployed", "required", "signed", "senior", "intermediate", "junior",
    "high_skilled", "pensionable", "registered",
}  # fmt: skip
MONTH_END, YEAR_END = pd.offsets.MonthEnd(0), pd.offsets.YearEnd(0)
QUARTER_END = pd.offsets.QuarterEnd(0, startingMonth=3)


def read_dumps(inbox: Path) -> pd.DataFrame:
    """One row per dump: what its manifest says."""
    frame = pd.DataFrame(
        json.loads(path.read_bytes()) | {"path": str(path).removesuffix(".manifest.json")}
        for path in inbox.glob("*/*/*.manifest.json")
    )
    ends = {text: pd.Period(text.replace("-Q", "Q")).end_time.normalize() for text in frame["period"].unique()}
    frame["period_end"] = frame["period"].map(ends)
    frame["weight"] = 1 / frame["sampling_fraction"].fillna(1)
    return frame[["path", "extract", "unit", "period_end", "weight", "rows"]]


def read(extract: str, dumps: pd.DataFrame) -> pd.DataFrame:
    """The rows of an extract, typed; of events and upserts all deliveries of a key."""
    names = {"region_code": "region_code"} | COLUMNS[extract]
    mine = dumps[dumps["extract"] == extract]
    frame = pd.concat(
        [pd.read_csv(path, engine="pyarrow", dtype="str", usecols=list(names)).assign(dump=at)
         for at, path in mine["path"].items()],
        ignore_index=True,
    ).rename(columns=names)  # fmt: skip
    for name in frame.columns.intersection(list(DAYS)):
        frame[name] = pd.to_datetime(frame[name], format="%Y-%m-%d")
    for name in frame.columns.intersection(list(FIGURES)):
        frame[name] = frame[name].astype("float64")
    facts = mine[["unit", "period_end", "weight"]].astype({"unit": "category"})
    return frame.astype({"region_code": "category"}).join(facts, on="dump").drop(columns="dump")


def newest(rows: pd.DataFrame) -> pd.DataFrame:
    """Of each key the row of the newest period; of the smallest unit if there are several."""
    twice = rows["key"].duplicated(keep=False)
    last = rows[twice].sort_values(["period_end", "unit"], ascending=[False, True]).drop_duplicates("key")
    return pd.concat([rows[~twice], last], ignore_index=True)


def covered_periods(dumps: pd.DataFrame, rows: dict, ancestry: pd.DataFrame, units: pd.Series) -> pd.DataFrame:
    """Which periods of which extract cover which region."""
    province, place = dumps[dumps["unit"] == PROVINCE], ["extract", "period_end"]
    found = pd.concat(
        frame.loc[frame["unit"] == PROVINCE, ["period_end", "region_code"]]
        .drop_duplicates()
        .astype({"region_code": "str"})
        .assign(extract=extract)
        for extract, frame in rows.items()
    ).merge(ancestry, on="region_code")
    by_unit = pd.concat(
        [
            dumps.loc[dumps["unit"] != PROVINCE, [*place, "unit"]],
            found.loc[found["belongs_to"].isin(units), [*place, "belongs_to"]].rename(columns={"belongs_to": "unit"}),
            province.loc[province["rows"] == 0, place].merge(units.rename("unit"), how="cross"),
        ]
    ).drop_duplicates()
    below = by_unit.merge(ancestry, left_on="unit", right_on="belongs_to")[[*place, "region_code"]]
    return pd.concat([below, dumps[place].assign(region_code=PROVINCE)]).drop_duplicates(ignore_index=True)


def flow_periods(covered: pd.DataFrame) -> pd.DataFrame:
    """Every month, quarter, year and year to date that a covered month lies in: s to t."""
    monthly = covered[~covered["extract"].isin((*QUARTERLY, *ANNUAL))].rename(columns={"period_end": "end"})
    end, year = monthly["end"], monthly["end"].dt.to_period("Y").dt.start_time
    kinds = {
        "month": (end.dt.to_period("M").dt.start_time, end),
        "quarter": (end.dt.to_period("Q").dt.start_time, end + QUARTER_END),
        "year": (year, end + YEAR_END),
        "ytd": (year, end),
    }
    return pd.concat(
        monthly[["extract", "region_code"]].assign(period_type=kind, s=s, t=t).drop_duplicates()
        for kind, (s, t) in kinds.items()
    )


def stock_periods(covered: pd.DataFrame) -> pd.DataFrame:
    """The periods of a stock: its last month's."""
    month, place = covered["period_end"].dt.month, covered.rename(columns={"period_end": "t"})
    return pd.concat(
        [
            place[~place["extract"].isin((*QUARTERLY, *ANNUAL))].assign(period_type="month"),
            place[(month % 3 == 0) & ~place["extract"].isin(ANNUAL)].assign(period_type="quarter"),
            place[month == 12].assign(period_type="year"),
        ]
    )


def counted(rows: dict) -> pd.DataFrame:
    """What is counted by the row's own region and month: numerator n, denominator d, pending."""
    parts = []

    def count(indicator: str, frame: pd.DataFrame, day: str = "day", **measures) -> None:
        """Add up measures (a share of each row's weight) by region and month."""
        month = frame[day].dt.to_period("M").dt.start_time.rename("month")
        sums = pd.DataFrame({name: share * frame["weight"] for name, share in measures.items()})
        parts.append(
            sums.groupby([frame["region_code"].astype("str"), month]).sum().reset_index().assign(indicator_id=indicator)
        )

    hired, training, certificate = (
        rows[x] for x in ("employment_registration", "training_record", "skill_certificate")
    )
    count("urban_new_employment", hired[hired["is_urban_new"] == "1"], n=1)
    count("urban_new_employment", rows["employment_attrition"], n=-1)
    training = training[training["subsidy"] > 0]
    count("subsidised_training", training, n=1)
    count("migrant_worker_training", training[training["category"] == "1"], n=1)
    count("postdoc_annual_intake", rows["postdoc_intake"], n=1)
    count("skill_certificates", certificate, n=1)
    count("senior_skill_certificates", certificate[certificate["skill_level"].isin(list("ST123"))], n=1)
    card = rows["social_card"]
    count("third_generation_cards", card[card["generation"] == "3"], "opened", n=1)
    mediated = rows["mediation_case"].dropna(subset="day")
    count("mediation_success_rate", mediated, n=(mediated["outcome"] == "1").astype(float), d=1)
    money = rows["fund_entrustment"]
    amount = money["amount"].where(money["movement"] == "1", -money["amount"])
    count("resident_pension_entrusted_investment", money, pending=amount)
    for indicator, extract in (
        ("arbitration_closure_rate", "arbitration_case"),
        ("inspection_closure_rate", "inspection_case"),
        ("urban_registered_unemployment_rate", "unemployment_registration"),
    ):
        case = rows[extract]
        closed = case.dropna(subset="closed").assign(over=lambda x: x[["opened", "closed"]].max(axis=1))
        if extract != "unemployment_registration":
            count(indicator, closed, "closed", n=1)
        count(indicator, case, "opened", d=1, pending=1)
        count(indicator, closed, "over", pending=-1)
    return pd.concat(parts, ignore_index=True).fillna({"n": 0, "d": 0, "pending": 0})


def first_certificates(rows: pd.DataFrame, ancestry: pd.DataFrame) -> pd.DataFrame:
    """Persons by region and the month of their first certificate of the year in that region."""
    year = rows["day"].dt.year.rename("year")
    wide = rows.assign(year=year, region_code=rows["region_code"].astype("str")).merge(ancestry, on="region_code")
    first = wide.sort_values(["day", "weight"]).drop_duplicates(["belongs_to", "person", "year"])
    month = first["day"].dt.to_period("M").dt.start_time.rename("month")
    sums = first.groupby([first["belongs_to"].rename("region_code"), month])["weight"].sum().rename("n").reset_index()
    return sums.assign(indicator_id="professional_qualification_certificates", d=0.0, pending=0.0)


def up_to(periods: pd.DataFrame, tally: pd.DataFrame, on: str, by: list[str], *, before: bool = False) -> pd.DataFrame:
    """For each period the running totals of what happened until (or before) its day `on`."""
    left = periods.reset_index(drop=True).reset_index(names="row").sort_values(on)
    found = pd.merge_asof(
        left, tally, left_on=on, right_on="month", by=by, allow_exact_matches=not before
    ).sort_values("row")  # fmt: skip
    return found.reset_index(drop=True)[["n", "d", "pending"]].fillna(0)


def flows(rows: dict, periods: pd.DataFrame, ancestry: pd.DataFrame) -> pd.DataFrame:
    """n, d (with what was pending at the beginning) and pending at the end, of each indicator, region and period."""
    by = ["indicator_id", "region_code"]
    tally = (
        counted(rows)
        .merge(ancestry, on="region_code")
        .groupby(["indicator_id", "belongs_to", "month"])[["n", "d", "pending"]]
        .sum()
        .reset_index()
        .rename(columns={"belongs_to": "region_code"})
    )
    tally = pd.concat([tally, first_certificates(rows["professional_qualification"], ancestry)]).sort_values("month")
    tally[["n", "d", "pending"]] = tally.groupby(by)[["n", "d", "pending"]].cumsum()
    measure = pd.DataFrame(FLOWS.items(), columns=["indicator_id", "extract"])
    flow = periods.merge(measure, on="extract").reset_index(drop=True)
    until, before = up_to(flow, tally, "t", by), up_to(flow, tally, "s", by, before=True)
    return flow.assign(
        n=until["n"] - before["n"], d=until["d"] - before["d"] + before["pending"], pending=until["pending"]
    )


def not_due(cases: pd.DataFrame, month_ends: pd.Series, ancestry: pd.DataFrame) -> pd.DataFrame:
    """Inspection cases open at a month's end whose 84 days are not over."""
    open_ = cases.astype({"region_code": "str"}).merge(month_ends.rename("t"), how="cross")
    open_ = open_[
        (open_["opened"] <= open_["t"])
        & (open_["opened"] + pd.Timedelta(days=84) > open_["t"])
        & (open_["closed"].isna() | (open_["closed"] > open_["t"]))
    ].merge(ancestry, on="region_code")
    return (
        open_.groupby(["belongs_to", "t"])["weight"]
        .sum()
        .rename("not_due")
        .rename_axis(["region_code", "t"])
        .reset_index()
    )


def insured(rows: pd.DataFrame, ancestry: pd.DataFrame) -> pd.DataFrame:
    """Distinct insured persons by scheme, region and month."""
    scheme = {"110": "pension", "120": "pension", "170": "pension", "210": "unemployment", "410": "work_injury"}
    active = rows[rows["status"].isin(["1", "2"])]
    person = pd.DataFrame(
        {
            "what": active["kind"].map(scheme).astype("category"),
            "person": pd.factorize(active["person"])[0],
            "region_code": active["region_code"].astype("str"),
            "t": active["period_end"],
            "weight": active["weight"],
        }
    ).merge(ancestry.astype({"belongs_to": "category"}), on="region_code")
    key = ["what", "belongs_to", "t", "person"]
    least = person.groupby(key, observed=True, sort=False)["weight"].min()
    return (
        least.groupby(key[:3], observed=True).sum().rename("n").rename_axis(["what", "region_code", "t"]).reset_index()
    )


def holders(cards: pd.DataFrame, month_ends: pd.Series, ancestry: pd.DataFrame) -> pd.DataFrame:
    """Distinct holders of cards and e-cards: who has one card by its changes, the others by person."""
    cards = cards.astype({"region_code": "str"}).assign(person=pd.factorize(cards["person"])[0])
    claimed = cards.dropna(subset="claimed").assign(opened=lambda x: x[["opened", "claimed"]].max(axis=1))
    card = pd.concat([cards.assign(what="card"), claimed.assign(what="e_card")], ignore_index=True)
    several = card.duplicated(["what", "person"], keep=False)
    single, others = card[~several], card[several].merge(month_ends.rename("t"), how="cross")
    opened, closed = single["opened"] + MONTH_END, single["closed"] + MONTH_END
    gone = closed > opened
    place = ["what", "region_code"]
    change = pd.concat(
        [
            single[closed.isna() | gone].assign(month=opened, n=lambda x: x["weight"]),
            single[gone].assign(month=closed, n=lambda x: -x["weight"]),
        ]
    ).merge(ancestry, on="region_code")
    change = change.groupby(["what", "belongs_to", "month"])["n"].sum().rename_axis([*place, "month"]).reset_index()
    change = change.assign(d=0, pending=0).sort_values("month")
    change["n"] = change.groupby(place)["n"].cumsum()
    every = change[place].drop_duplicates().merge(month_ends.rename("t"), how="cross")
    every["n"] = up_to(every, change, "t", place)["n"]
    others = others[(others["opened"] <= others["t"]) & (others["closed"].isna() | (others["closed"] > others["t"]))]
    others = others.merge(ancestry, on="region_code").groupby(["what", "belongs_to", "t", "person"])["weight"].min()
    others = others.groupby(level=[0, 1, 2]).sum().rename("n").rename_axis([*place, "t"]).reset_index()
    return pd.concat([every, others]).groupby([*place, "t"])["n"].sum().reset_index()


def report_figures(rows: pd.DataFrame, regions: pd.DataFrame) -> pd.DataFrame:
    """What agencies add up themselves: a region's own row, else the sum of those directly below."""
    names = list(rows.columns.intersection(list(FIGURES)))
    own = rows.astype({"region_code": "str", "unit": "str"}).sort_values("unit", ascending=False)
    own = own.drop_duplicates(["region_code", "period_end"]).merge(regions, on="region_code")
    own[names] = own[names].mul(own["weight"], axis=0)

    def missing(sums: pd.DataFrame) -> pd.DataFrame:
        """Those sums for which there is no own row."""
        have = pd.MultiIndex.from_frame(own[["region_code", "period_end"]])
        return sums[~pd.MultiIndex.from_frame(sums[["region_code", "period_end"]]).isin(have)]

    county = own[own["level"] == "county"].groupby(["parent_code", "period_end"])[names].sum()
    unit = pd.concat(
        [own[own["level"] == "prefecture"], missing(county.reset_index(names=["region_code", "period_end"]))]
    )
    province = missing(unit.groupby("period_end")[names].sum().reset_index().assign(region_code=PROVINCE))
    figures = pd.concat([own[own["level"] != "prefecture"], unit, province])
    return figures[["region_code", "period_end", *names]]


def main(inbox: str, regions_path: str, target: str) -> None:
    """Compute and write."""
    regions = pd.read_csv(regions_path, dtype="str")[["region_code", "level", "parent_code"]]
    regions = regions[regions["level"] != "nation"]
    units = regions.loc[regions["level"] == "prefecture", "region_code"]
    ancestry = pd.concat(
        [
            regions[["region_code"]].assign(belongs_to=regions["region_code"]),
            regions.loc[regions["region_code"] != PROVINCE, ["region_code"]].assign(belongs_to=PROVINCE),
            regions.loc[regions["level"] == "county", ["region_code", "parent_code"]].set_axis(
                ["region_code", "belongs_to"], axis=1
            ),
        ],
        ignore_index=True,
    )
    dumps = read_dumps(Path(inbox))
    dumps = dumps[dumps["extract"].isin(list(COLUMNS))]
    rows = {extract: read(extract, dumps) for extract in COLUMNS}
    covered = covered_periods(dumps, rows, ancestry, units)
    rows = {extract: newest(frame) if "key" in frame else frame for extract, frame in rows.items()}
    periods, stocks = flow_periods(covered), stock_periods(covered)
    ends = {extract: pd.Series(part["t"].unique()) for extract, part in periods.groupby("extract")}
    flow = flows(rows, periods, ancestry)
    figures = {name: report_figures(rows[name], regions) for name in (*QUARTERLY, *ANNUAL)}
    parts = []

    def add(frame: pd.DataFrame, *, scale: float = 1, rate: bool = False) -> None:
        """n, and d where it is a rate."""
        if rate:
            frame = frame[frame["d"] > 1e-6]
            parts.append(
                frame.assign(numerator=frame["n"], denominator=frame["d"], value=100 * frame["n"] / frame["d"])
            )
        else:
            parts.append(frame.assign(numerator=frame["n"], value=frame["n"] / scale))

    is_rate, name = flow["indicator_id"].str.endswith("_rate"), flow["indicator_id"]
    money = name == "resident_pension_entrusted_investment"
    add(flow[~is_rate & ~money & (name != "postdoc_annual_intake")], scale=1e4)
    add(flow[name == "postdoc_annual_intake"])
    has_stock = stocks.loc[stocks["extract"] == "fund_entrustment", ["region_code", "t"]].drop_duplicates()
    entrusted = flow[money & (flow["period_type"] != "ytd")].merge(has_stock, on=["region_code", "t"])
    add(entrusted.assign(n=entrusted["pending"]), scale=1e4)
    add(flow[name.isin(["mediation_success_rate", "arbitration_closure_rate"])], rate=True)
    inspection = flow[name == "inspection_closure_rate"].merge(
        not_due(rows["inspection_case"], ends["inspection_case"], ancestry), on=["region_code", "t"], how="left"
    )
    add(inspection.assign(d=inspection["d"] - inspection["not_due"].fillna(0)), rate=True)
    registered = flow[(name == "urban_registered_unemployment_rate") & (flow["period_type"] == "quarter")].merge(
        figures["urban_employed_stock"], left_on=["region_code", "t"], right_on=["region_code", "period_end"]
    )
    registered = registered.assign(n=registered["pending"], d=registered["pending"] + registered["employed"])
    add(registered, rate=True)
    add(registered[registered["t"].dt.quarter == 4].assign(period_type="year"), rate=True)

    persons = pd.concat(
        [
            insured(rows["insurance_enrolment"], ancestry),
            holders(
                rows["social_card"], pd.Series(stocks.loc[stocks["extract"] == "social_card", "t"].unique()), ancestry
            ),
        ]
    )
    measure = pd.DataFrame([(*key, what) for what, key in STOCKS.items()], columns=["extract", "what", "indicator_id"])
    stock = stocks.merge(measure, on="extract").merge(persons, on=["what", "region_code", "t"], how="left")
    stock["n"] = stock["n"].fillna(0)
    is_rate = stock["indicator_id"].str.endswith("_rate")
    add(stock[~is_rate], scale=1e4)
    population = figures["population_denominator"].assign(year=lambda x: x["period_end"].dt.year)
    population = pd.concat([population.assign(year=population["year"] + back, back=back) for back in range(3)])
    population = population.sort_values("back").drop_duplicates(["region_code", "year"]).drop(columns="period_end")
    rate = stock[is_rate].assign(year=lambda x: x["t"].dt.year).merge(population, on=["region_code", "year"])
    pension = rate["indicator_id"] == "basic_pension_coverage_rate"
    add(rate.assign(d=rate["pensionable"].where(pension, rate["registered"])), rate=True)

    survey = rows["labour_force_survey"].astype({"region_code": "str", "unit": "str"})
    survey = survey.sort_values("unit", ascending=False).drop_duplicates(["region_code", "period_end"])
    survey = survey.assign(n=survey["unemployed"] * survey["weight"])
    survey = survey.assign(d=survey["employed"] * survey["weight"] + survey["n"]).query("d > 0")
    surveyed = periods[periods["extract"] == "labour_force_survey"].merge(survey, on="region_code")
    surveyed = surveyed[surveyed["period_end"].between(surveyed["s"], surveyed["t"])]
    surveyed = surveyed.assign(value=100 * surveyed["n"] / surveyed["d"])
    monthly = surveyed["period_type"] == "month"
    add(surveyed[monthly].assign(indicator_id="urban_surveyed_unemployment_rate"), rate=True)
    mean = surveyed[~monthly].groupby(["region_code", "period_type", "t"])["value"].mean().reset_index()
    parts.append(mean.assign(indicator_id="urban_surveyed_unemployment_rate"))

    at = {"left_on": ["region_code", "t"], "right_on": ["region_code", "period_end"]}
    signing = stocks[stocks["extract"] == "labour_contract_report"].merge(figures["labour_contract_report"], **at)
    signing = signing.assign(indicator_id="labour_contract_signing_rate", n=signing["signed"], d=signing["required"])
    add(signing, rate=True)
    talent = stocks[stocks["extract"] == "talent_stock_report"].merge(figures["talent_stock_report"], **at)
    total = talent[["senior", "intermediate", "junior"]].sum(axis=1)
    add(talent.assign(indicator_id="professional_talent_total", n=total), scale=1e4)
    add(talent.assign(indicator_id="high_skilled_talent_total", n=talent["high_skilled"]), scale=1e4)
    graded = talent[talent["senior"] > 0]
    ratio = [(graded[level] / graded["senior"] + 0.5).floordiv(1).astype("int64").astype("str")
             for level in ("intermediate", "junior")]  # fmt: skip
    text = "1:" + ratio[0] + ":" + ratio[1]
    parts.append(graded.assign(indicator_id="professional_talent_grade_ratio", value_text=text))

    columns = ["indicator_id", "region_code", "period_type", "t", "numerator", "denominator", "value", "value_text"]
    result = pd.concat([part.reindex(columns=columns) for part in parts], ignore_index=True)
    result["t"] = result["t"].dt.date
    result.rename(columns={"t": "period_end"}).to_parquet(target, index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
