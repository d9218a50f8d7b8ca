/// The parts of an `http://` or `https://` address that rules look at.
package struct WebAddress: Equatable, Sendable {
  package var isEncrypted: Bool
  /// Lower case, without brackets.
  package var host: String
  package var port: Int?

  /// Nil for any other scheme, an empty host, user names or a port out of range.
  package init?(_ text: String) {
    let lowered = text.prefix(8).lowercased()
    var rest: Substring
    if lowered.hasPrefix("http://") {
      isEncrypted = false
      rest = text.dropFirst(7)
    } else if lowered.hasPrefix("https://") {
      isEncrypted = true
      rest = text.dropFirst(8)
    } else {
      return nil
    }
    guard !text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else { return nil }
    rest = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    guard !rest.contains("@") else { return nil }
    var portText: Substring?
    if rest.first == "[" {
      guard let end = rest.firstIndex(of: "]") else { return nil }
      host = rest[rest.index(after: rest.startIndex)..<end].lowercased()
      let tail = rest[rest.index(after: end)...]
      guard tail.isEmpty || tail.first == ":" else { return nil }
      portText = tail.isEmpty ? nil : tail.dropFirst()
    } else if let colon = rest.firstIndex(of: ":") {
      host = rest[..<colon].lowercased()
      portText = rest[rest.index(after: colon)...]
    } else {
      host = rest.lowercased()
    }
    guard !host.isEmpty else { return nil }
    if let portText {
      guard let value = Int(portText), (1...65535).contains(value) else { return nil }
      port = value
    }
  }

  /// Whether `text` has anything before an `@` in its host part, whatever its scheme. No message may repeat such text.
  static func hasUserInfo(_ text: String) -> Bool {
    var rest = text[...]
    if let scheme = text.firstRange(of: "//") { rest = text[scheme.upperBound...] }
    return rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }.contains("@")
  }
}
