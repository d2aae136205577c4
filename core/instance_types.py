"""What an EC2 instance type offers, as DescribeInstanceTypes says."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

_ACCELERATORS = (("GpuInfo", "Gpus"), ("InferenceAcceleratorInfo", "Accelerators"), ("FpgaInfo", "Fpgas"), ("NeuronInfo", "NeuronDevices"))


@dataclass(frozen=True)
class InstanceType:
    """One type. `network_gbps` and `ebs_mbps` are its highest bandwidths, None where AWS says them in words only or not at all."""

    name: str
    vcpus: int
    memory_mib: int
    architectures: tuple[str, ...]
    network: str = ""
    network_gbps: float | None = None
    ebs_mbps: float | None = None
    instance_store_gb: int = 0
    accelerators: int = 0
    burstable: bool = False
    bare_metal: bool = False

    @property
    def family(self) -> str:
        """The part before the size: m6a of m6a.xlarge."""
        return family_of(self.name)

    @property
    def memory_gib(self) -> float:
        """Memory in GiB."""
        return self.memory_mib / 1024

    @property
    def facts(self) -> dict[str, Any]:
        """The same as JSON takes it."""
        return {**asdict(self), "architectures": list(self.architectures)}

    def is_smaller_than(self, other: "InstanceType") -> bool:
        """Whether it is of the other's family and has less of something and more of nothing."""
        smaller = self.vcpus <= other.vcpus and self.memory_mib <= other.memory_mib
        return self.family == other.family and smaller and (self.vcpus, self.memory_mib) != (other.vcpus, other.memory_mib)

    def keeps_limits_of(self, other: "InstanceType") -> bool:
        """Whether it has the other's architecture, bandwidths, instance store and accelerators."""
        return (
            set(other.architectures) <= set(self.architectures)
            and self.bare_metal == other.bare_metal
            and self._keeps_network_of(other)
            and (other.ebs_mbps is None or (self.ebs_mbps is not None and self.ebs_mbps >= other.ebs_mbps))
            and self.instance_store_gb >= other.instance_store_gb
            and self.accelerators >= other.accelerators
        )

    def _keeps_network_of(self, other: "InstanceType") -> bool:
        if self.network_gbps is None or other.network_gbps is None:
            return self.network == other.network
        return self.network_gbps >= other.network_gbps


def family_of(instance_type: str) -> str:
    """The family of a type, from its name."""
    return instance_type.split(".", 1)[0]


def described(item: Mapping[str, Any]) -> InstanceType:
    """A type as DescribeInstanceTypes lists it."""
    network = item.get("NetworkInfo", {})
    performance = network.get("NetworkPerformance", "")
    return InstanceType(
        name=item["InstanceType"],
        vcpus=item["VCpuInfo"]["DefaultVCpus"],
        memory_mib=item["MemoryInfo"]["SizeInMiB"],
        architectures=tuple(item.get("ProcessorInfo", {}).get("SupportedArchitectures", ())),
        network=performance,
        network_gbps=_gbps(network, performance),
        ebs_mbps=item.get("EbsInfo", {}).get("EbsOptimizedInfo", {}).get("MaximumBandwidthInMbps"),
        instance_store_gb=item.get("InstanceStorageInfo", {}).get("TotalSizeInGB", 0),
        accelerators=sum(part.get("Count", 1) for block, key in _ACCELERATORS for part in item.get(block, {}).get(key, ())),
        burstable=bool(item.get("BurstablePerformanceSupported")),
        bare_metal=bool(item.get("BareMetal")),
    )


def _gbps(network: Mapping[str, Any], performance: str) -> float | None:
    """The peak bandwidth over all network cards, else what the words say: "Up to 12.5 Gigabit"."""
    cards = [card["PeakBandwidthInGbps"] for card in network.get("NetworkCards", ()) if "PeakBandwidthInGbps" in card]
    if cards:
        return float(sum(cards))
    said = re.fullmatch(r"(?:(\d+)x )?(?:Up to )?([\d.]+) Gigabit", performance)
    return float(said[2]) * int(said[1] or 1) if said else None


def restored(facts: Mapping[str, Any]) -> InstanceType:
    """A type from its kept facts."""
    return InstanceType(**{**facts, "architectures": tuple(facts["architectures"])})
