import DroverHTTP

/// What a server says of how long it keeps a connection: `Keep-Alive: timeout=5, max=100`.
enum KeepAlive {
  /// Nil where it says nothing. Zero where this was the last exchange.
  static func lifetime(_ fields: HeadFields) -> Duration? {
    guard let value = fields.value(of: .keepAlive) else { return nil }
    var lifetime: Duration?
    for part in String(decoding: value, as: UTF8.self).split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1).map { $0.filter { $0 != " " } }
      guard pair.count == 2, let number = Int64(pair[1]), number >= 0 else { continue }
      switch pair[0].lowercased() {
      case "timeout": lifetime = min(lifetime ?? .seconds(number), .seconds(number))
      case "max": if number == 0 { lifetime = .zero }
      default: break
      }
    }
    return lifetime
  }
}
