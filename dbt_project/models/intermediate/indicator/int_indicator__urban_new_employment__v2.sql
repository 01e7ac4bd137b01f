{# Version 2: attrition by retirement and death alone. #}
{{ new_employment_indicator(attrition="attrition_by_retirement_and_death", definition_version=2) }}
