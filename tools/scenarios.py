# SPDX-License-Identifier: GPL-2.0
"""Scenario files: one machine each, `key = value` per line, '#' starts a comment.

title    what the row of the report is called (once)
arch     the machine's architecture (once)
config   a folder of configs/ with what else is built into the kernel (once; normally none)
kernels  the kernels that are booted (once; normally 'base series')
like     scenarios, or files of scenarios/parts/, whose lines come first, all but the
         four above; for the same fact the later line of a key counts, and what is
         'once' may be set anew (once, first line)
memory   of the virtual machine, as QEMU's -m takes it (once)
hypervisor  xen: the kernel runs as Xen's dom0 (once; normally none)
cpus     of the virtual machine (once; normally 2)
cpu      as QEMU's -cpu takes it (once; normally what tools/boot has for the architecture)
programs rdma-core: Debian's RDMA tools are in the guest; the scenario is skipped where
         they cannot be had (once; x86_64; normally none)
clock    instructions: time advances by 1 ns with each (once; normally real time)
cmdline  words added to the kernel's command line
machine  an option of QEMU's -machine; may repeat
device   a QEMU -device; drive=disk is a disk of 4 MiB; each may repeat
devicetree  a change of guest/ to the machine's device tree, without the .dtsi (once; arm64)
acpi     a table of guest/ to add to the firmware's, without the .asl
timeout  seconds after which the boot counts as hung (once)
prove    fact=value, on both kernels: the configuration is in effect
both     fact=value that both kernels must report, instead of 'prove'
base     fact=value that the kernel without the series must report, instead of 'both'
series   fact=value that the kernel with the series must report, instead of 'both'
not-above, below
         a fact whose number must not be higher with the series by more than a
         percent, or must be lower by that
no-more  a fact whose number must not be higher with the series at all
         A second fact of the same boot, behind any of these three, stands for the base
both-log, base-log, series-log
         text that the log of both or of that kernel must contain; the lines
         with it are no unexpected complaints

An expectation holds for one series only if its key ends with the name: base@v7.3.
"""

import os

from dataclasses import dataclass, field
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
CONFIGS = TOP / "configs"
PATCHES = TOP / "patches"
OWN = {"name", "title", "arch", "config", "kernels"}
ARCHITECTURES = {"arm64", "x86_64"}
CLOCKS = {"", "instructions"}
HYPERVISORS = {"", "xen"}
PROGRAMS = {"", "rdma-core"}
KERNELS = ("base", "series")
# A kernel with some of the patches.
BETWEEN = "between"
SERIES = os.environ.get("SERIES", "v7.0-rc2")
EXPECTATIONS = {"both", "base", "series", "both_log", "base_log", "series_log"}
# What the log of a boot that did not take place starts with; the reason follows.
SKIPPED = "boot: skipped: "


class BadScenario(Exception):
    """The file is not a scenario; the message names file, line and remedy."""


@dataclass
class Scenario:
    name: str
    title: str = ""
    arch: str = ""
    config: str = ""
    kernels: str = ""
    like: str = ""
    memory: str = ""
    timeout: str = ""
    hypervisor: str = ""
    devicetree: str = ""
    cpus: str = ""
    cpu: str = ""
    clock: str = ""
    programs: str = ""
    cmdline: list[str] = field(default_factory=list)
    machine: list[str] = field(default_factory=list)
    device: list[str] = field(default_factory=list)
    acpi: list[str] = field(default_factory=list)
    prove: list[str] = field(default_factory=list)
    both: list[str] = field(default_factory=list)
    base: list[str] = field(default_factory=list)
    series: list[str] = field(default_factory=list)
    not_above: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    no_more: list[str] = field(default_factory=list)
    both_log: list[str] = field(default_factory=list)
    base_log: list[str] = field(default_factory=list)
    series_log: list[str] = field(default_factory=list)

    def expected(self, kernel: str) -> list[tuple[str, str, str]]:
        """What `kernel` must report: (why it is expected, fact, value).

        Between base and series it is what both must.
        """
        if kernel == BETWEEN:
            series = {item[1:] for item in self.expected("series")}
            return [item for item in self.expected("base") if item[1:] in series]
        own = self.base if kernel == "base" else self.series
        sources = (("prove", self.prove), ("both", self.both), (kernel, own))
        expected = {fact: (why, fact, value) for why, items in sources
                    for fact, value in (item.split("=", 1) for item in items)}
        return list(expected.values())

    def expected_log(self, kernel: str) -> list[str]:
        own = {"base": self.base_log, "series": self.series_log, BETWEEN: []}[kernel]
        return list(dict.fromkeys(self.both_log + own))

    def known_log(self, kernel: str) -> list[str]:
        """What is no complaint, be it expected or not."""
        return self.both_log + self.base_log + self.series_log if kernel == BETWEEN else \
            self.expected_log(kernel)


