"""What published costs say: which days were unusual, what is to be expected, what grows. Judged on settled days only.

Every function takes a store and a snapshot, and says the same of the same figures. What a run kept is read back where it was made from
the very bills of the snapshot and the view is the whole organisation's billed cost; other views are worked out when they are asked for.
"""

from core.insight.ahead import MonthEnd, Outlook, outlook, period
from core.insight.anomaly import OPEN_DAYS, Anomaly, Rules
from core.insight.growth import growth
from core.insight.keeping import TITLE, keep
from core.insight.origins import Origins, judged, origins
from core.insight.periods import PeriodEnd
from core.insight.unusual import anomalies, expected
from core.store.analyses import aws_anomalies, aws_forecast

__all__ = [
    "OPEN_DAYS",
    "TITLE",
    "Anomaly",
    "MonthEnd",
    "Origins",
    "Outlook",
    "PeriodEnd",
    "Rules",
    "anomalies",
    "aws_anomalies",
    "aws_forecast",
    "expected",
    "growth",
    "judged",
    "keep",
    "origins",
    "outlook",
    "period",
]
