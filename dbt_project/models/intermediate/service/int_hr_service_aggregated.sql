{{ aggregated_figures(ref("stg_employment__hr_service_report"), ["firms", "staff", "turnover_wan", "persons_placed"]) }}
