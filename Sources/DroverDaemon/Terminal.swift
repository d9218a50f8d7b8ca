import Glibc

/// What droverd's standard error is connected to.
enum Terminal {
  static var isStandardError: Bool { isatty(STDERR_FILENO) == 1 }
}
