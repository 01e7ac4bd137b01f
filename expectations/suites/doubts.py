"""What must be true of doubtful records as published: counts of the right shape, about nobody. That there are any is a
warning for each rule, never more: a doubt is a question to whoever keeps the record."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.rule import CONTRACT, CRITICAL, PRIVACY_LAW, SPEC_INDICATORS, SPEC_MARTS, WARNING, Suite, Table

RULES = "marts.dim_doubt_rule"
DOUBTS = "marts.fct_data_doubt"
SEVERITIES = ("warning", "info")

_INSURANCE_LAW = "《社会保险法》 / Social Insurance Law"
_TRAINING = "职业技能培训和评价管理规定 / rules on vocational training and assessment"

# What each rule on records protects, and its source; how it is judged stands in its model, its precision in
# dim_doubt_rule.
PROTECTED = (
    (
        "identity_number",
        "公民身份号码的位数和校验码正确",
        "identity numbers have the right length and check digit",
        "GB 11643",
    ),
    (
        "credit_code",
        "统一社会信用代码的位数、用字和校验码正确",
        "credit codes have the right signs and check sign",
        "GB 32100",
    ),
    (
        "identity_facts",
        "性别、出生日期与公民身份号码一致",
        "sex and birth date agree with the identity number",
        "GB 11643",
    ),
    (
        "insured_in_two_units",
        "同一险种不在两个单位同时参保",
        "nobody is in two units in the same insurance",
        _INSURANCE_LAW,
    ),
    (
        "two_pensions",
        "不同时参加职工和居民养老保险",
        "nobody has a resident's and an employee's pension at once",
        "《城乡养老保险制度衔接暂行办法》 / measures on linking urban and rural pensions",
    ),
    (
        "unemployed_while_insured",
        "登记失业的人不以职工身份参保",
        "the unemployed are not insured as employees",
        "《就业服务与就业管理规定》 / regulations on employment services",
    ),
    (
        "pension_after_death",
        "死亡之后不再发放养老金",
        "no pension is paid after death",
        _INSURANCE_LAW,
    ),
    (
        "pension_age",
        "领取养老金的人年龄在 40 至 120 之间",
        "pensions are paid to people between 40 and 120",
        "《国务院关于工人退休、退职的暂行办法》 / measures on retirement",
    ),
    (
        "training_repeated",
        "一个月内不重复参加同一培训",
        "nobody takes the same training twice within a month",
        "《就业补助资金管理办法》 / rules on employment subsidy funds",
    ),
    (
        "under_16",
        "培训和取证时已满 16 周岁",
        "nobody is trained or certified under 16",
        "《劳动法》《禁止使用童工规定》 / Labour Law; prohibition of child labour",
    ),
    (
        "certificate_before_training_end",
        "证书在培训结业之后取得",
        "a certificate follows the end of its training",
        _TRAINING,
    ),
    (
        "same_day_two_units",
        "同一天不在两个单位结业或取证",
        "nobody is trained or certified on one day in two units",
        _TRAINING,
    ),
    (
        "arbitration_out_of_order",
        "仲裁先受理、后结案",
        "arbitration is accepted before it is closed",
        "《劳动人事争议仲裁办案规则》 / rules on handling arbitration",
    ),
    (
        "arbitration_beyond_term",
        "仲裁在法定 60 日内结案",
        "arbitration ends within the statutory 60 days",
        "《劳动争议调解仲裁法》第四十三条 / Labour Dispute Mediation and Arbitration Law, article 43",
    ),
    (
        "inspection_overdue",
        "监察案件在 60 个工作日内办结",
        "an inspection case ends within 60 working days",
        "《劳动保障监察条例》 / Regulations on labour inspection",
    ),
    (
        "recovered_above_owed",
        "追回工资不大于拖欠工资",
        "wages recovered do not exceed wages owed",
        "《保障农民工工资支付条例》 / Regulations on paying migrant workers' wages",
    ),
    (
        "two_active_cards",
        "一人只有一张有效社会保障卡",
        "nobody has two active social security cards",
        "《社会保障卡管理办法》 / measures on social security cards",
    ),
    (
        "counted_again",
        "同一人一年内只计一次城镇新增就业",
        "nobody is counted twice a year as newly employed",
        SPEC_INDICATORS,
    ),
    (
        "event_repeated",
        "同一业务编号只在一份数据中出现",
        "an event's number stands in one dump only",
        CONTRACT,
    ),
    (
        "key_in_two_units",
        "同一案号、卡号或登记编号只由一个单位报送",
        "a case, card or registration is delivered by one unit only",
        CONTRACT,
    ),
)

_UNITS_ABOVE_PROVINCE = f"""
SELECT unit.rule_id, '420000' AS region_code, unit.period_end
FROM (SELECT rule_id, period_end, sum(doubts) AS doubts, sum(records_examined) AS examined
    FROM {DOUBTS} WHERE region_code <> '420000' GROUP BY ALL) AS unit
