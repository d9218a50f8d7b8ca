package import DroverCore

/// What a Provider is to its models.
package struct ModelHome: Equatable, Sendable {
  package var type: ProviderType?
  /// Nil for child processes of this host.
  package var baseURL: String?

  package init(type: ProviderType? = nil, baseURL: String? = nil) {
    self.type = type
    self.baseURL = baseURL
  }

  package init(spec: FieldValue) {
    self.init(type: spec["type"]?.string.flatMap(ProviderType.init), baseURL: spec["baseURL"]?.string)
  }
}

extension ModelEntry {
  /// The address of the operation that most clients want: chat, or Anthropic's messages. Nil where nothing listens.
  package var apiEndpoint: String? {
    if baseURL == nil, let port = status[path: ["process", "port"]]?.integer {
      return "http://127.0.0.1:\(port)/v1/chat/completions"
    }
    guard var base = baseURL else { return nil }
    while base.last == "/" { base.removeLast() }
    if base.hasSuffix("/v1") { base.removeLast(3) }
    return base + (providerType == .claude ? "/v1/messages" : "/v1/chat/completions")
  }
}
