"""The machine that a figure was measured on, without names of hosts, people or folders."""

import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path

BYTES = 2**30


@dataclass(frozen=True, slots=True)
class Machine:
    """What a figure depends on: processor, cores that may be used, memory, system, Python."""

    cpu: str
    cores: int
    memory_gib: float | None
    system: str
    python: str

    @classmethod
    def here(cls) -> "Machine":
        """This one."""
        return cls(
            cpu=_cpu(),
            cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
            memory_gib=_memory(),
            system=f"{platform.system()} {platform.release().split('-')[0]} {platform.machine()}",
            python=f"{platform.python_implementation()} {platform.python_version()}",
        )

    def __str__(self) -> str:
        memory = "" if self.memory_gib is None else f", {self.memory_gib:.0f} GiB"
        cores = "1 core" if self.cores == 1 else f"{self.cores} cores"
        return f"{self.cpu}, {cores}{memory}, {self.system}, {self.python}"

    def written(self) -> dict[str, object]:
        """For the stored results."""
        return asdict(self)


def _cpu() -> str:
    """The processor's model, as Linux tells it; elsewhere what Python knows."""
    told = Path("/proc/cpuinfo")
    if told.exists():
        for line in told.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _memory() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / BYTES, 1)
    except (AttributeError, ValueError, OSError):
        return None