LEFT JOIN {DOUBTS} AS province ON province.region_code = '420000' AND province.rule_id = unit.rule_id
    AND province.period_end = unit.period_end
WHERE unit.doubts > coalesce(province.doubts, 0) OR unit.examined > coalesce(province.records_examined, 0)
"""


def doubt_suites() -> Iterator[Suite]:
    """The suites of dim_doubt_rule and fct_data_doubt."""
    rule = Table(RULES, "疑点规则", ("rule_id",), SPEC_MARTS)
    yield Suite(
        "dim_doubt_rule",
        "维度:疑点规则",
        "dimension: rules on doubtful records",
        (
            rule.key("rule_id"),
            rule.required(
                "rule_id", "severity", "name_zh", "name_en", "basis_zh", "basis_en", "precision_zh", "precision_en"
            ),
            rule.one_of("severity", SEVERITIES),
            rule.one_of("rule_id", (name for name, *_ in PROTECTED)),
            rule.no_personal_number(),
        ),
    )
    cell = ("rule_id", "region_code", "period_end")
    doubt = Table(DOUBTS, "疑点汇总", cell, SPEC_MARTS)
    yield Suite(
        "fct_data_doubt",
        "事实:疑点汇总",
        "facts: doubtful records",
        (
            doubt.key(*cell),
            doubt.required(*cell, "doubts", "records_examined", "severity"),
            doubt.one_of("severity", SEVERITIES),
            doubt.reference("rule_id", RULES, "rule_id", what_zh="疑点规则"),
            doubt.rows(
                "period_known",
                CRITICAL,
                "期间末日在期间表中",
                "the day is the end of a period of dim_period",
                "period_end NOT IN (SELECT period_end FROM marts.dim_period)",
                subject="reference",
            ),
            doubt.rows(
                "begun_by_as_of",
                CRITICAL,
                "不公布截止日期之后才开始的月份",
                "no month begins after the as-of date",
                "date_trunc('month', period_end) > (SELECT as_of FROM landed.run)",
            ),
            doubt.rows(
                "province_and_units_only",
                CRITICAL,
                "疑点数只公布到省和市州,不到县",
                "doubts are told of the province and its units, never of a county",
                "region_code NOT IN"
                " (SELECT region_code FROM marts.dim_region WHERE level IN ('province', 'prefecture'))",
                subject="privacy",
                source=PRIVACY_LAW,
            ),
            doubt.rows(
                "doubts_among_examined",
                CRITICAL,
                "疑点数不为负,不大于检查的记录数",
                "doubts are not negative and not more than the records examined",
                "doubts < 0 OR doubts > records_examined",
                subject="total",
            ),
            doubt.query(
                "units_within_province",
                CRITICAL,
                "各市州之和不大于全省",
                "the units together do not exceed the province",
                _UNITS_ABOVE_PROVINCE,
                subject="total",
            ),
            doubt.no_personal_number(),
            *(
                doubt.rows(
                    f"no_{name}",
                    WARNING,
                    zh,
                    en,
                    f"rule_id = '{name}' AND doubts > 0",
                    subject="level",
                    source=source,
                )
                for name, zh, en, source in PROTECTED
            ),
        ),
    )
