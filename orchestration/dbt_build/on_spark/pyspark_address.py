"""How Spark reads Parquet files at any address that fsspec knows, without a connector of Hadoop's:
`create table … using address options (files '….json')`. Spark finds this module by its name where its folder is on the
Python path. It runs in Spark's own Python processes: it imports nothing of this project. Keys and endpoint come from
the environment, as in orchestration/address.py."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
from pyspark.sql.types import StructType


class DefaultSource(DataSource):  # type: ignore[misc]  # pyspark is installed in another environment than mypy
    """The option `files`: a file on a disk with a list, in JSON, of lists of addresses. Each inner list is read by one
    task. All have the columns of `columns.parquet` beside it."""

    @classmethod
    def name(cls) -> str:
        """What SQL calls it."""
        return "address"

    def schema(self) -> StructType:
        """The types that Spark's own reader gives these columns. Spark forgets the options of a table before it reads
        it, but not what is known of its columns: the first bears the name of the list."""
        files = Path(self.options["files"])
        schema = from_arrow_schema(pq.read_schema(files.with_name("columns.parquet")))
        schema.fields[0].metadata = {"files": str(files)}
        return schema

    def reader(self, schema: StructType) -> DataSourceReader:
        """Of these columns."""
        files = Path(schema.fields[0].metadata["files"])
        return _Reader(json.loads(files.read_text(encoding="utf-8")), schema)


class _Reader(DataSourceReader):  # type: ignore[misc]  # likewise
    def __init__(self, tasks: list[list[str]], schema: StructType) -> None:
        self._tasks, self._schema = tasks, schema

    def partitions(self) -> list[InputPartition]:
        return [InputPartition(task) for task in self._tasks]

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        schema = to_arrow_schema(self._schema, timezone="UTC")  # as Spark demands of whoever gives it batches
        for address in partition.value:
            with fsspec.open(address) as file:
                for batch in pq.ParquetFile(file).iter_batches(columns=schema.names):
                    yield batch.select(schema.names).cast(schema)
