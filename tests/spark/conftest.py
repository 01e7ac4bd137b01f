"""Spark as these tests run it, and an address that it reads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from orchestration.dbt_build.spark_ready import SparkMissing, require_spark
from tests.support.at_address import s3_address, s3_server

SPARK = """spark.master local[2]
spark.driver.memory 1g
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC -Xmn400m
spark.buffer.pageSize 1m
spark.broadcast.blockSize 256k
spark.default.parallelism 1
spark.sql.shuffle.partitions 1
spark.sql.files.maxPartitionBytes 32m
spark.sql.adaptive.enabled false
spark.sql.codegen.wholeStage false
spark.sql.codegen.factoryMode NO_CODEGEN
spark.sql.constraintPropagation.enabled false
spark.sql.optimizer.dynamicPartitionPruning.enabled false
spark.sql.optimizer.runtime.bloomFilter.enabled false
spark.sql.optimizer.nestedSchemaPruning.enabled false
spark.ui.enabled false
spark.ui.showConsoleProgress false
spark.ui.retainedJobs 1
spark.ui.retainedStages 1
spark.sql.ui.retainedExecutions 1
spark.hadoop.fs.file.impl org.apache.hadoop.fs.RawLocalFileSystem
spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs false
"""
"""For few rows, of which a plan costs more than what it saves. By itself Spark allots pages of 64 MB, which fill a heap
of 2 GB, and a JVM with one compiler keeps 48 MB of code, fewer than Spark has. A checksum and a mark beside each file
would each start a process. Of files that are read a task takes eight (each counts as 4 MB), and writes one."""


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Skips where Spark is not installed."""
    try:
        require_spark()
    except SparkMissing as error:
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("spark")
    (folder / "spark-defaults.conf").write_text(SPARK, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SPARK_CONF_DIR", str(folder))
        yield


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A folder of an S3-compatible server on the loopback address."""
    with s3_server(tmp_path_factory.mktemp("moto")) as endpoint, pytest.MonkeyPatch.context() as patched:
        yield s3_address(endpoint, "spark", patched)
