"""What the figures say: anomalies, forecasts, trends. Pure: series in, findings out."""

import os

# A model's matrices are tiny. Shared among all cores, as scipy's linear algebra does by default, fits take longer, and many times as long
# on a busy machine. It is read when scipy loads; whoever sets it decides.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