def inherit(scenario: Scenario, other: Scenario) -> None:
    """Add what `other` says; where only one can count, it is the later one."""
    for key, value in vars(other).items():
        if key in OWN | {"like"} or not value:
            continue
        setattr(scenario, key, getattr(scenario, key) + value if isinstance(value, list) else value)


def read(path: Path, root: Path, asking: tuple[Path, ...] = ()) -> Scenario:
    """Read a file, which those `asking` are like; names in it start at `root`."""
    if not path.is_file():
        known = ", ".join(sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()))
        raise BadScenario(f"there is no scenario {path.relative_to(root)}; choose one of: {known}.")
    scenario = Scenario(path.name)
    inherited = set()
    for number, line in enumerate(path.read_text().splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        where = f"{path}, line {number}"
        key, equals, value = (part.strip() for part in text.partition("="))
        key, at, series = key.partition("@")
        attribute = key.replace("-", "_")
        if not equals or not value:
            raise BadScenario(f"{where}: wants 'key = value', not {text!r}.")
        if key == "name" or attribute not in vars(scenario):
            known = ", ".join(k.replace("_", "-") for k in vars(scenario) if k != "name")
            raise BadScenario(f"{where}: unknown key {key!r}; use one of: {known}.")
        if attribute in ("prove", "both", "base", "series") and "=" not in value:
            raise BadScenario(f"{where}: {key} wants fact=value, not {value!r}.")
        if at and (attribute not in EXPECTATIONS or not (PATCHES / series).is_dir()):
            raise BadScenario(f"{where}: {key}@{series} is no expectation for a series; "
                              f"use a key of these, {', '.join(sorted(EXPECTATIONS))}, "
                              "and a folder of patches/.")
        if at and series != SERIES:
            continue
        if isinstance(getattr(scenario, attribute), list):
            getattr(scenario, attribute).append(value)
        elif getattr(scenario, attribute) and attribute not in inherited:
            raise BadScenario(f"{where}: {key} is set a second time; keep one.")
        else:
            setattr(scenario, attribute, value)
            inherited.discard(attribute)
        if key == "like":
            if scenario != Scenario(path.name, like=value):
                raise BadScenario(f"{where}: like follows other keys; make it the first.")
            for other in (root / name for name in value.split()):
                if other in (*asking, path):
                    raise BadScenario(f"{where}: {other.relative_to(root)} would be like itself; "
                                      "correct 'like'.")
                inherit(scenario, read(other, root, (*asking, path)))
            inherited = {key for key, value in vars(scenario).items() if value and key != "like"}
    return scenario


def load(path: Path) -> Scenario:
    """Read and check one scenario file, or raise BadScenario."""
    scenario = read(path, path.parent)
    for key in ("title", "arch", "memory", "timeout", "prove"):
        if not getattr(scenario, key):
            raise BadScenario(f"{path}: lacks {key!r}; add it.")
    if scenario.arch not in ARCHITECTURES:
        raise BadScenario(f"{path}: arch is {scenario.arch!r}; use one of: "
                          f"{', '.join(sorted(ARCHITECTURES))}.")
    if scenario.config and not list(CONFIGS.glob(f"{scenario.config}/*.config")):
        raise BadScenario(f"{path}: there are no fragments configs/{scenario.config}/*.config; "
                          "correct 'config'.")
    if not set(scenario.kernels.split()) <= set(KERNELS):
        raise BadScenario(f"{path}: kernels is {scenario.kernels!r}; "
                          f"use some of: {', '.join(KERNELS)}.")
    if scenario.hypervisor not in HYPERVISORS:
        raise BadScenario(f"{path}: hypervisor is {scenario.hypervisor!r}; "
                          "say xen or leave it out.")
    if scenario.programs not in PROGRAMS or scenario.programs and scenario.arch != "x86_64":
        raise BadScenario(f"{path}: programs is {scenario.programs!r} for {scenario.arch}; "
                          "say rdma-core, for x86_64, or leave it out.")
    if scenario.clock not in CLOCKS:
        raise BadScenario(f"{path}: clock is {scenario.clock!r}; say instructions or leave it out.")
    if scenario.devicetree and scenario.arch != "arm64":
        raise BadScenario(f"{path}: {scenario.arch} has no device tree; leave it out.")
    if not (scenario.cpus or "2").isdigit():
        raise BadScenario(f"{path}: cpus is {scenario.cpus!r}; give a number.")
    if not scenario.timeout.isdigit():
        raise BadScenario(f"{path}: timeout is {scenario.timeout!r}; give whole seconds.")
    return scenario
