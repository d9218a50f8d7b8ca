import DroverCore
import DroverSystem

/// Reads secrets where the host policy says they are, each time that one is used, so that a rotated one takes effect.
struct SecretSource: Sendable {
  private let secrets: [HostPolicy.Secret]
  private let environment: [String: String]
  private static let sizeLimit = 64 << 10

  init(_ secrets: [HostPolicy.Secret], environment: [String: String]) {
    self.secrets = secrets
    self.environment = environment
  }

  /// The secret that `provider` names, to be sent to `endpoint`. One of type openai or claude that names none gets the
  /// policy's secret of that name where it may be sent there; nil where there is none.
  func secret(of provider: ProviderSpec, for endpoint: ServerEndpoint) throws(DriverError) -> Secret? {
    guard let name = provider.secret else { return try customary(for: provider, endpoint) }
    let subject = "provider '\(provider.name)' names secret '\(name)'"
    guard let entry = secrets.first(where: { $0.name == name }) else {
      let hint = Suggestion.phrase(for: name, among: secrets.map(\.name))
      throw .secretNotFound("\(subject), which the host policy does not have\(hint)")
    }
    guard entry.hosts.contains(endpoint.host) else {
      throw .notPermitted(
        "\(subject), which may not be sent to \(endpoint.host); add the host to the secret in the host policy")
    }
    return try secret(entry, subject: subject)
  }

  /// A secret of the host policy by its name, for something that is sent nowhere.
  func secret(named name: String) throws(DriverError) -> Secret {
    guard let entry = secrets.first(where: { $0.name == name }) else {
      throw .secretNotFound(
        "the host policy has no secret '\(name)'\(Suggestion.phrase(for: name, among: secrets.map(\.name)))")
    }
    return try secret(entry, subject: "the host policy has secret '\(name)'")
  }

  private func customary(for provider: ProviderSpec, _ endpoint: ServerEndpoint) throws(DriverError) -> Secret? {
    guard provider.type == .openai || provider.type == .claude else { return nil }
    let name = provider.type.rawValue
    if let entry = secrets.first(where: { $0.name == name && $0.hosts.contains(endpoint.host) }) {
      return try secret(entry, subject: "provider '\(provider.name)' needs secret '\(name)'")
    }
    // Elsewhere a proxy may well do without.
    guard ["api.openai.com", "api.anthropic.com"].contains(endpoint.host) else { return nil }
    throw .secretNotFound(
      "provider '\(provider.name)' names no secret, and the host policy has none called '\(name)' for \(endpoint.host)")
  }

  private func secret(_ entry: HostPolicy.Secret, subject: String) throws(DriverError) -> Secret {
    let value = try value(of: entry, subject: subject)
    guard !value.isEmpty else { throw .secretNotFound("\(subject), which is empty") }
    guard value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw .secretNotFound("\(subject), which holds characters that no header can carry")
    }
    let place =
      switch entry.place {
      case .environment(let variable): "variable \(variable)"
      case .file(let path): "file \(path)"
      }
    return Secret(name: entry.name, value: value, place: place)
  }

  private func value(of entry: HostPolicy.Secret, subject: String) throws(DriverError) -> String {
    switch entry.place {
    case .environment(let variable):
      guard let value = environment[variable] else {
        throw .secretNotFound("\(subject), whose variable \(variable) is not set in the environment of droverd")
      }
      return trimmed(Array(value.utf8))
    case .file(let path):
      let contents: FileContents
      do throws(SystemError) {
        contents = try FileReader.contents(of: path, maxBytes: Self.sizeLimit)
      } catch {
        throw .secretNotFound("\(subject): \(error)")
      }
      guard contents.stat.mode & 0o007 == 0 else {
        throw .notPermitted("\(subject), whose file \(path) everybody may read; run chmod 600 on it")
      }
      return trimmed(contents.bytes)
    }
  }

  private func trimmed(_ bytes: [UInt8]) -> String {
    let isSpace = { (byte: UInt8) in byte <= 0x20 }
    let end = bytes.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? 0
    return String(decoding: bytes[..<end].drop(while: isSpace), as: UTF8.self)
  }
}
