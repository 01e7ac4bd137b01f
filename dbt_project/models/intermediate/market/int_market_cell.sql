{{
    reported_cells(
        "market_supply_demand",
        ref("stg_employment__market_supply_demand"),
        ["industry_section", "occupation_group", "vacancies", "seekers", "registered_firms"],
    )
}}
