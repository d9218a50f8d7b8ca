import CDrover

/// When files were made.
package enum FileBirth {
  /// Nanoseconds since 1970; when the file was last written where the file system does not know, 0 where there is no
  /// file.
  package static func of(_ path: String) -> Int64 {
    var nanoseconds: Int64 = 0
    return drover_birth_time(path, &nanoseconds) == 0 ? nanoseconds : 0
  }
}
