"""Polars: `job.py INBOX REGIONS PARQUET CONTRACTS`. Lands and judges every extract (landing.py), then computes the
indicators from what was accepted: lazy, streaming, joined as-of, as its documentation advises."""

import sys
from pathlib import Path

import polars as pl
from landing import PROVINCE, land, read_contracts, read_dumps, read_regions

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
SCHEMES = {
    "110": "pension",
    "120": "pension",
    "170": "pension",
    "210": "unemployment",
    "410": "work_injury",
}
QUARTERLY, ANNUAL = (
    ["urban_employed_stock", "labour_contract_report"],
    ["talent_stock_report", "population_denominator"],
)
ALL = [*FLOWS.values(), "employment_attrition", "insurance_enrolment", "labour_force_survey", *QUARTERLY, *ANNUAL]
W = pl.col("weight")


def newest(rows: pl.LazyFrame, key: str) -> pl.LazyFrame:
    """Of each key the row of the newest period; of the smallest unit if there are several."""
    return rows.sort("period_end", "dump_unit", descending=[True, False]).unique(key, keep="first")


def covered_periods(dumps: pl.LazyFrame, rows: dict, ancestry: pl.LazyFrame, units: pl.LazyFrame) -> pl.LazyFrame:
    """Which periods of which extract cover which region."""
    place = ["extract", "period_end"]
    of_province = pl.concat(
        frame.filter(dump_unit=PROVINCE).select(pl.lit(extract).alias("extract"), "period_end", "region_code").unique()
        for extract, frame in rows.items()
    )
    by_unit = pl.concat(
        [
            dumps.filter(pl.col("unit") != PROVINCE).select(*place, "unit"),
            of_province.join(ancestry, on="region_code").select(*place, unit="belongs_to").join(units, on="unit"),
            dumps.filter(unit=PROVINCE, rows=0).select(place).join(units, how="cross"),
        ]
    ).unique()
    below = by_unit.join(ancestry, left_on="unit", right_on="belongs_to").select(*place, "region_code")
    return pl.concat([below, dumps.select(*place, region_code=pl.lit(PROVINCE))]).unique()


def flow_periods(covered: pl.LazyFrame) -> pl.LazyFrame:
    """Every month, quarter, year and year to date that a covered month lies in: s to t."""
    end, monthly = pl.col("period_end"), covered.filter(~pl.col("extract").is_in([*QUARTERLY, *ANNUAL]))
    year = end.dt.truncate("1y")
    kinds = {
        "month": (end.dt.month_start(), end),
        "quarter": (end.dt.truncate("1q"), end.dt.truncate("1q").dt.offset_by("2mo").dt.month_end()),
        "year": (year, year.dt.offset_by("11mo").dt.month_end()),
        "ytd": (year, end),
    }
    return pl.concat(
        monthly.select("extract", "region_code", period_type=pl.lit(kind), s=s, t=t).unique()
        for kind, (s, t) in kinds.items()
    )


def stock_periods(covered: pl.LazyFrame) -> pl.LazyFrame:
    """The periods of a stock: its last month's."""
    month, of = pl.col("period_end").dt.month(), pl.col("extract")
    kinds = {
        "month": ~of.is_in([*QUARTERLY, *ANNUAL]),
        "quarter": (month % 3 == 0) & ~of.is_in(ANNUAL),
        "year": month == 12,
    }
    return pl.concat(
        covered.filter(test).select("extract", "region_code", period_type=pl.lit(kind), t="period_end")
        for kind, test in kinds.items()
    )


def count(indicator: str, rows: pl.LazyFrame, day: str = "day", **measures: pl.Expr) -> pl.LazyFrame:
    """Numerator n, denominator d, pending by the row's own region and month."""
    sums = {name: measures[name].sum() if name in measures else pl.lit(0.0) for name in ("n", "d", "pending")}
    return (
        rows.group_by("region_code", pl.col(day).dt.month_start().alias("month"))
        .agg(**sums)
        .select(pl.lit(indicator).alias("indicator_id"), "region_code", "month", "n", "d", "pending")
    )


