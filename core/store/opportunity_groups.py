"""Findings by check, effort and risk, and by reason what couldn't be judged: what the opportunities page sums up.

A selection is that of `core.store.opportunities`.
"""

from datetime import date
from functools import reduce

import pandas as pd

from core.models import Snapshot
from core.store.client import Store
from core.store.opportunities import RELATION, Selection, narrowed, unmeasured

# Dates, ids and figures differ where the reason is the same.
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_ALIKE = (rf"[0-9]{{1,2}} ({_MONTHS}) [0-9]{{4}}", r"[a-z]{1,8}-[0-9a-f]{8,17}", r"[0-9]+([.,][0-9]+)*")
_KIND = reduce(lambda sql, pattern: f"replaceRegexpAll({sql}, '{pattern}', '…')", _ALIKE, "reason")


def cells(store: Store, snap: Snapshot, selected: Selection, *, as_of: date) -> pd.DataFrame:
    """What each check's findings of one effort and risk come to, the largest first.

    Columns: type, check, effort, risk, found, counted, savings (USD a month, counted ones only), confidence (its mean), and which
    `resource` saves the most of them, `largest` USD.
    """
    where, params = narrowed(snap, selected, as_of)
    return store.frame(
        f"""SELECT type, check, toString(effort) AS effort, toString(risk) AS risk, count() AS found, countIf(f.counted) AS counted,
            sumIf(monthly_savings, f.counted) AS savings, avg(confidence) AS confidence,
            argMax(if(resource_name = '', resource_id, resource_name), tuple(monthly_savings, id)) AS resource,
            max(monthly_savings) AS largest
        FROM {RELATION} AS f WHERE {where} GROUP BY type, check, effort, risk ORDER BY savings DESC, check, effort, risk
        SETTINGS prefer_column_name_to_alias = 1""",
        params,
    )


def reasons(store: Store, snap: Snapshot, selected: Selection) -> pd.DataFrame:
    """Why answers are missing, the commonest first: `reason` without what differs in it, `count` of answers, `resources`, `checks`."""
    where, params = unmeasured(snap, selected)
    return store.frame(
        f"""SELECT if(uniqExact(told) = 1, any(told), kind) AS reason, count() AS count,
            uniqExact(account_id, region, resource_id) AS resources, arraySort(groupUniqArray(check)) AS checks
        FROM (SELECT * EXCEPT reason, reason AS told, {_KIND} AS kind FROM not_measured WHERE {where})
        GROUP BY kind ORDER BY count DESC, kind""",
        params,
    )
