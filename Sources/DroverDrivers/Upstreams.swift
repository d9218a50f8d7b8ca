package import DroverCore

extension Drivers: UpstreamAccess {
  package func upstream(of instance: Instance, at provider: ProviderSpec) throws(DriverError) -> Upstream {
    switch (provider.type, provider.mode) {
    case (.llamaCpp, .managed): try llamaCpp.upstream(of: instance)
    case (.llamaCpp, .external): try external.api(of: provider).server.upstream(instance.modelID)
    case (.llamaCpp, .router): try router.api(of: provider).server.upstream(instance.modelID)
    case (.claude, _): try claude.server(of: provider).upstream(instance.modelID, form: .apiKey)
    case (.custom, _): try custom.server(of: provider).upstream(instance.modelID)
    case (.openai, _): try openAI.server(of: provider).upstream(instance.modelID)
    case (.ollama, _): try ollama.server(of: provider).upstream(instance.modelID)
    case (.vllm, _): try vllm.server(of: provider).upstream(instance.modelID)
    }
  }
}

extension LlamaCppManagedDriver {
  fileprivate func upstream(of instance: Instance) throws(DriverError) -> Upstream {
    guard let port = instance.port else { throw .failed("model '\(instance.model)' has no port yet") }
    return Upstream(
      isTLS: false, host: "127.0.0.1", port: port, authority: "127.0.0.1:\(port)", basePath: "/v1",
      key: UpstreamKey(.bearer, try key.value()), modelID: instance.modelID)
  }
}

extension ModelServer {
  fileprivate func upstream(_ modelID: String, form: UpstreamKey.Form = .bearer) -> Upstream {
    Upstream(
      isTLS: endpoint.isTLS, host: endpoint.host, port: endpoint.port, authority: endpoint.authority,
      basePath: endpoint.basePath, key: secret.map { UpstreamKey(form, $0.value) }, modelID: modelID)
  }
}

extension ServerEndpoint {
  fileprivate var isTLS: Bool { base.hasPrefix("https:") }

  /// The port that the address names, else that of its scheme.
  fileprivate var port: Int {
    let named = authority.hasSuffix("]") ? nil : authority.split(separator: ":").last
    return authority.contains(":") ? named.flatMap { Int($0) } ?? standardPort : standardPort
  }

  private var standardPort: Int { isTLS ? 443 : 80 }

  /// The path of ``base``, such as `/v1`.
  fileprivate var basePath: String {
    let address = base.drop { $0 != ":" }.dropFirst(3)
    return String(address.drop { $0 != "/" })
  }
}
