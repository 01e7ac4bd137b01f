"""Properties of reading: every disguise gives the same typed rows; every line is accounted for; nothing raises."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from raw_landing import ParsedDump, read_dump
from raw_landing.contract import load_contracts

from .disguises import dressed, identity_of

pytestmark = pytest.mark.slow

CONTRACTS = load_contracts()
QUICK = settings(
    deadline=None,
    max_examples=7,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
COLUMNS = "region_code,employed_persons"


def accounted(reading: ParsedDump) -> bool:
    """Whether lines and rows add up, on the receipt and in the relations."""
    receipt = reading.receipt
    rows, refused = len(reading.rows.fetchall()), len(reading.refused.fetchall())
    lines = receipt.header_lines + receipt.lines_skipped + receipt.lines_in_quotes + receipt.rows_read
    parts = receipt.rows_refused + receipt.rows_repeated + (receipt.rows_loaded or rows)
    return (
        lines == receipt.lines_read
        and (bool(receipt.reasons) or parts == receipt.rows_read)
        and (rows == receipt.rows_loaded and refused == receipt.rows_refused)
    )


@pytest.mark.parametrize("extract", sorted(CONTRACTS))
@QUICK
@given(data=st.data())
def test_clean_facts_come_back_from_every_disguise(
    extract: str, data: st.DataObject, connection: duckdb.DuckDBPyConnection
) -> None:
    contract = CONTRACTS[extract]
    dump = data.draw(dressed(contract))
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"dump{dump.suffix}"
        path.write_bytes(dump.data)
        with read_dump(
            path, contract, identity=identity_of(contract), manifest=dump.manifest, connection=connection
        ) as reading:
            assert reading.refused.fetchall() == []
            assert reading.receipt.reasons == (), reading.receipt
            names = [column.name for column in contract.columns]
            found = {row[1:] for row in reading.rows.fetchall()}
            assert found == {tuple(row[name] for name in names) for row in dump.rows}
            receipt = reading.receipt
            assert (receipt.encoding, receipt.delimiter) == (dump.encoding, dump.delimiter)
            assert receipt.rows_repeated == dump.repeated
            assert accounted(reading)


ALPHABET = st.sampled_from(
    [*"\",;|\t\r\n ='0123456789.-年月日合计单位填报人", "420102", "区", COLUMNS, "\u3000", "\ufeff", "é", "😀"]
)


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(
    content=st.one_of(
        st.binary(max_size=300), st.lists(ALPHABET, max_size=80).map(lambda parts: "".join(parts).encode())
    )
)
@pytest.mark.parametrize(
    "start",
    [
        b"",
        f"{COLUMNS}\n".encode(),
        "行政区划代码\t期末城镇从业人员数\r\n".encode("gb18030"),
        b"\x1f\x8b\x08",
        b"PK\x03\x04",
    ],
)
def test_whatever_a_file_holds_the_answer_is_a_verdict(
    start: bytes, content: bytes, connection: duckdb.DuckDBPyConnection
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "dump"
        path.write_bytes(start + content)
        with read_dump(path, CONTRACTS["urban_employed_stock"], connection=connection) as reading:
            receipt = reading.receipt
            assert receipt.reasons or receipt.rows_loaded
            assert "lines_unaccounted" not in receipt.reasons
            if receipt.delimiter is not None and "hostile" not in receipt.reasons:
                assert accounted(reading)
            assert bool(receipt.message_zh) == bool(receipt.problems)


BREAKING = [
    *(
        b'"',
        b"'",
        b",",
        b"\t",
        b";",
        b"|",
        b"\n",
        b"\r",
        b"\\",
        b'""',
        b'",',
        b'="',
        b",,,,",
        b"\x00",
        b"\x1f",
        b"\x81",
        b"\xff",
    ),
    *(one.encode() for one in ("合计", "单位:万人", "填报人")),
]


@st.composite
def broken(draw: st.DrawFn, data: bytes) -> bytes:
    """A file as sent, with a few harms done to it: pieces put in, cut out, doubled."""
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, 1 << 20)) % (len(data) + 1)  # a workbook holds the hour it was written at
        harm, length, piece = draw(st.integers(0, 2)), draw(st.integers(0, 30)), draw(st.sampled_from(BREAKING))
        data = (data[:at] + piece + data[at:], data[:at] + data[at + length :], data[: at + length] + data[at:])[harm]
    return data


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_dump_that_is_harmed_is_read_or_refused_and_accounted_for(
    data: st.DataObject, connection: duckdb.DuckDBPyConnection
) -> None:
    contract = CONTRACTS[data.draw(st.sampled_from(sorted(CONTRACTS)))]
    dump = data.draw(dressed(contract))
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"dump{dump.suffix}"
        path.write_bytes(data.draw(broken(dump.data)))
        with read_dump(
            path, contract, identity=identity_of(contract), manifest=dump.manifest, connection=connection
        ) as reading:
            receipt = reading.receipt
            assert "lines_unaccounted" not in receipt.reasons
            if receipt.delimiter is not None and "hostile" not in receipt.reasons:
                assert accounted(reading)
            assert bool(receipt.message_zh) == bool(receipt.problems)
