"""Run by a peer's own Python: forecasts many series with Prophet or statsforecast's AutoETS. Nothing of the repository is imported here.

Reads JSON from standard input: method, tasks (start, values, horizon), levels (percent). Answers with the seconds that all took after a
first one to warm up, and for each task mean and, by level, lower and upper.
"""

import json
import logging
import sys
import time
import warnings

import numpy as np
import pandas as pd


def prophet(start, values, horizon, levels):
    from prophet import Prophet

    history = pd.DataFrame({"ds": pd.date_range(start, periods=len(values)), "y": values})
    model = Prophet(interval_width=max(levels) / 100)
    model.fit(history)
    ahead = model.make_future_dataframe(horizon, include_history=False)
    said = {"mean": model.predict(ahead)["yhat"].tolist()}
    drawn = model.predictive_samples(ahead)["yhat"]
    for level in levels:
        low, high = (np.percentile(drawn, 50 + side * level / 2, axis=1).tolist() for side in (-1, 1))
        said |= {f"lower{level}": low, f"upper{level}": high}
    return said


def autoets(start, values, horizon, levels):
    from statsforecast.models import AutoETS

    told = AutoETS(season_length=7).forecast(y=np.array(values), h=horizon, level=levels)
    said = {"mean": told["mean"].tolist()}
    for level in levels:
        said |= {f"lower{level}": told[f"lo-{level}"].tolist(), f"upper{level}": told[f"hi-{level}"].tolist()}
    return said


def main():
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    asked = json.load(sys.stdin)
    method = {"Prophet": prophet, "AutoETS": autoets}[asked["method"]]
    tasks = [(task["start"], task["values"], task["horizon"], asked["levels"]) for task in asked["tasks"]]
    method(*tasks[0])
    started = time.perf_counter()
    said = [method(*task) for task in tasks]
    json.dump({"seconds": time.perf_counter() - started, "said": said}, sys.stdout)


if __name__ == "__main__":
    main()
