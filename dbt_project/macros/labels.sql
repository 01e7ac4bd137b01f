{# Written by `make generate` from raw_landing/contracts and the seeds; changes here are lost. #}
{# What codes are called, in Chinese and English. #}
{% macro labels() -%}
    {{
        return(
            {
                "status": {
                    "met": ("已完成", "met"),
                    "on_track": ("进度正常", "on track"),
                    "at_risk": ("有风险", "at risk"),
                    "off_track": ("滞后", "off track"),
                    "no_data": ("无数据", "no data"),
                    "not_assessed": ("不评估", "not assessed"),
                    "too_uncertain": ("误差过大,不评估", "too uncertain"),
                },
                "maturity": {"final": ("终数", "Final"), "provisional": ("初步数", "Provisional")},
                "target_kind": {
                    "cumulative": ("规划期累计", "Cumulative"),
                    "level": ("期末水平", "Level at the end"),
                    "ceiling": ("上限", "Ceiling"),
                    "annual_level": ("年度水平", "Level of each year"),
                    "text": ("文字", "Text"),
                },
                "attribute": {"expected": ("预期性", "Expected"), "binding": ("约束性", "Binding")},
                "cause": {
                    "new": ("新报送", "new dumps"),
                    "revised": ("修订", "revised dumps"),
                    "withdrawn": ("撤回", "withdrawn dumps"),
                    "corrected": ("更正", "corrections"),
                    "definition": ("口径变动", "changed definition"),
                    "reference": ("参考数据变动", "changed reference data"),
                    "code": ("程序变动", "changed code"),
                },
                "grade": {
                    "early": ("提前完成", "ahead of time"),
                    "on_schedule": ("达到时序进度", "on schedule"),
                    "nearly": ("基本达到", "nearly on schedule"),
                    "behind": ("滞后", "behind"),
                    "not_assessed": ("不评估", "not assessed"),
                },
                "grade_final": {
                    "early": ("提前完成", "ahead of time"),
                    "on_schedule": ("完成", "reached"),
                    "nearly": ("基本完成", "nearly reached"),
                    "behind": ("未完成", "not reached"),
                    "not_assessed": ("不评估", "not assessed"),
                },
                "note": {
                    "withheld": ("为保护个人不予公布", "withheld to protect persons"),
                    "units_in": (
                        "应报 {expected} 个单位,已报 {received} 个",
                        "{received} of {expected} units are in",
                    ),
                    "not_over_or_incomplete": (
                        "期间未满,或有来源不全",
                        "the period is not over, or a source is incomplete",
                    ),
                    "target_below_baseline": (
                        "目标低于基期值 {baseline},宜重新核定",
                        "the target lies below the baseline of {baseline} and should be set anew",
                    ),
                    "to_be_confirmed": ("待确认", "to be confirmed"),
                    "missing": (";缺 {units}", "; missing: {units}"),
                    "citation": (
                        "引用:{series},发布版 {release_id},依据文件 sha256 {sha256}",
                        "cite: {series}, release {release_id}, sha256 of its inputs {sha256}",
                    ),
                },
                "extract": {
                    "arbitration_case": ("劳动人事争议仲裁案件", "arbitration case"),
                    "inspection_case": ("劳动保障监察举报投诉案件", "inspection case"),
                    "labour_contract_report": ("企业劳动合同签订情况", "labour contract report"),
                    "mediation_case": ("劳动人事争议调解案件", "mediation case"),
                    "wage_policy": ("最低工资标准和工资指导线", "wage policy"),
                    "wage_survey": ("企业薪酬调查", "wage survey"),
                    "employment_attrition": ("自然减员", "employment attrition"),
                    "employment_registration": ("就业登记", "employment registration"),
                    "labour_force_survey": ("城镇劳动力调查汇总", "labour force survey"),
                    "training_record": ("补贴性职业技能培训", "training record"),
                    "unemployment_registration": ("失业登记", "unemployment registration"),
                    "urban_employed_stock": ("城镇从业人员期末数", "urban employed stock"),
                    "fund_entrustment": ("城乡居民养老保险基金委托投资", "fund entrustment"),
                    "insurance_enrolment": ("社会保险参保人员", "insurance enrolment"),
                    "pension_level": ("养老金水平", "pension level"),
                    "pension_payment": ("养老金发放", "pension payment"),
                    "population_denominator": ("人口基数", "population denominator"),
                    "social_card": ("社会保障卡", "social card"),
                    "annual_plan": ("年度事业发展计划", "annual plan"),
                    "plan_task_report": ("规划任务进展", "plan task report"),
                    "statistical_report": ("人社统计快报", "statistical report"),
                    "target_allocation": ("规划目标任务分解", "target allocation"),
                    "postdoc_intake": ("博士后进站", "postdoc intake"),
                    "professional_qualification": ("专业技术人员职业资格证书", "professional qualification"),
                    "skill_certificate": ("职业资格证书和职业技能等级证书", "skill certificate"),
                    "talent_stock_report": ("人才总量年报", "talent stock report"),
                },
                "source": {
                    "employment": ("就业与培训", "Employment and training"),
                    "pension": ("社会保险", "Social insurance"),
                    "talent": ("人才与技能", "Talent and skills"),
                    "arbitration": ("劳动关系", "Labour relations"),
                    "planning": ("综合统计", "General statistics"),
                },
            }
        )
    }}
{%- endmacro %}
