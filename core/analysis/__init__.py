"""What the figures say: anomalies, forecasts, trends. Pure: series in, findings out."""
