package import DroverCore

/// What a host's policy says about a resource. Pure: neither files nor the environment are looked at.
package enum HostChecks {
  /// Errors `NotPermitted` and `SecretNotFound`. `provider` is the effective spec of a Model's provider; `file` is the
  /// path that diagnostics print.
  package static func check(
    _ resource: Resource, provider: FieldValue?, policy: HostPolicy, file: String
  ) -> [Diagnostic] {
    var checks = Checks(resource: resource, policy: policy, file: file)
    switch resource.identity.kind {
    case .provider: checks.provider()
    case .model: checks.model(provider)
    case .fleet: checks.webhooks()
    case .accessKey: checks.accessKey()
    case .modelSet, .route, .budget, .rateLimit: break
    }
    return checks.found
  }

  /// Why `url` may not be called from this host, as one phrase; nil where it may.
  package static func refusal(of url: String, policy: HostPolicy) -> String? {
    if WebAddress.hasUserInfo(url) { return "a URL must not hold a user or password; name a secret instead" }
    guard let address = WebAddress(url) else { return "'\(url)' is no address" }
    let host = address.host
    if host == "localhost" { return nil }
    if let ip = IPAddress(host) {
      if ip.isLoopback { return nil }
      if ip.isPrivate {
        return policy.networks.compactMap { IPNetwork($0) }.contains { $0.contains(ip) }
          ? nil : "'\(host)' is a private address in none of the host policy's networks"
      }
    } else if host.utf8.last.map(TextShape.isDigit) == true || host.hasPrefix("0x") {
      return "'\(host)' is no plain address; write four numbers from 0 to 255"
    }
    guard let allowed = policy.publicHosts, !allowed.contains(host) else { return nil }
    return "'\(host)' is not among the host policy's publicHosts"
  }
}

private struct Checks {
  let resource: Resource
  let policy: HostPolicy
  let file: String
  var found: [Diagnostic] = []

  init(resource: Resource, policy: HostPolicy, file: String) {
    self.resource = resource
    self.policy = policy
    self.file = file
  }

  private mutating func refuse(
    _ code: Diagnostic.Code, _ field: String, _ mark: FieldMark?, _ message: String
  ) {
    let isOwn = mark.map { $0.layer == .manifest && $0.line > 0 } ?? false
    found.append(
      Diagnostic(
        .error, code, file: file, line: isOwn ? Int(mark?.line ?? 0) : resource.source.line,
        column: isOwn ? Int(mark?.column ?? 0) : 1, field: field, message, identity: resource.identity))
  }

  mutating func provider() {
    let spec = resource.spec
    let isManaged =
      spec["type"]?.string == ProviderType.llamaCpp.rawValue && spec["mode"]?.string == ProviderMode.managed.rawValue
    if isManaged {
      let runtime = spec["managed"]?.entry("runtime")
      let name = runtime?.value.string ?? "llama-server"
      if !policy.runtimes.contains(where: { $0.name == name }) {
        let hint = Suggestion.phrase(for: name, among: policy.runtimes.map(\.name))
        let place = policy.source ?? "a host policy (--host-policy)"
        refuse(
          .notPermitted, "spec.managed.runtime", runtime?.mark,
          "the host policy has no runtime '\(name)'"
            + (hint.isEmpty ? "; add runtimes.\(name) with the path of its llama-server to \(place)" : hint))
      }
      return
    }
    guard let url = spec.entry("baseURL"), let text = url.value.string else { return }
    if let refusal = HostChecks.refusal(of: text, policy: policy) {
      refuse(.notPermitted, "spec.baseURL", url.mark, refusal)
    }
    secret(spec.entry("secret"), "spec.secret", host: WebAddress(text)?.host)
  }

  mutating func model(_ provider: FieldValue?) {
    guard let flags = resource.spec["llamaCpp"]?["flags"]?.list, !flags.isEmpty, let provider,
      provider["type"]?.string == ProviderType.llamaCpp.rawValue,
      provider["mode"]?.string == ProviderMode.managed.rawValue
    else { return }
    let name = provider[path: ["managed", "runtime"]]?.string ?? "llama-server"
    guard let runtime = policy.runtimes.first(where: { $0.name == name }) else { return }
    for (index, flag) in flags.enumerated() {
      guard let text = flag.value.string else { continue }
      let word = String(text.prefix { $0 != "=" && $0 != " " })
      guard !runtime.flags.contains(word) else { continue }
      refuse(
        .notPermitted, "spec.llamaCpp.flags[\(index)]", flag.mark,
        "'\(word)' is not among the flags that the host policy allows for runtime '\(name)'"
          + Suggestion.phrase(for: word, among: runtime.flags))
    }
  }

  mutating func webhooks() {
    for (index, hook) in (resource.spec["webhooks"]?.list ?? []).enumerated() {
      guard let url = hook.value.entry("url"), let text = url.value.string else { continue }
      if let refusal = HostChecks.refusal(of: text, policy: policy) {
        refuse(.notPermitted, "spec.webhooks[\(index)].url", url.mark, refusal)
      }
      secret(hook.value.entry("secret"), "spec.webhooks[\(index)].secret", host: nil)
    }
  }

  mutating func accessKey() {
    for (index, key) in (resource.spec["keys"]?.list ?? []).enumerated() {
      secret(key.value.entry("secret"), "spec.keys[\(index)].secret", host: nil)
    }
  }

  /// `host` is where the secret would be sent; nil where it is not sent at all.
  private mutating func secret(_ entry: FieldEntry?, _ field: String, host: String?) {
    guard let entry, let name = entry.value.string else { return }
    guard let secret = policy.secrets.first(where: { $0.name == name }) else {
      refuse(
        .secretNotFound, field, entry.mark,
        "the host policy has no secret '\(name)'\(Suggestion.phrase(for: name, among: policy.secrets.map(\.name)))")
      return
    }
    guard let host, !secret.hosts.contains(host) else { return }
    refuse(
      .notPermitted, field, entry.mark,
      "secret '\(name)' may not be sent to '\(host)'; add that host to the secret in the host policy")
  }
}
