import Glibc

/// The room on a file system.
package enum FreeSpace {
  /// Bytes that this user may still write below `path`.
  package static func of(_ path: String) throws(SystemError) -> Int64 {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { throw .errno(operation: "statvfs", path: path, code: errno) }
    let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
    return overflow ? .max : Int64(clamping: bytes)
  }
}
