"""What published costs say: which days were unusual, what is to be expected, what grows. Judged on settled days only.

Every function takes a store and a snapshot, and says the same of the same figures. What a run kept is read back where it was made from
the very bills of the snapshot and the view is the whole organisation's billed cost; other views are worked out when they are asked for.
"""

from core.insight.ahead import MonthEnd, Outlook, outlook
from core.insight.growth import growth
from core.insight.keeping import TITLE, keep
from core.insight.unusual import OPEN_DAYS, Anomaly, anomalies, expected, judged
from core.store.analyses import aws_anomalies, aws_forecast

__all__ = [
    "OPEN_DAYS",
    "TITLE",
    "Anomaly",
    "MonthEnd",
    "Outlook",
    "anomalies",
    "aws_anomalies",
    "aws_forecast",
    "expected",
    "growth",
    "judged",
    "keep",
    "outlook",
]
