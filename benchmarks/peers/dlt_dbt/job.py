"""dlt + dbt-duckdb: `job.py INBOX REGIONS DATABASE`. dlt's filesystem source loads every extract into schema `landing`,
dbt builds the models; what they know of the last run is kept beside the database.

As dlt's documentation advises for speed: Arrow tables instead of Python rows, read by DuckDB many files at a time,
loaded as Parquet; its own read_csv_duckdb opens file by file and cannot tell Arrow rows which file they came from.
"""

import json
import os
import sys
from pathlib import Path

os.environ |= {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "ERROR",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID": "false",
}

import dlt
import duckdb
from dbt.cli.main import dbtRunner
from dlt.sources.filesystem import filesystem

HERE = Path(__file__).parent
ROWS = 200_000


@dlt.transformer
def rows(files):
    """The rows of some dumps of one extract as Arrow tables, texts all, with the name of their dump."""
    paths = [file["file_url"].removeprefix("file://") for file in files]
    with duckdb.connect() as connection:
        read = connection.execute(
            "select * exclude (filename), parse_filename(filename, true) as dump"
            " from read_csv(?, header = true, delim = ',', quote = '\"', all_varchar = true, filename = true)",
            [paths],
        )
        yield from read.to_arrow_reader(ROWS)


@dlt.transformer(columns={"sampling_fraction": {"data_type": "double"}, "rows": {"data_type": "bigint"}})
def manifests(files):
    """What the sidecars say, and of which dump."""
    yield [
        json.loads(file.read_bytes()) | {"dump": file["file_name"].removesuffix(".csv.manifest.json")} for file in files
    ]


@dlt.source
def dumps(inbox: Path):
    """A resource per extract, named for its folder, and one of the manifests."""
    for folder in sorted(inbox.glob("*/*/")):
        files = filesystem(bucket_url=str(folder), file_glob="*.csv", files_per_page=1000)
        yield (files | rows).with_name(folder.name)
    yield (filesystem(bucket_url=str(inbox), file_glob="*/*/*.manifest.json") | manifests).with_name("manifest")


def main(inbox: str, regions: str, database: str) -> None:
    """Load and build."""
    pipeline = dlt.pipeline(
        "hrss",
        pipelines_dir=f"{database}.dlt",
        destination=dlt.destinations.duckdb(database),
        dataset_name="landing",
    )
    pipeline.run(dumps(Path(inbox)), write_disposition="replace", loader_file_format="parquet")
    os.environ["HRSS_DATABASE"] = database
    places = ["--project-dir", str(HERE), "--profiles-dir", str(HERE), "--target-path", f"{database}.dbt"]
    quiet = ["--quiet", "--log-path", f"{database}.dbt"]
    done = dbtRunner().invoke(["run", *places, *quiet, "--vars", json.dumps({"regions": regions})])
    if not done.success:
        sys.exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
