#define _GNU_SOURCE
#include "CDrover.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

int drover_filesystem_magic(const char *path, uint64_t *magic) {
  struct statfs status;
  if (statfs(path, &status) != 0) return -errno;
  // Some architectures have a signed 32-bit f_type: cut to the 32 bits that linux/magic.h uses.
  *magic = (uint32_t)status.f_type;
  return 0;
}

int drover_birth_time(const char *path, int64_t *nanoseconds) {
  struct statx status;
  if (statx(AT_FDCWD, path, 0, STATX_BTIME | STATX_MTIME, &status) != 0) return -errno;
  struct statx_timestamp time = status.stx_mask & STATX_BTIME ? status.stx_btime : status.stx_mtime;
  *nanoseconds = (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
  return 0;
}

const char *drover_error_text(int code) { return strerrordesc_np(code); }

const void *drover_memmem(const void *haystack, size_t haystack_length, const void *needle, size_t needle_length) {
  return memmem(haystack, haystack_length, needle, needle_length);
}
