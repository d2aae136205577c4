"""Everything that Spendscope refuses or fails at, as one tree.

SpendscopeError               one sentence that names the thing, one that says what to do next
├── SettingError              a setting, command option or link carries a value that can't be used
├── StoreError                the database said no
│   ├── StoreUnavailable      wrong DSN, server not reached, wrong credentials
│   ├── StoreInUse            another process holds the embedded database
│   ├── StoreFull             no room left on the disk
│   └── StoreMemoryLimit      a query needed more memory than the limit allows
├── ImportRefused             a billing export was not taken; nothing that was kept has changed
│   ├── UnreadableFile        missing, empty, truncated, wrongly encoded or damaged
│   ├── UnknownFormat         the columns are no billing export's that we know, or two formats are mixed
│   ├── MissingColumns        a known format without a column that figures depend on
│   ├── BadValues             a cell is no number, no date, or a date out of range
│   └── WouldShrink           the import would lower a published month by more than the rule allows
├── AwsError                  a call to AWS failed; what other calls brought is kept
│   ├── CredentialsMissing    no credentials were found, or half of a pair
│   ├── CredentialsRefused    AWS doesn't know the credentials
│   ├── CredentialsExpired    a session or sign-in has ended
│   ├── AccessDenied          the credentials lack a permission, or a role may not be assumed
│   ├── Throttled             AWS asked for fewer requests, again and again
│   ├── AwsUnreachable        no answer, or AWS itself failed
│   ├── NotEnabled            the account doesn't have the service switched on
│   ├── UnknownRegion         no such region, or the account has it switched off
│   └── CostCapReached        the next call would cost more than a collection may
├── AnalysisRefused           a series or period is too short or unfit to say anything
├── ActionRefused             what was said of a finding, or a threshold, can't be taken
│   ├── UnknownFinding        no such finding was ever made
│   ├── UnknownAnomaly        no such anomaly is found
│   ├── BudgetRefused         a budget's name, amount, thresholds or filters can't be taken
│   └── UnknownBudget         there is no such budget
├── CollectionCancelled       somebody stopped the collection
├── RunBusy                   another run is going on
└── UndoRefused               there is nothing to go back to
"""

from collections.abc import Sequence


class SpendscopeError(Exception):
    """`message` says what is wrong and names it; `hint` says what to do next. Neither ever holds a secret."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = message
        self.hint = hint
        super().__init__(f"{message} {hint}".strip())


class SettingError(SpendscopeError):
    """A setting, option or link parameter that can't be used."""


class StoreError(SpendscopeError):
    """The database refused or failed; `code` is ClickHouse's own error code where there is one."""

    def __init__(self, message: str, hint: str = "", code: int | None = None) -> None:
        self.code = code
        super().__init__(message, hint)


class StoreUnavailable(StoreError):
    """The database can't be reached or opened."""


class StoreInUse(StoreUnavailable):
    """Another process holds the embedded database's folder."""


class StoreFull(StoreError):
    """No room left where the database keeps its files."""


class StoreMemoryLimit(StoreError):
    """A query was stopped at the memory limit."""


class ImportRefused(SpendscopeError):
    """A billing export was not imported; every published figure stays as it was."""


class UnreadableFile(ImportRefused):
    """The file can't be read as what its name or its first bytes say."""


class UnknownFormat(ImportRefused):
    """The columns belong to no export format that is known, or to more than one."""


class MissingColumns(ImportRefused):
    """A recognised format lacks columns without which its figures would be wrong."""


class BadValues(ImportRefused):
    """Cells that should be amounts, dates or text are not."""


class WouldShrink(ImportRefused):
    """The new month is more than the allowed share smaller than the published one."""


class AwsError(SpendscopeError):
    """A call to AWS failed; `code` is AWS's own error code where there is one."""

    def __init__(self, message: str, hint: str = "", code: str = "") -> None:
        self.code = code
        super().__init__(message, hint)


class CredentialsMissing(AwsError):
    """No credentials were found, or a part of them is missing."""


class CredentialsRefused(AwsError):
    """AWS doesn't know the access key, or the secret isn't its own."""


class CredentialsExpired(AwsError):
    """A temporary session or a sign-in has ended."""


class AccessDenied(AwsError):
    """A permission is lacking, or a role may not be assumed."""


class Throttled(AwsError):
    """AWS turned every attempt away for coming too fast."""


class AwsUnreachable(AwsError):
    """No answer came, or AWS itself failed."""


class NotEnabled(AwsError):
    """The service isn't switched on in the account."""


class UnknownRegion(AwsError):
    """The region doesn't exist, or the account has it switched off."""


class CostCapReached(AwsError):
    """The next call would take the collection over its cost cap; it was not made."""


class AnalysisRefused(SpendscopeError):
    """A series or period from which nothing honest can be said."""


class ActionRefused(SpendscopeError):
    """Something that was said of findings or thresholds and can't be; nothing was kept."""


class UnknownFinding(ActionRefused):
    """An id that no finding has or had."""


class UnknownAnomaly(ActionRefused):
    """An id that no anomaly has."""


class BudgetRefused(ActionRefused):
    """A budget that can't be kept; `problems` has a sentence for each thing that is wrong with it."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(self.problems), "Nothing was saved.")


class UnknownBudget(ActionRefused):
    """An id that no budget has."""


class CollectionCancelled(SpendscopeError):
    """Somebody stopped the collection."""


class RunBusy(SpendscopeError):
    """Another collection or import is going on; only one runs at a time."""


class UndoRefused(SpendscopeError):
    """There is no earlier state to go back to."""
