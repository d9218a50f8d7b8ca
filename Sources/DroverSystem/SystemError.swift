import CDrover
import Glibc

/// What the operating system refused, with the object's name: every throwing call of this target throws it.
package enum SystemError: Error, Hashable, Sendable {
  /// A system call failed. `operation` completes "cannot … PATH"; `code` is an errno.
  case errno(operation: String, path: String, code: Int32)
  /// A FIFO, socket, device or directory stands where a regular file was expected. It was not read.
  case notRegular(path: String)
  /// The file is larger than the limit, in bytes.
  case tooLarge(path: String, limit: Int)
  /// Another process holds the state lock; its pid, where the lock file tells.
  case locked(path: String, pid: Int32?)
  /// The kernel has no inotify instance or watch left for this user.
  case watchLimit
  /// A symbolic link leads out of the tree that holds it.
  case escapesRoot(path: String, target: String)
  /// A symbolic link leads to a directory that contains it.
  case linkLoop(path: String)
  /// Another symbolic link already leads to the same directory.
  case linkedTwice(path: String)
  /// The name in a directory is not UTF-8.
  case notUTF8(path: String)
  /// The text of a file of the kernel's is not what this program knows.
  case malformed(path: String, expected: String)

  /// The errno, where a system call failed.
  package var code: Int32? {
    if case .errno(_, _, let code) = self { return code }
    return nil
  }

  /// Whether nothing stands at the path.
  package var isMissing: Bool { code == ENOENT || code == ENOTDIR }

  /// Builds the error of the calling thread's errno: to be called before anything else touches it.
  static func last(_ operation: String, _ path: String) -> SystemError {
    .errno(operation: operation, path: path, code: Glibc.errno)
  }
}

extension SystemError: CustomStringConvertible {
  /// A lower-case sentence: what failed, and what to do.
  package var description: String {
    switch self {
    case .errno(let operation, let path, let code):
      "cannot \(operation) \(path): \(Self.text(of: code))\(Self.advice(for: code))"
    case .notRegular(let path):
      "\(path) is not a regular file; replace it by a file, or move it out of the folder"
    case .tooLarge(let path, let limit):
      "\(path) is larger than \(limit) bytes; split it, or move it out of the folder"
    case .locked(let path, .some(let pid)):
      "\(path) is locked by process \(pid); stop it, or use another state folder"
    case .locked(let path, .none):
      "\(path) is locked by another process; stop it, or use another state folder"
    case .watchLimit:
      "no inotify watch is left; raise fs.inotify.max_user_watches and fs.inotify.max_user_instances with sysctl"
    case .escapesRoot(let path, let target):
      "\(path) is a link to \(target), outside its folder; copy the file into the folder, or remove the link"
    case .linkLoop(let path):
      "\(path) is a link to a folder that contains it; remove the link"
    case .linkedTwice(let path):
      "\(path) is a link to a folder that another link already brings in; remove one of them"
    case .notUTF8(let path):
      "\(path) has a name that is not UTF-8; rename it"
    case .malformed(let path, let expected):
      "cannot understand \(path): expected \(expected)"
    }
  }

  private static func text(of code: Int32) -> String {
    guard let text = drover_error_text(code) else { return "error \(code)" }
    let sentence = String(cString: text)
    // "RFS specific error" keeps its capitals; "No such file or directory" loses its first.
    guard sentence.dropFirst().first?.isUppercase == false else { return sentence }
    return sentence.prefix(1).lowercased() + sentence.dropFirst()
  }

  private static func advice(for code: Int32) -> String {
    switch code {
    case EACCES, EPERM: "; give the user of droverd permission"
    case EMFILE: "; raise the limit on open files (ulimit -n, LimitNOFILE)"
    case ENFILE: "; raise fs.file-max with sysctl"
    case ENOSPC, EDQUOT: "; free some space"
    case EROFS: "; use a folder on a writable file system"
    default: ""
    }
  }
}
