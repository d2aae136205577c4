"""The metrics of instances that checks look at: name and statistic."""

INSTANCE = "ec2:instance"
CPU = ("CPUUtilization", "Average")
CPU_P99 = ("CPUUtilization", "p99")
NETWORK_IN, NETWORK_OUT = ("NetworkIn", "Sum"), ("NetworkOut", "Sum")
MEMORY = ("mem_used_percent", "Maximum")
CREDITS = ("CPUCreditBalance", "Minimum")
