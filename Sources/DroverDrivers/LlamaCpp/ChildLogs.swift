import DroverCore
import DroverSystem

/// The log files of child processes: `MODEL-ID8.log`, with the copy `.1` of a rotation beside it.
enum ChildLogs {
  private static let rotateAbove: Int64 = 10 << 20

  static func path(of instance: Instance, in directory: String) -> String {
    "\(directory)/\(instance.model)-\(instance.id.prefix(8)).log"
  }

  static func rotate(_ path: String) {
    // A log that cannot be rotated is still written; the next look tries again.
    _ = try? ChildLog.rotate(path, maxBytes: rotateAbove, keep: 1)
  }

  /// Removes the logs of a model but that of the process started last, and those of the instances `except`.
  static func prune(in directory: String, model: String, except ids: Set<String>) {
    let living = Set(ids.map { "\(model)-\($0.prefix(8)).log" })
    let old = ((try? Directory.list(directory)) ?? []).map(\.name)
      .filter { isLog($0, of: model) && !living.contains($0) }
      .map { name in (name, FileBirth.of(directory + "/" + name)) }
      .sorted { ($0.1, $0.0) > ($1.1, $1.0) }
    for (name, _) in old.dropFirst() {
      for path in ["\(directory)/\(name)", "\(directory)/\(name).1"] { try? Directory.removeFile(path) }
    }
  }

  private static func isLog(_ name: String, of model: String) -> Bool {
    guard name.hasPrefix(model + "-"), name.hasSuffix(".log") else { return false }
    let middle = name.dropFirst(model.count + 1).dropLast(4)
    return middle.count == 8 && middle.allSatisfy(\.isHexDigit)
  }
}
