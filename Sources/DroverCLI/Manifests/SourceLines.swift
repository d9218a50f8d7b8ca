import DroverManifests

/// Lines of the files that were read, for showing them below a diagnostic.
struct SourceLines {
  private let files: [String: [UInt8]]

  init(_ input: ManifestInput) {
    files = Dictionary(input.files.map { ($0.display, $0.bytes) }) { first, _ in first }
  }

  /// The line, from 1, made harmless for a terminal.
  func line(_ number: Int, of file: String) -> String? {
    guard number > 0, let bytes = files[file] else { return nil }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: number, omittingEmptySubsequences: false)
    guard lines.count >= number else { return nil }
    return TerminalText.escaped(String(decoding: lines[number - 1], as: UTF8.self))
  }
}
