"""The names and contents of downloads."""

from datetime import date

import pandas as pd

from app import export
from app.cached import Figures
from core.models import CostType, Filters, Snapshot
from core.settings import load

FILTERS = Filters(date(2026, 8, 1), date(2026, 8, 31), "USD", CostType.AMORTIZED, {"service": ("EC2", "S3"), "region": ("",)})


def test_the_file_name_says_which_view_it_is() -> None:
    name = export.file_name("costs", FILTERS)
    assert name == "spendscope-costs_2026-08-01_2026-08-31_amortized_USD_service-EC2+S3_region-none.csv"


def test_a_file_name_has_no_way_out_of_its_folder_and_fits_every_disk() -> None:
    hostile = Filters(date(2026, 8, 1), date(2026, 8, 31), "USD", selected={"resource": ("../../etc/passwd\n", "x" * 500)})
    name = export.file_name("costs", hostile)
    assert "/" not in name
    assert "\n" not in name
    assert len(name) < 200


def test_a_table_carries_its_terms_and_no_formula() -> None:
    figures = Figures(None, Snapshot(7, ()), load(), date(2026, 9, 3), False)  # type: ignore[arg-type]  # a table needs no store
    rows = pd.DataFrame({"group": ['=HYPERLINK("x")', "EC2"], "cost": [-1.5, 2.0]})
    text = export.table(rows, figures, FILTERS)().decode().splitlines()
    assert text[0] == "group,cost,cost_type,currency,first_day,last_day,as_of,data_version"
    assert text[1] == '"\'=HYPERLINK(""x"")",-1.5,amortized,USD,2026-08-01,2026-08-31,2026-09-03,7'
    assert text[2].startswith("EC2,2.0,")
