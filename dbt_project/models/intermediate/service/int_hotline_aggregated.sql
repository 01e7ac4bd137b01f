{{ aggregated_figures(ref("stg_services__hotline_12333"), ["calls", "answered", "rated", "satisfied"]) }}
