import Foundation

/// The checkout that these tests were built from.
struct SourceTree {
  /// A Swift file of the tree.
  struct File {
    var path: String
    var target: String
    var lines: [String]

    /// Lines without comments, so that words in documentation do not count.
    var code: [String] {
      lines.map { line in
        guard let comment = line.range(of: "//") else { return line }
        return String(line[..<comment.lowerBound])
      }
    }
  }

  let root: URL

  init() {
    root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
  }

  func swiftFiles(below folder: String) throws -> [File] {
    let base = root.appending(path: folder)
    let paths = try FileManager.default.subpathsOfDirectory(atPath: base.path(percentEncoded: false))
    return try paths.filter { $0.hasSuffix(".swift") }.sorted().map { path in
      let text = try String(contentsOf: base.appending(path: path), encoding: .utf8)
      return File(
        path: folder + "/" + path, target: String(path.prefix { $0 != "/" }),
        lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    }
  }

  func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }
}
