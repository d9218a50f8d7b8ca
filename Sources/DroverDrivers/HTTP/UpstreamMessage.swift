/// What a server says about an error, made fit for a message to people.
enum UpstreamMessage {
  private static let limit = 200

  /// One line of at most 200 characters, without `secret`.
  static func line(_ text: String, without secret: String?) -> String {
    // First of all, so that no cut goes through it.
    let clean = if let secret, !secret.isEmpty { text.replacing(secret, with: "[secret]") } else { text }
    let words = clean.prefix(4 * limit)
      .split { $0.isWhitespace || $0.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } }
    let line = words.joined(separator: " ")
    return line.count > limit ? line.prefix(limit) + "…" : line
  }
}
