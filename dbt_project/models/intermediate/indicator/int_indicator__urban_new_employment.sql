{{ new_employment_indicator(attrition="natural_attrition") }}
