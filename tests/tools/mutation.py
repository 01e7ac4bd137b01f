"""Small edits of the models' SQL, as somebody's hand might slip: which kinds there are, where they apply, which of them
a seed picks. Runs nothing and judges nothing."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from orchestration.dbt_build.generate import pages
from tests.support.warehouse import DBT_PROJECT

SEED = 4207
MOST_PER_FILE = 5
LINES_PER_MUTANT = 30

# What only another engine or only a build upon an earlier one runs is not asked of a full build with DuckDB; the tests
# of those are tests/integration/test_incremental.py and test_other_engine.py.
LEFT_OUT = (
    "macros/incremental/build_state.sql",
    "macros/incremental/replace_dumps.sql",
    "macros/incremental/skip_unchanged.sql",
    "macros/generate_schema_name.sql",
)
_UNTOUCHED = re.compile(
    r"\{#.*?#\}|--[^\n]*|'[^'\n]*'"  # comments and texts
    r"|\{%-? macro default__.*?endmacro -?%\}|\{%-? (?:macro|set) [^%=]*[%=]"  # another engine's; names being given
    r"|decimal\([^)]*\)|, 9\)|if not loop.last|between [^\n]+ and ",  # so many digits; commas; what belongs together
    re.DOTALL,
)


@dataclass(frozen=True)
class Operator:
    """A kind of edit: what it looks for and what it puts there instead."""

    name: str
    pattern: str
    instead: str


OPERATORS = (
    Operator("boundary", r"(?<= )>=(?= )", ">"),
    Operator("boundary", r"(?<= )>(?= )", ">="),
    Operator("boundary", r"(?<= )<=(?= )", "<"),
    Operator("boundary", r"(?<= )<(?= )", "<="),
    Operator("comparison", r"(?<= )=(?= [\0\d])", "<>"),
    Operator("comparison", r"(?<= )<>(?= )", "="),
    Operator("sign", r"(?<= )\+(?= )", "-"),
    Operator("sign", r"(?<= )-(?= )", "+"),
    Operator("sign", r"(?<=[ (])-(?=\d)", ""),
    Operator("sign", r"(?<!select )(?<= )\*(?= )", "/"),
    Operator("sign", r"(?<= )/(?= )", "*"),
    Operator("constant", r"(?<![\w.%'-])(?:[2-9]|[1-9]\d+)(?![\w.%'])", "{next}"),
    Operator("constant", r"(?<=then |else )[01](?=\s)", "{next}"),
    Operator("filter", r"(?m)^ +(?:and|or) [^\n]+\n", ""),
    Operator("filter", r"(?m)^ +where [^\n]+\n", ""),
    Operator("filter", r"(?m)(?<=\S )where [^\n(%]+?(?=\)|$)", ""),
    Operator("logic", r"(?<= )and(?= )", "or"),
    Operator("logic", r"(?<= )or(?= )", "and"),
    Operator("logic", r"\bnot (?!null)", ""),
    Operator("join", r"\bleft join\b", "inner join"),
    Operator("join", r"\binner join\b", "left join"),
    Operator("join", r"\bfull outer join\b", "left join"),
    Operator("distinct", r"\bselect distinct\b", "select"),
    Operator("distinct", r"\bcount\(distinct ", "count("),
    Operator("distinct", r"\bunion all\b", "union"),
    Operator("distinct", r"\bunion\b(?! all)", "union all"),
    Operator("aggregate", r"\bsum\(", "max("),
    Operator("aggregate", r"\bmin\(", "max("),
    Operator("aggregate", r"\bmax\(", "min("),
    Operator("aggregate", r"\bavg\(", "max("),
    Operator("aggregate", r"\bleast\(", "greatest("),
    Operator("aggregate", r"\bgreatest\(", "least("),
    Operator("aggregate", r"\bbool_or\(", "bool_and("),
    Operator("null", r"\bis null\b", "is not null"),
    Operator("null", r"\bis not null\b", "is null"),
    Operator("constant", r"\btrue\b", "false"),
    Operator("constant", r"\bfalse\b", "true"),
    Operator("load", r"(?<=load=\")events", "upsert"),
    Operator("load", r"(?<=load=\")upsert", "events"),
    Operator("order", r"(?<= )desc\b", "asc"),
    Operator("order", r"(?<= )asc\b", "desc"),
)


# Why an edit changes no result, so that no test can notice: by files, line, edited line.
EQUIVALENT = {
    (
        "macros/indicators/aggregation.sql",
        "{{ regional }} on period.region_code = {{ regional }}.region_code "
        "and {{ regional }}.month <= period.period_end",
        "{{ regional }} on period.region_code = {{ regional }}.region_code "
        "and {{ regional }}.month < period.period_end",
    ): "a month is named by its first day, with which no period ends",
    (
        "macros/indicators/counted_rows.sql",
        'inner join {{ ref("int_region_ancestry") }} as ancestry on enrolment.region_code = ancestry.region_code',
        'left join {{ ref("int_region_ancestry") }} as ancestry on enrolment.region_code = ancestry.region_code',
    ): "every region belongs to itself",
    (
        "macros/reports/reported_rows.sql",
        "bool_or(is_direct) as is_direct",
        "bool_and(is_direct) as is_direct",
    ): "a figure is of the region's own row alone, or of none",
    (
        "macros/staging/landed_rows.sql",
        "inner join ranked_dump on landed.dump_id = ranked_dump.dump_id",
        "left join ranked_dump on landed.dump_id = ranked_dump.dump_id",
    ): "each row that landed is of a dump",
    (
        "models/intermediate/doubt/int_doubt__two_active_cards.sql",
        'where {{ has_duplicate_hash("card", ["person_id"]) }}',
        "",
    ): "the condition spares work: each person's cards are counted after it",
    (
        "models/intermediate/doubt/int_doubt_examined.sql",
        "inner join counted on ';' || rule.extracts || ';' like '%;' || counted.extract || ';%'",
        "left join counted on ';' || rule.extracts || ';' like '%;' || counted.extract || ';%'",
    ): "a rule that looks through nothing has no period, and the condition on it leaves it out",
    (
        "models/intermediate/doubt/int_doubt__event_repeated.sql",
        "where dump.extract in ({{ quoted(events) }}) and dump.rows_loaded > coalesce(kept.rows_kept, 0)",
        "where dump.extract in ({{ quoted(events) }}) and dump.rows_loaded >= coalesce(kept.rows_kept, 0)",
    ): "the condition spares work: a dump whose rows all stand in staging names none",
    (
        "models/intermediate/indicator/int_indicator__urban_registered_unemployment_rate.sql",
        "union all",
        "union",
    ): "quarters and years differ in period_type, and no two rows of either are alike",
    (
        "models/intermediate/plan/int_plan_month.sql",
        "where plans.start_date <= run.as_of",
        "",
    ): "a series of months that ends before it begins is empty",
    (
        "models/intermediate/region/int_region_unit.sql",
        "union all",
        "union",
    ): "the province is no group, and neither has a unit twice",
    (
        "models/intermediate/subject/int_subject_training.sql",
        "inner join quarter on record.completed_on between quarter.period_start and quarter.counted_through",
        "left join quarter on record.completed_on between quarter.period_start and quarter.counted_through",
    ): "what is of no quarter has none to wait for certificates of, and is left out at the end",
    (
        "models/intermediate/plan/int_plan_target.sql",
        "inner join regions on allocation.region_code = regions.region_code",
        "left join regions on allocation.region_code = regions.region_code",
    ): "the condition on regions.level drops what the join would keep",
    (
        "models/marts/dispute/fct_dispute_month.sql",
        "inner join regions on told.region_code = regions.region_code",
        "left join regions on told.region_code = regions.region_code",
    ): "what something was delivered of is one of the regions",
    (
        "models/marts/doubt/fct_data_doubt.sql",
        'inner join {{ ref("fund_rules") }} as fund_rules on supervision.rule = fund_rules.rule_id',
        'left join {{ ref("fund_rules") }} as fund_rules on supervision.rule = fund_rules.rule_id',
    ): "the next join asks for the records of the rule",
    (
        "macros/subjects/suppression.sql",
        'setting as (select max(suppression_threshold) as suppression_threshold from {{ ref("int_subject_period") }}),',
        'setting as (select min(suppression_threshold) as suppression_threshold from {{ ref("int_subject_period") }}),',
    ): "every quarter has the one threshold of the run",
    (
        "models/intermediate/index/int_index_count.sql",
        "left join regional on covered.region_code = regional.region_code and regional.month <= covered.period_end",
        "inner join regional on covered.region_code = regional.region_code and regional.month <= covered.period_end",
    ): "where nobody ever was registered the denominator is not above 0, and there is no row",
    (
        "models/intermediate/index/int_index_paid_month.sql",
        "union all",
        "union",
    ): "each half is grouped by what it tells of, and what one counts is 0 in the other",
    (
        "models/marts/index/fct_index_component.sql",
        "inner join",
        "left join",
    ): "every quarter's end is that of a quarter",
    (
        "models/marts/index/fct_index_component.sql",
        "union all",
        "union",
    ): "a quarter is not a year",
    (
        "models/marts/warning/fct_warning_backtest.sql",
        "inner join",
        "left join",
    ): "an event without a month before it is of no signal, and no row asks for it",
    (
        "models/intermediate/labour/int_employer_insured.sql",
        "{% if builds_on_last_build() %} and dump_id in (select dump_id from changed_dump where is_active) {% endif %}",
        "{% if builds_on_last_build() %} and dump_id in (select dump_id from changed_dump ) {% endif %}",
    ): "of a dump that does not count nothing stands in staging",
    (
        "models/marts/labour/fct_employer_credit.sql",
        "coalesce(followed.is_estimate, false) as is_sampled",
        "coalesce(followed.is_estimate, true) as is_sampled",
    ): "is asked where the months that follow are known, and with them whether one is a sample",
    (
        "models/marts/plan/fct_plan_progress.sql",
        "inner join",
        "left join",
    ): "int_plan_actual has the targets of the plan alone",
    (
        "models/restricted/crosswalk/uninsured_employee.sql",
        "inner join registration on link.source_key = registration.registration_no",
        "left join registration on link.source_key = registration.registration_no",
    ): "whoever is looked up here was registered",
}


@dataclass(frozen=True)
class Mutant:
    """A file of the dbt project with one edit, known by the line as it was and as it is (empty: the line is gone)."""

    file: str
    operator: str
    before: str
    after: str
    start: int
    end: int
    instead: str

    @property
    def equivalent(self) -> str | None:
        """Why the edit changes no result, where it does not."""
        reasons = (
            reason
            for (named, *lines), reason in EQUIVALENT.items()
            if fnmatch(self.file, named) and lines == [self.before, self.after]
        )
        return next(reasons, None)

    def apply(self, text: str) -> str:
        """The file's text with the edit."""
        return text[: self.start] + self.instead + text[self.end :]


