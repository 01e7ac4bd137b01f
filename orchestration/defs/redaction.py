"""What Dagster writes down of an error: its event log is read by others than the machine's owner."""

from collections.abc import Iterator
from contextlib import contextmanager

from orchestration.errors import may_quote_rows, redacted_traceback


class RedactedError(Exception):
    """Stands for an error whose text, or that of one behind it, may quote a row. Its own text is the traceback without
    such texts; `error` is the error itself, which does not leave the process."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(redacted_traceback(error))
        self.error = error


@contextmanager
def redacted() -> Iterator[None]:
    """Around the body of an asset or a check: an error that may quote a row is raised as RedactedError."""
    try:
        yield
    except Exception as error:
        if not may_quote_rows(error):
            raise
        raise RedactedError(error) from None


def unredacted(error: BaseException | None) -> BaseException | None:
    """The error that a stage raised."""
    return error.error if isinstance(error, RedactedError) else error
