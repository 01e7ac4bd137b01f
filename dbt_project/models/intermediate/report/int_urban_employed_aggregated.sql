{{ aggregated_figures(ref("stg_employment__urban_employed_stock"), ["employed_persons"]) }}