def mutants_of(file: str, text: str) -> list[Mutant]:
    """Every edit that applies to a file, on lines that no other line of the file repeats."""
    lines = [line.strip() for line in text.splitlines()]
    masked = _UNTOUCHED.sub(lambda found: re.sub(r"[^\n]", "\0", found.group()), text)
    found = []
    for operator in OPERATORS:
        for match in re.finditer(operator.pattern, masked):
            start = match.start()
            first = text.rfind("\n", 0, start) + 1
            last = text.find("\n", start)
            before = text[first:last]
            instead = operator.instead
            if "{next}" in instead:
                instead = str(int(match.group()) + 1)
            after = text[first:start] + instead + text[match.end() : last]
            if match.end() > last:  # the line goes as a whole
                after = ""
            if lines.count(before.strip()) == 1:
                found.append(Mutant(file, operator.name, before.strip(), after.strip(), start, match.end(), instead))
    return sorted(found, key=lambda mutant: mutant.start)


def files() -> Iterator[Path]:
    """The SQL that mutants are made of: what is written by hand."""
    made = {*LEFT_OUT, *pages()}
    for path in sorted(DBT_PROJECT.rglob("*.sql")):
        if path.relative_to(DBT_PROJECT).parts[0] in ("models", "macros") and _named(path) not in made:
            yield path


def picked() -> list[Mutant]:
    """The mutants that are made."""
    return [mutant for path in files() for mutant in picked_of(path)]


def picked_of(path: Path) -> list[Mutant]:
    """The mutants of a file that the seed picks: more of a longer file, of as many kinds as there are. The choice in
    one file does not hang on the others."""
    text = path.read_text(encoding="utf-8")
    chance = random.Random(f"{SEED} {_named(path)}")
    kinds: dict[str, list[Mutant]] = {}
    for mutant in mutants_of(_named(path), text):
        kinds.setdefault(mutant.operator, []).append(mutant)
    pools = [chance.sample(pool, len(pool)) for pool in kinds.values()]
    chance.shuffle(pools)
    number = min(MOST_PER_FILE, 1 + text.count("\n") // LINES_PER_MUTANT)
    chosen: list[Mutant] = []
    while len(chosen) < number and (pools := [pool for pool in pools if pool]):
        chosen += [pool.pop() for pool in pools][: number - len(chosen)]
    return sorted(chosen, key=lambda mutant: mutant.start)


def _named(path: Path) -> str:
    return path.relative_to(DBT_PROJECT).as_posix()
