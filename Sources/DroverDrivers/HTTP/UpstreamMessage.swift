import DroverCore

/// What a server says about an error, made fit for a message to people.
enum UpstreamMessage {
  private static let limit = 200

  /// `error.message` of an OpenAI-style body, else the beginning of the body; one line, without `secret`.
  static func text(of reply: UpstreamClient.Reply, without secret: String?) -> String {
    let json = reply.json
    let said = json?[path: ["error", "message"]]?.string ?? json?["error"]?.string ?? json?["message"]?.string
    let raw = said ?? String(decoding: reply.body.prefix(4 * limit), as: UTF8.self)
    let words = raw.split { $0.isWhitespace || $0.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } }
    var line = words.joined(separator: " ")
    if let secret, !secret.isEmpty { line = line.replacing(secret, with: "[secret]") }
    return line.count > limit ? line.prefix(limit) + "…" : line
  }

  /// The message in brackets or nothing: to be put after a status.
  static func suffix(of reply: UpstreamClient.Reply, without secret: String?) -> String {
    let text = text(of: reply, without: secret)
    return text.isEmpty ? "" : ": " + text
  }
}
