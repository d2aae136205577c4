"""What an instance type offers, read from what DescribeInstanceTypes says."""

from core.instance_types import described, restored

SAID = {
    "InstanceType": "g9dn.xlarge",
    "VCpuInfo": {"DefaultVCpus": 4},
    "MemoryInfo": {"SizeInMiB": 16384},
    "ProcessorInfo": {"SupportedArchitectures": ["x86_64"]},
    "EbsInfo": {"EbsOptimizedInfo": {"MaximumBandwidthInMbps": 3500}},
    "NetworkInfo": {"NetworkPerformance": "Up to 25 Gigabit", "NetworkCards": [{"PeakBandwidthInGbps": 25.0}]},
    "InstanceStorageInfo": {"TotalSizeInGB": 125},
    "GpuInfo": {"Gpus": [{"Count": 2}]},
    "BurstablePerformanceSupported": False,
    "BareMetal": False,
}


def test_it_is_read_and_kept_as_it_is() -> None:
    kind = described(SAID)
    assert (kind.name, kind.family, kind.vcpus, kind.memory_gib) == ("g9dn.xlarge", "g9dn", 4, 16.0)
    assert (kind.architectures, kind.network_gbps, kind.ebs_mbps) == (("x86_64",), 25.0, 3500)
    assert (kind.instance_store_gb, kind.accelerators, kind.burstable, kind.bare_metal) == (125, 2, False, False)
    assert restored(kind.facts) == kind


def test_bandwidth_in_words_is_read_where_it_says_a_figure() -> None:
    def gbps(words: str) -> float | None:
        return described({**SAID, "NetworkInfo": {"NetworkPerformance": words}}).network_gbps

    assert [gbps(words) for words in ("Up to 12.5 Gigabit", "10 Gigabit", "4x 100 Gigabit", "Moderate", "")] == [
        12.5,
        10.0,
        400.0,
        None,
        None,
    ]


def test_smaller_means_less_of_something_and_more_of_nothing() -> None:
    kind = described(SAID)
    less_memory = described({**SAID, "InstanceType": "g9dn.large", "MemoryInfo": {"SizeInMiB": 8192}})
    assert less_memory.is_smaller_than(kind)
    assert not kind.is_smaller_than(kind)
    assert not kind.is_smaller_than(less_memory)
    assert not described({**SAID, "InstanceType": "m9.large", "VCpuInfo": {"DefaultVCpus": 2}}).is_smaller_than(kind)
