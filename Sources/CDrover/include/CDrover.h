#ifndef CDROVER_H
#define CDROVER_H

#include <stddef.h>
#include <stdint.h>

// System calls that Swift's Glibc module lacks or cannot express. Every function that
// returns int gives 0 (or a descriptor) on success and a negative errno on failure.

/// Starts `path` as the leader of its own session, with default signals, an empty signal mask,
/// stdin on /dev/null, stdout and stderr on `log_descriptor`, and no other descriptor.
/// `directory` may be null. Returns the pid.
int drover_spawn(const char *path, char *const arguments[], char *const environment[], int log_descriptor,
                 const char *directory);

/// pidfd_open(2). The descriptor has CLOEXEC set.
int drover_pidfd_open(int pid);

/// pidfd_send_signal(2) to the process.
int drover_pidfd_signal(int pidfd, int signal);

/// pidfd_send_signal(2) to the process group that the process leads or led (Linux 6.9);
/// -EINVAL on older kernels, -ESRCH where it leads none or the group is empty.
int drover_pidfd_signal_group(int pidfd, int signal);

/// How a process ended.
typedef struct drover_exit {
  /// 0: not known, 1: exited with `value` as its status, 2: ended by signal `value`.
  int kind;
  int value;
} drover_exit;

/// waitid(P_PIDFD, WEXITED | WNOHANG). Leaves kind 0 while the child runs; -ECHILD for another's child.
/// With `keep`, the child stays a zombie (WNOWAIT).
int drover_reap(int pidfd, int keep, drover_exit *result);

/// PIDFD_GET_INFO with PIDFD_INFO_EXIT (Linux 6.15): how a process ended that its parent has reaped.
/// Leaves kind 0 while it has not.
int drover_pidfd_exit(int pidfd, drover_exit *result);

/// Decodes a wait(2) status, as field 52 of /proc/PID/stat has it.
drover_exit drover_decode_status(int status);

/// Sets the soft RLIMIT_NOFILE of a process.
int drover_set_descriptor_limit(int pid, uint64_t soft);

/// The soft and hard RLIMIT_NOFILE of this process.
int drover_descriptor_limit(uint64_t *soft, uint64_t *hard);

/// The magic number of the file system that holds `path`.
int drover_filesystem_magic(const char *path, uint64_t *magic);

/// When a file was made, in nanoseconds since 1970 (statx(2), STATX_BTIME); when it was written where the file system
/// does not know.
int drover_birth_time(const char *path, int64_t *nanoseconds);

/// The text of an errno, or null. Safe from any thread.
const char *drover_error_text(int code);

/// memmem(3).
const void *drover_memmem(const void *haystack, size_t haystack_length, const void *needle, size_t needle_length);

/// CRC-32C of `bytes`, going on from `crc`: the sum of what went before, or 0. With the processor's own instruction where
/// it has one.
uint32_t drover_crc32c(uint32_t crc, const void *bytes, size_t length);

/// The same without that instruction.
uint32_t drover_crc32c_portable(uint32_t crc, const void *bytes, size_t length);

#endif