def counted(rows: dict) -> pl.LazyFrame:
    """What is counted by the row's own region and month."""
    hired = rows["employment_registration"].filter("is_urban_new")
    training = rows["training_record"].filter(pl.col("subsidy_amount") > 0)
    certificate, money, outcome = rows["skill_certificate"], rows["fund_entrustment"], pl.col("outcome") == "1"
    mediated = rows["mediation_case"].filter(pl.col("closed_on").is_not_null())
    amount = pl.when(movement="1").then("amount_wan").otherwise(-pl.col("amount_wan")) * W
    parts = [
        count("urban_new_employment", hired, "registered_on", n=W),
        count("urban_new_employment", rows["employment_attrition"], "occurred_on", n=-W),
        count("subsidised_training", training, "completed_on", n=W),
        count("migrant_worker_training", training.filter(trainee_category="1"), "completed_on", n=W),
        count("postdoc_annual_intake", rows["postdoc_intake"], "entered_on", n=W),
        count("skill_certificates", certificate, "issued_on", n=W),
        count(
            "senior_skill_certificates",
            certificate.filter(pl.col("skill_level").is_in(list("ST123"))),
            "issued_on",
            n=W,
        ),
        count("third_generation_cards", rows["social_card"].filter(generation="3"), "issued_on", n=W),
        count("mediation_success_rate", mediated, "closed_on", n=pl.when(outcome).then(W).otherwise(0.0), d=W),
        count("resident_pension_entrusted_investment", money, "moved_on", pending=amount),
    ]
    for indicator, extract, opened, closed in (
        ("arbitration_closure_rate", "arbitration_case", "accepted_on", "closed_on"),
        ("inspection_closure_rate", "inspection_case", "accepted_on", "closed_on"),
        ("urban_registered_unemployment_rate", "unemployment_registration", "registered_on", "cancelled_on"),
    ):
        over = rows[extract].filter(pl.col(closed).is_not_null())
        if extract != "unemployment_registration":
            parts.append(count(indicator, over, closed, n=W))
        parts.append(count(indicator, rows[extract], opened, d=W, pending=W))
        parts.append(count(indicator, over.with_columns(over=pl.max_horizontal(opened, closed)), "over", pending=-W))
    return pl.concat(parts)


def first_certificates(rows: pl.LazyFrame, ancestry: pl.LazyFrame) -> pl.LazyFrame:
    """Persons by region and the month of their first certificate of the year in that region."""
    first = (
        rows.join(ancestry, on="region_code")
        .group_by("belongs_to", "id_number", pl.col("issued_on").dt.year().alias("year"))
        .agg(W.sort_by("issued_on", "weight").first(), day=pl.col("issued_on").min())
        .rename({"belongs_to": "region_code"})
    )
    return count("professional_qualification_certificates", first, n=W)


def up_to(periods: pl.LazyFrame, tally: pl.LazyFrame, on: str, by: list[str], *, before: bool = False) -> pl.LazyFrame:
    """Each period with the running totals of what happened until (or before) its day `on`, as `<name>_<on>`."""
    totals = tally.select(*by, "month", *(pl.col(name).alias(f"{name}_{on}") for name in ("n", "d", "pending")))
    joined = periods.sort(on).join_asof(
        totals.sort("month"),
        left_on=on,
        right_on="month",
        by=by,
        allow_exact_matches=not before,
        check_sortedness=False,
    )
    return joined.drop("month", strict=False).with_columns(pl.col(f"^(n|d|pending)_{on}$").fill_null(0.0))


def flows(rows: dict, periods: pl.LazyFrame, ancestry: pl.LazyFrame) -> pl.LazyFrame:
    """n, d (with what was pending at the beginning) and pending at the end, of each indicator, region and period."""
    by, sums = ["indicator_id", "region_code"], ["n", "d", "pending"]
    wide = counted(rows).join(ancestry, on="region_code").group_by("indicator_id", "belongs_to", "month")
    tally = wide.agg(pl.col(sums).sum()).rename({"belongs_to": "region_code"})
    first = first_certificates(rows["professional_qualification"], ancestry)
    tally = pl.concat([tally, first]).sort("month").with_columns(pl.col(sums).cum_sum().over(by, order_by="month"))
    measure = pl.LazyFrame({"indicator_id": list(FLOWS), "extract": list(FLOWS.values())})
    flow = up_to(up_to(periods.join(measure, on="extract"), tally, "t", by), tally, "s", by, before=True)
    return flow.select(
        *by, "period_type", "t",
        n=pl.col("n_t") - pl.col("n_s"),
        d=pl.col("d_t") - pl.col("d_s") + pl.col("pending_s"),
        pending=pl.col("pending_t"),
    )  # fmt: skip


