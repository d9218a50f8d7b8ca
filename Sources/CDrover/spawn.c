#define _GNU_SOURCE
#include "CDrover.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

static void reset_signals(void) {
  struct sigaction action = {.sa_handler = SIG_DFL};
  // Some cannot be set: the kernel's and the C library's own.
  for (int number = 1; number < NSIG; number++) sigaction(number, &action, NULL);
}

static int redirect(int from, int to) {
  if (from == to) return fcntl(to, F_SETFD, 0);
  return dup2(from, to);
}

static int set_descriptors(int log_descriptor) {
  // The log is duplicated before stdin is opened: where droverd runs with stdin closed, the log may be descriptor 0.
  if (redirect(log_descriptor, 1) < 0 || redirect(log_descriptor, 2) < 0) return -1;
  int null = open("/dev/null", O_RDONLY);
  if (null < 0 || redirect(null, 0) < 0) return -1;
  // The others are closed by exec and not before: as long as this process is no other program yet, the lock of the state
  // folder, of which it has a copy, keeps the next droverd from looking for what this one started. Before Linux 5.11
  // they can only be closed here.
  if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) != 0) closefrom(3);
  return 0;
}

// Runs in the child and on the memory of the parent, which waits: makes system calls and nothing else. Returns the errno
// of what failed.
static int become(const char *path, char *const arguments[], char *const environment[], int log_descriptor,
                  const char *directory) {
  reset_signals();
  if (setsid() < 0 || set_descriptors(log_descriptor) < 0) return errno;
  if (directory && chdir(directory) != 0) return errno;
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execve(path, arguments, environment);
  return errno;
}

int drover_spawn(const char *path, char *const arguments[], char *const environment[], int log_descriptor,
                 const char *directory) {
  // No handler of the parent's may run in the child.
  sigset_t all, before;
  sigfillset(&all);
  int failure = pthread_sigmask(SIG_SETMASK, &all, &before);
  if (failure) return -failure;
  volatile int error = 0;
  volatile pid_t pid = vfork();
  if (pid == 0) {
    error = become(path, arguments, environment, log_descriptor, directory);
    _exit(127);
  }
  if (pid < 0) error = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (error == 0) return pid;
  if (pid > 0) {
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
  }
  return -error;
}

int drover_set_descriptor_limit(int pid, uint64_t soft) {
  struct rlimit limit;
  if (prlimit(pid, RLIMIT_NOFILE, NULL, &limit) != 0) return -errno;
  limit.rlim_cur = soft < limit.rlim_max ? soft : limit.rlim_max;
  return prlimit(pid, RLIMIT_NOFILE, &limit, NULL) == 0 ? 0 : -errno;
}

int drover_descriptor_limit(uint64_t *soft, uint64_t *hard) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -errno;
  *soft = limit.rlim_cur;
  *hard = limit.rlim_max;
  return 0;
}
