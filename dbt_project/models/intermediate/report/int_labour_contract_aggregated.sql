{{ aggregated_figures(ref("stg_arbitration__labour_contract_report"), ["employees_required", "employees_signed"]) }}