def not_due(cases: pl.LazyFrame, month_ends: pl.LazyFrame, ancestry: pl.LazyFrame) -> pl.LazyFrame:
    """Inspection cases open at a month's end whose 84 days are not over."""
    t, closed = pl.col("t"), pl.col("closed_on")
    open_ = cases.join_where(month_ends, pl.col("accepted_on") <= t, pl.col("accepted_on").dt.offset_by("84d") > t)
    open_ = open_.filter(closed.is_null() | (closed > t)).join(ancestry, on="region_code")
    return open_.group_by("belongs_to", "t").agg(not_due=W.sum()).rename({"belongs_to": "region_code"})


def insured(rows: pl.LazyFrame, ancestry: pl.LazyFrame) -> pl.LazyFrame:
    """Distinct insured persons by scheme, region and month."""
    what = pl.col("insurance_type").replace_strict(SCHEMES).alias("what")
    active = rows.filter(pl.col("enrolment_status").is_in(["1", "2"])).join(ancestry, on="region_code")
    place = [what, pl.col("belongs_to").alias("region_code"), pl.col("period_end").alias("t")]
    person = active.select(*place, "id_number", "weight").group_by("what", "region_code", "t", "id_number")
    return person.agg(W.min()).group_by("what", "region_code", "t").agg(n=W.sum())


def holders(cards: pl.LazyFrame, month_ends: pl.LazyFrame, ancestry: pl.LazyFrame) -> pl.LazyFrame:
    """Distinct holders of cards and e-cards: who has one card by its changes, the others by person."""
    place, opened, closed = ["what", "region_code"], pl.col("opened"), pl.col("closed")
    common = {"person": "id_number", "closed": "cancelled_on"}
    claimed = cards.filter(pl.col("e_card_claimed_on").is_not_null())
    card = pl.concat(
        [
            cards.select("region_code", "weight", what=pl.lit("card"), opened="issued_on", **common),
            claimed.select(
                "region_code", "weight", what=pl.lit("e_card"),
                opened=pl.max_horizontal("issued_on", "e_card_claimed_on"), **common,
            ),
        ]
    ).with_columns(several=pl.len().over("what", "person") > 1)  # fmt: skip
    single, others = card.filter(~pl.col("several")), card.filter("several")
    gone = closed.dt.month_end() > opened.dt.month_end()
    change = (
        pl.concat(
            [
                single.filter(closed.is_null() | gone).select(*place, month=opened.dt.month_end(), n=W),
                single.filter(gone).select(*place, month=closed.dt.month_end(), n=-W),
            ]
        )
        .join(ancestry, on="region_code")
        .group_by("what", "belongs_to", "month")
        .agg(pl.col("n").sum(), d=pl.lit(0.0), pending=pl.lit(0.0))
        .rename({"belongs_to": "region_code"})
        .with_columns(pl.col("n").cum_sum().over(place, order_by="month"))
    )
    every = up_to(change.select(place).unique().join(month_ends, how="cross"), change, "t", place)
    others = (
        others.join_where(month_ends, opened <= pl.col("t"))
        .filter(closed.is_null() | (closed > pl.col("t")))
        .join(ancestry, on="region_code")
        .group_by("what", "belongs_to", "t", "person")
        .agg(W.min())
        .group_by("what", "belongs_to", "t")
        .agg(n=W.sum())
        .rename({"belongs_to": "region_code"})
    )
    both = pl.concat([every.select(*place, "t", n="n_t"), others.select(*place, "t", "n")])
    return both.group_by(*place, "t").agg(pl.col("n").sum())


def report_figures(rows: pl.LazyFrame, regions: pl.LazyFrame, names: list[str]) -> pl.LazyFrame:
    """What agencies add up themselves: a region's own row, else the sum of those directly below."""
    at = ["region_code", "period_end"]
    own = rows.sort("dump_unit", descending=True).unique(at, keep="first").join(regions, on="region_code")
    own = own.select(*at, "level", "parent_code", *(pl.col(name) * W for name in names))
    county = own.filter(level="county").group_by(pl.col("parent_code").alias("region_code"), "period_end")
    county = county.agg(pl.col(names).sum()).join(own, on=at, how="anti")
    unit = pl.concat([own.filter(level="prefecture").select(*at, *names), county])
    province = unit.group_by(pl.lit(PROVINCE).alias("region_code"), "period_end").agg(pl.col(names).sum())
    rest = own.filter(pl.col("level") != "prefecture").select(*at, *names)
    return pl.concat([rest, unit, province.join(own, on=at, how="anti")])


