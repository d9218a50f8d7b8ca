import DroverSystem

/// The folders that droverd works in.
struct Folders: Sendable {
  var state: String
  var status: String
  var logs: String { state + "/logs" }
  var socket: String { state + "/droverd.sock" }
  var database: String { state + "/drover.sqlite" }
  /// A database of its own: one that is damaged is never set aside, since that would forget what was spent.
  var ledger: String { state + "/ledger.sqlite" }
  var journal: String { state + "/journal" }
  var engineKey: String { state + "/engine.key" }
  var lock: String { state + "/lock" }
  var identity: String { state + "/id" }

  /// Creates what is missing, and refuses a layout in which our own writing would look like an edit.
  static func prepare(_ settings: DaemonSettings) throws(DaemonError) -> Folders {
    let folders = try daemonError { () throws(SystemError) in
      try Directory.create(settings.stateDirectory, mode: 0o700)
      try Directory.create(settings.statusDirectory, mode: 0o755)
      let folders = Folders(
        state: try realPath(settings.stateDirectory), status: try realPath(settings.statusDirectory))
      try Directory.create(folders.logs, mode: 0o700)
      return folders
    }
    for root in settings.roots {
      guard let real = try? realPath(root) else { continue }
      for (flag, folder) in [("--status", folders.status), ("--state", folders.state)]
      where folder == real || folder.hasPrefix(real + "/") {
        throw DaemonError("\(flag) \(folder): lies in the manifests \(real); use a folder outside of them")
      }
    }
    for (index, root) in settings.roots.enumerated() {
      for other in settings.roots[(index + 1)...] {
        guard let first = try? realPath(root), let second = try? realPath(other) else { continue }
        guard first == second || first.hasPrefix(second + "/") || second.hasPrefix(first + "/") else { continue }
        throw DaemonError("--manifests \(root) and \(other): overlap; name each folder once")
      }
    }
    return folders
  }

  /// Refuses a file system on which locks and the database's shared memory are not to be trusted.
  func checkFileSystem() throws(DaemonError) {
    guard let kind = try? FilesystemKind.of(state), kind.isNetwork, kind != .fuse else { return }
    throw DaemonError(
      "the state folder \(state) lies on \(kind.rawValue), where file locks cannot be trusted; use a local disk")
  }

  /// The lasting random name of this state, which child processes carry.
  func stateID(random: () -> UInt64) throws(DaemonError) -> String {
    try daemonError { () throws(SystemError) in
      do throws(SystemError) {
        return String(decoding: try FileReader.read(identity, maxBytes: 256), as: UTF8.self)
      } catch {
        guard error.isMissing else { throw error }
        let id = String(random(), radix: 16) + String(random(), radix: 16)
        try AtomicFile.write(identity, Array(id.utf8), mode: 0o600, durability: .full)
        return id
      }
    }
  }
}

/// Runs what the operating system may refuse, and says it in droverd's own error.
func daemonError<T>(_ body: () throws(SystemError) -> T) throws(DaemonError) -> T {
  do throws(SystemError) { return try body() } catch { throw DaemonError("\(error)") }
}
