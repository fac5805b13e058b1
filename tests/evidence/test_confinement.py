"""The numbers of the system calls are those of the kernel's own headers, on every machine that there is a list for."""

import re
from pathlib import Path

import pytest

from satark.evidence.confinement import MACHINES

NEEDED = """
    read write close fstat poll lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask rt_sigreturn ioctl pread64
    pwrite64 readv writev sched_yield mremap madvise dup nanosleep getpid exit fcntl ftruncate getrusage sysinfo
    sigaltstack gettid futex sched_getaffinity clock_gettime clock_getres clock_nanosleep exit_group newfstatat
    set_robust_list getrandom membarrier rseq
""".split()
# Debian's linux-libc-dev has both: aarch64 is one of the machines that use the generic table.
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
# The generic table has the newer call for the first, and another name for the second.
GENERIC = {"poll": "ppoll", "newfstatat": "fstatat"}
# include/uapi/linux/audit.h: the machine's number in ELF (elf-em.h), of 64 bits, its lowest byte first.
ELF = {"x86_64": 62, "aarch64": 183}
WIDE_AND_LITTLE = 0xC0000000


@pytest.mark.parametrize("machine", MACHINES)
def test_the_numbers_are_those_of_the_kernel(machine: str) -> None:
    if not HEADERS[machine].exists():
        pytest.skip("linux-libc-dev is not installed")
    # What has one number for 32 bits and for 64 is called __NR3264_.
    defined = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", HEADERS[machine].read_text())
    number = {name: int(value) for name, value in defined}
    names = [GENERIC.get(name, name) if machine == "aarch64" else name for name in NEEDED]
    known, clone, clone3, numbers = MACHINES[machine]
    assert numbers == tuple(number[name] for name in names)
    assert (clone, clone3) == (number["clone"], number["clone3"])
    assert known == ELF[machine] | WIDE_AND_LITTLE
