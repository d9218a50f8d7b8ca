import CDrover
import Glibc

/// Why a journal could not be written or read.
package struct JournalFailure: Error, Hashable, Sendable {
  /// Completes "cannot … PATH".
  package var operation: String
  package var path: String
  /// An errno.
  package var code: Int32

  package init(operation: String, path: String, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  /// Of the calling thread's errno: to be made before anything else touches it.
  static func last(_ operation: String, _ path: String) -> JournalFailure {
    JournalFailure(operation: operation, path: path, code: errno)
  }
}

extension JournalFailure: CustomStringConvertible {
  package var description: String {
    let text = drover_error_text(code).map { String(cString: $0) } ?? "error \(code)"
    return "cannot \(operation) \(path): \(text.prefix(1).lowercased() + text.dropFirst())\(advice)"
  }

  private var advice: String {
    switch code {
    case ENOSPC, EDQUOT, EFBIG: "; free some space"
    case EROFS: "; make the file system writable"
    case EACCES, EPERM: "; give the user of droverd permission"
    case EIO: "; check the disk"
    case EMFILE, ENFILE: "; raise the limit on open files"
    default: ""
    }
  }
}
