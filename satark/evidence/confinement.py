"""What a cleaner is left with: its own memory, the files that it was handed, and a little time.

Two walls stand one behind the other. The first is a namespace without network and with an empty root directory; some
systems (most containers) allow no new one. The second is a list of the system calls that a cleaner needs (seccomp):
whatever else it asks for, such as to open a file, a socket or a process, is refused by the kernel.
"""

import ctypes
import os
import platform
import resource
import signal
import struct
from pathlib import Path

MEMORY = 3 * 2**30
CPU_SECONDS = 900
FILE_BYTES = 2**28
CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWNET = 0x20000, 0x8000000, 0x10000000, 0x40000000
MS_NOSUID_NODEV_NOEXEC, MS_REC, MS_PRIVATE = 14, 0x4000, 0x40000
PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 22, 38
SECCOMP_MODE_FILTER = 2
CLONE_THREAD = 0x10000
EPERM, ENOSYS = 1, 38

# By machine: what names it to the kernel, and the numbers of the calls. `clone` makes threads only; `clone3`, whose
# purpose cannot be read from outside, is said not to exist, and then libraries use `clone`.
MACHINES = {
    "x86_64": (0xC000003E, 56, 435, (
        0, 1, 3, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 24, 25, 28, 32, 35, 39, 60, 72, 77, 98, 99,
        131, 186, 202, 204, 228, 229, 230, 231, 262, 273, 318, 324, 334,
    )),
    "aarch64": (0xC00000B7, 220, 435, (
        63, 64, 57, 80, 73, 62, 222, 226, 215, 214, 134, 135, 139, 29, 67, 68, 65, 66, 124, 216, 233, 23, 101, 172, 93,
        25, 46, 165, 179, 132, 178, 98, 123, 113, 114, 115, 94, 79, 99, 278, 283, 293,
    )),
}  # fmt: skip
"""read write close fstat poll lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask rt_sigreturn ioctl pread64
pwrite64 readv writev sched_yield mremap madvise dup nanosleep getpid exit fcntl ftruncate getrusage sysinfo sigaltstack
gettid futex sched_getaffinity clock_gettime clock_getres clock_nanosleep exit_group newfstatat set_robust_list getrandom
membarrier rseq"""

LOAD, JUMP_EQUAL, JUMP_SET, RETURN = 0x20, 0x15, 0x45, 0x06
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000, 0x80000000
CALL, MACHINE, FIRST_ARGUMENT = 0, 4, 16

_libc = ctypes.CDLL(None, use_errno=True)


def leave_the_house() -> None:
    """Once, before any file comes: no network, no files, and the first to go where memory runs out."""
    Path("/proc/self/oom_score_adj").write_text("1000")
    os.nice(10)
    if _libc.unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWIPC) != 0:
        return
    _libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None)
    if _libc.mount(b"none", b"/tmp", b"tmpfs", MS_NOSUID_NODEV_NOEXEC, b"size=4k") == 0:
        os.chroot("/tmp")  # noqa: S108 - the kernel has just emptied it
        os.chdir("/")


def confine() -> None:
    """For each file, in its own process: limits, and no call that a cleaner does not need."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if knows_calls():
        _refuse_calls()


def knows_calls() -> bool:
    """Whether there is a list of calls for this machine."""
    return platform.machine() in MACHINES


def _refuse_calls() -> None:
    machine, clone, clone3, needed = MACHINES[platform.machine()]
    steps = [
        (LOAD, 0, 0, MACHINE),
        (JUMP_EQUAL, 1, 0, machine),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, CALL),
        (JUMP_EQUAL, 0, 1, clone3),
        (RETURN, 0, 0, REFUSE | ENOSYS),
        *(step for number in needed for step in ((JUMP_EQUAL, 0, 1, number), (RETURN, 0, 0, ALLOW))),
        (JUMP_EQUAL, 0, 3, clone),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        (JUMP_SET, 0, 1, CLONE_THREAD),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, REFUSE | EPERM),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
    if _libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the kernel takes no list of calls")
