#define _GNU_SOURCE
#include "CDrover.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Values of the kernel's ABI (linux/pidfd.h, asm-generic/unistd.h), for headers that are older than the kernel.
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#define DROVER_P_PIDFD 3
#define DROVER_SIGNAL_PROCESS_GROUP (1u << 2)
#define DROVER_INFO_EXIT (1ull << 3)

// The first version of struct pidfd_info: 64 bytes.
struct drover_pidfd_info {
  uint64_t mask;
  uint64_t cgroup;
  uint32_t pid, tgid, ppid;
  uint32_t ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
  int32_t exit_code;
};
_Static_assert(sizeof(struct drover_pidfd_info) == 64, "PIDFD_INFO_SIZE_VER0");
#define DROVER_GET_INFO _IOWR(0xFF, 11, struct drover_pidfd_info)

int drover_pidfd_open(int pid) {
  long descriptor = syscall(SYS_pidfd_open, pid, 0);
  return descriptor < 0 ? -errno : (int)descriptor;
}

int drover_pidfd_signal(int pidfd, int signal) {
  return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) == 0 ? 0 : -errno;
}

int drover_pidfd_signal_group(int pidfd, int signal) {
  return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, DROVER_SIGNAL_PROCESS_GROUP) == 0 ? 0 : -errno;
}

int drover_reap(int pidfd, int keep, drover_exit *result) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  result->kind = 0;
  result->value = 0;
  int options = WEXITED | WNOHANG | (keep ? WNOWAIT : 0);
  int outcome;
  do {
    outcome = waitid((idtype_t)DROVER_P_PIDFD, (id_t)pidfd, &info, options);
  } while (outcome != 0 && errno == EINTR);
  if (outcome != 0) return -errno;
  if (info.si_pid == 0) return 0;
  result->kind = info.si_code == CLD_EXITED ? 1 : 2;
  result->value = info.si_status;
  return 0;
}

drover_exit drover_decode_status(int status) {
  drover_exit result = {0, 0};
  if (WIFEXITED(status)) {
    result.kind = 1;
    result.value = WEXITSTATUS(status);
  } else if (WIFSIGNALED(status)) {
    result.kind = 2;
    result.value = WTERMSIG(status);
  }
  return result;
}

int drover_pidfd_exit(int pidfd, drover_exit *result) {
  struct drover_pidfd_info info;
  memset(&info, 0, sizeof info);
  info.mask = DROVER_INFO_EXIT;
  result->kind = 0;
  result->value = 0;
  if (ioctl(pidfd, DROVER_GET_INFO, &info) != 0) return -errno;
  if (info.mask & DROVER_INFO_EXIT) *result = drover_decode_status(info.exit_code);
  return 0;
}
