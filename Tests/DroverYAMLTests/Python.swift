import DroverYAML
import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A python3 with PyYAML, where there is one: another reader to compare with.
enum Python {
  static let hasYAML = run("import yaml") == 0

  /// The exit code of a script, whose arguments begin at `sys.argv[1]`; nil when there is no python3.
  static func run(_ script: String, _ arguments: String...) -> Int32? {
    var pid: pid_t = 0
    var words: [UnsafeMutablePointer<CChar>?] = (["python3", "-c", script] + arguments).map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    guard posix_spawnp(&pid, "python3", nil, nil, words, environ) == 0 else { return nil }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) == -1 && errno == EINTR {}
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : nil
  }

  /// A Python expression for a value; the type of every scalar is part of it.
  static func expression(_ value: YAMLValue) -> String {
    switch value {
    case .null: "None"
    case .bool(let flag): flag ? "True" : "False"
    case .integer(let number): number.description
    case .decimal(let text): text
    case .string(let text): literal(text)
    case .sequence(let items): "[" + items.map(expression).joined(separator: ",") + "]"
    case .mapping(let entries):
      "{" + entries.map { literal($0.key) + ":" + expression($0.value) }.joined(separator: ",") + "}"
    }
  }

  private static func literal(_ text: String) -> String {
    var result = "'"
    for scalar in text.unicodeScalars {
      let digits = String(scalar.value, radix: 16)
      result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
    }
    return result + "'"
  }
}
