{{ event_count_indicator("postdoc_annual_intake", extract="postdoc_intake", per=1) }}