def indicators(rows: dict, keys: dict, dumps: pl.LazyFrame, regions: pl.LazyFrame) -> pl.LazyFrame:
    """The 24 indicators."""
    units = regions.filter(level="prefecture").select(unit="region_code")
    ancestry = pl.concat(
        [
            regions.select("region_code", belongs_to="region_code"),
            regions.filter(pl.col("level") != "province").select("region_code", belongs_to=pl.lit(PROVINCE)),
            regions.filter(level="county").select("region_code", belongs_to="parent_code"),
        ]
    )
    covered = covered_periods(dumps, rows, ancestry, units).cache()
    rows = {extract: newest(frame, keys[extract]) if extract in keys else frame for extract, frame in rows.items()}
    periods, stocks = flow_periods(covered), stock_periods(covered)
    flow = flows(rows, periods, ancestry).cache()
    parts = []

    def add(frame: pl.LazyFrame, n: pl.Expr, d: pl.Expr | None = None, *, scale: float = 1) -> None:
        """n, and d where it is a rate."""
        if d is not None:
            frame = frame.with_columns(n=n, d=d).filter(pl.col("d") > 1e-6)
            n, d = pl.col("n"), pl.col("d")
        place = ["indicator_id", "region_code", "period_type", pl.col("t").alias("period_end")]
        value = n / scale if d is None else 100 * n / d
        nothing = pl.lit(None, dtype=pl.Float64)
        parts.append(frame.select(
            *place, numerator=n.cast(pl.Float64), denominator=nothing if d is None else d.cast(pl.Float64),
            value=value.cast(pl.Float64), value_text=pl.lit(None, dtype=pl.String),
        ))  # fmt: skip

    name, n, d = pl.col("indicator_id"), pl.col("n"), pl.col("d")
    is_rate, money = name.str.ends_with("_rate"), name == "resident_pension_entrusted_investment"
    add(flow.filter(~is_rate & ~money & (name != "postdoc_annual_intake")), n, scale=1e4)
    add(flow.filter(indicator_id="postdoc_annual_intake"), n)
    has_stock = stocks.filter(extract="fund_entrustment").select("region_code", "t").unique()
    add(flow.filter(money & (pl.col("period_type") != "ytd")).join(has_stock, on=["region_code", "t"]),
        pl.col("pending"), scale=1e4)  # fmt: skip
    add(flow.filter(name.is_in(["mediation_success_rate", "arbitration_closure_rate"])), n, d)
    ends = periods.filter(extract="inspection_case").select("t").unique()
    young = not_due(rows["inspection_case"], ends, ancestry)
    inspection = flow.filter(indicator_id="inspection_closure_rate").join(young, on=["region_code", "t"], how="left")
    add(inspection, n, d - pl.col("not_due").fill_null(0))
    at = {"left_on": ["region_code", "t"], "right_on": ["region_code", "period_end"]}
    employed = report_figures(rows["urban_employed_stock"], regions, ["employed_persons"])
    registered = flow.filter(indicator_id="urban_registered_unemployment_rate", period_type="quarter").join(
        employed, **at
    )
    pending = pl.col("pending")
    for frame in (
        registered,
        registered.filter(pl.col("t").dt.quarter() == 4).with_columns(period_type=pl.lit("year")),
    ):
        add(frame, pending, pending + pl.col("employed_persons"))

    ends = stocks.filter(extract="social_card").select("t").unique()
    persons = pl.concat(
        [
            insured(rows["insurance_enrolment"], ancestry),
            holders(rows["social_card"], ends, ancestry).select("what", "region_code", "t", "n"),
        ]
    )
    measure = pl.LazyFrame(
        [(*what, indicator) for indicator, what in STOCKS.items()],
        schema=["extract", "what", "indicator_id"],
        orient="row",
    )
    stock = stocks.join(measure, on="extract").join(persons, on=["what", "region_code", "t"], how="left")
    stock = stock.with_columns(n.fill_null(0.0)).cache()
    add(stock.filter(~is_rate), n, scale=1e4)
    population = report_figures(
        rows["population_denominator"], regions, ["statutory_pension_population", "registered_population"]
    )
    years = pl.col("period_end").dt.year()
    population = pl.concat([population.with_columns(year=years + back, back=pl.lit(back)) for back in range(3)])
    population = population.sort("back").unique(["region_code", "year"], keep="first").drop("period_end")
    rate = stock.filter(is_rate).with_columns(year=pl.col("t").dt.year()).join(population, on=["region_code", "year"])
    pension = pl.when(indicator_id="basic_pension_coverage_rate")
    add(rate, n, pension.then("statutory_pension_population").otherwise("registered_population"))

    survey = rows["labour_force_survey"].sort("dump_unit", descending=True)
    survey = survey.unique(["region_code", "period_end"], keep="first")
    unemployed, workers = pl.col("unemployed_weighted") * W, pl.col("employed_weighted") * W
    survey = survey.select("region_code", "period_end", n=unemployed, d=unemployed + workers).filter(d > 0)
    surveyed = periods.filter(extract="labour_force_survey").join(survey, on="region_code")
    surveyed = surveyed.filter(pl.col("period_end").is_between("s", "t"))
    surveyed = surveyed.with_columns(indicator_id=pl.lit("urban_surveyed_unemployment_rate"))
    add(surveyed.filter(period_type="month"), n, d)
    mean = surveyed.filter(pl.col("period_type") != "month").group_by("indicator_id", "region_code", "period_type", "t")
    parts.append(mean.agg(value=(100 * n / d).mean()).rename({"t": "period_end"}))

    signing = report_figures(rows["labour_contract_report"], regions, ["employees_required", "employees_signed"])
    signing = stocks.filter(extract="labour_contract_report").join(signing, **at)
    signing = signing.with_columns(indicator_id=pl.lit("labour_contract_signing_rate"))
    add(signing, pl.col("employees_signed"), pl.col("employees_required"))
    levels = ["professional_senior", "professional_intermediate", "professional_junior"]
    talent = report_figures(rows["talent_stock_report"], regions, [*levels, "high_skilled_total"])
    talent = stocks.filter(extract="talent_stock_report").join(talent, **at)
    for indicator, total in (
        ("professional_talent_total", pl.sum_horizontal(levels)),
        ("high_skilled_talent_total", pl.col("high_skilled_total")),
    ):
        add(talent.with_columns(indicator_id=pl.lit(indicator)), total, scale=1e4)
    senior, *others = (pl.col(level) for level in levels)
    text = pl.format("1:{}:{}", *((other / senior + 0.5).floor().cast(pl.Int64) for other in others))
    parts.append(
        talent.filter(senior > 0).select(
            "region_code", "period_type", indicator_id=pl.lit("professional_talent_grade_ratio"),
            period_end="t", value_text=text,
        )
    )  # fmt: skip
    return pl.concat(parts, how="diagonal")


def main(inbox: str, regions_path: str, target: str, contracts: str) -> None:
    """Land, judge, compute and write."""
    out = Path(target).parent
    regions, agreed = read_regions(regions_path), read_contracts(Path(contracts))
    aliases = pl.read_csv(Path(regions_path).with_name("region_aliases.csv"), infer_schema=False)
    dumps = read_dumps(Path(inbox))
    receipts = pl.concat(
        [
            land(contract, dumps, regions, aliases, out)
            for name, contract in agreed.items()
            if name in set(dumps["extract"])
        ]
    )
    receipts.write_parquet(out / "receipts.parquet")
    keys = {name: agreed[name]["key"][0] for name in ALL if agreed[name]["load"] in ("events", "upsert")}
    rows = {name: pl.scan_parquet(out / f"{name}.parquet") for name in dict.fromkeys(ALL)}
    standing = receipts.lazy().filter(pl.col("reason").is_null() & pl.col("extract").is_in(list(rows)))
    figures = indicators(rows, keys, standing, regions.lazy().filter(pl.col("level") != "nation"))
    figures.sink_parquet(target, engine="streaming")


if __name__ == "__main__":
    main(*sys.argv[1:])
