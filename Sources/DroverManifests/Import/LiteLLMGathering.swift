import DroverCore

/// Gathers the manifests of a LiteLLM configuration.
struct LiteLLMGathering {
  var notes: [String] = []
  /// Attempts of one request, the first included.
  var attempts: Int64?
  private var groups: [(name: String, deployments: [LiteLLMDeployment])] = []
  private var fallbacks: [(group: String, to: [String])] = []
  private var strategy = "Weighted"
  private var providers: [(home: LiteLLMHome, name: String)] = []
  private var models: [FieldValue] = []
  private var names: Set<String> = []
  /// Names of Models by key.
  private var known: [String: String] = [:]

  mutating func add(_ deployment: LiteLLMDeployment) {
    for note in deployment.notes { notes.append("\(deployment.group): \(note)") }
    if let index = groups.firstIndex(where: { $0.name == deployment.group }) {
      groups[index].deployments.append(deployment)
    } else {
      groups.append((deployment.group, [deployment]))
    }
  }

  /// `[{"a": ["b", "c"]}]`
  mutating func addFallbacks(_ value: FieldValue?) {
    for element in value?.list ?? [] {
      for entry in element.value.map ?? [] { fallbacks.append((entry.key, entry.value.stringList)) }
    }
  }

  private static let strategies = [
    "simple-shuffle": "Weighted", "least-busy": "LeastBusy", "latency-based-routing": "Latency",
    "cost-based-routing": "Cost",
  ]

  mutating func setStrategy(_ word: String?) {
    guard let word else { return }
    if let strategy = Self.strategies[word] {
      self.strategy = strategy
    } else {
      notes.append("router_settings.routing_strategy: there is no '\(word)'; routes choose by weight")
    }
  }

  mutating func result() throws(PriceImport.Failure) -> ModelsConfigImport {
    guard !groups.isEmpty else {
      throw PriceImport.Failure(
        description: "it has no model that could be taken over"
          + (notes.isEmpty ? "" : ": " + notes.joined(separator: "; ")))
    }
    let routed = groups.filter { group in
      group.deployments.count > 1 || fallbacks.contains { $0.group == group.name }
    }
    // A name of one deployment is that of its Model; what a Route has for a name no Model may have.
    for group in groups where !routed.contains(where: { $0.name == group.name }) {
      addModel(group.deployments[0], name: ManifestGathering.slug(group.name))
    }
    for group in routed { for deployment in group.deployments { addModel(deployment, name: nil) } }
    let routes = routed.map { route($0.name, $0.deployments) }
    for (home, name) in providers { noteKey(of: home, name) }
    return ModelsConfigImport(
      providers: providers.sorted { $0.name < $1.name }.map {
        ManifestGathering.manifest(.provider, $0.name, spec(of: $0.home, $0.name))
      },
      models: models, routes: routes, notes: notes)
  }

  private mutating func addModel(_ deployment: LiteLLMDeployment, name wanted: String?) {
    let provider = provider(of: deployment.home)
    let key = provider + ":" + deployment.modelID
    if let name = known[key] {
      if wanted != nil, wanted != name {
        notes.append("'\(deployment.group)' is model '\(name)' too; clients ask for it by that name")
      }
      return
    }
    let fallback = ManifestGathering.slug(provider + "-" + deployment.modelID)
    var name = wanted.flatMap { $0.isEmpty ? nil : $0 } ?? fallback
    if !names.insert(name).inserted { name = fallback; names.insert(name) }
    known[key] = name
    let isOther = wanted != nil && name != deployment.group && deployment.group != deployment.modelID
    models.append(
      ManifestGathering.manifest(
        .model, name, deployment.spec(provider: provider, aliases: isOther ? [deployment.group] : [])))
  }

  private mutating func provider(of home: LiteLLMHome) -> String {
    if let found = providers.first(where: { $0.home == home }) { return found.name }
    let word = ManifestGathering.slug(home.word)
    var name = word
    var number = 2
    while providers.contains(where: { $0.name == name }) {
      name = "\(word)-\(number)"
      number += 1
    }
    providers.append((home, name))
    return name
  }

  private func spec(of home: LiteLLMHome, _ name: String) -> FieldValue {
    var spec = FieldValue.object(["type": .string(home.type.rawValue)])
    if let base = home.baseURL { spec.set("baseURL", .string(base)) }
    if !home.usesOwnKey || home.hasKey { spec.set("secret", .string(name)) }
    return spec
  }

  /// Says where the key of a provider goes. A key itself is never printed, and never written.
  private mutating func noteKey(of home: LiteLLMHome, _ name: String) {
    if home.type == .custom, home.baseURL == nil {
      notes.append("provider '\(name)': set its baseURL: the file names no address of it")
    }
    let host = (home.baseURL ?? home.type.defaultBaseURL).flatMap { WebAddress($0)?.host } ?? "HOST"
    if home.hasKey {
      notes.append(
        "provider '\(name)': its key stands in the file; put it into a file of its own and name that in the host "
          + "policy, secrets: {\(name): {file: PATH, hosts: [\(host)]}}")
    } else if !home.usesOwnKey, let variable = home.keyVariable {
      notes.append(
        "provider '\(name)': name its key in the host policy, secrets: {\(name): {env: \(variable), hosts: [\(host)]}}")
    }
  }

  private mutating func route(_ group: String, _ deployments: [LiteLLMDeployment]) -> FieldValue {
    var targets: [FieldElement] = []
    var highest: Int64 = 0
    func model(of deployment: LiteLLMDeployment) -> String? {
      providers.first { $0.home == deployment.home }.flatMap { known[$0.name + ":" + deployment.modelID] }
    }
    func add(_ deployment: LiteLLMDeployment, _ priority: Int64) {
      guard let name = model(of: deployment), !targets.contains(where: { $0.value["model"]?.string == name }) else {
        return
      }
      targets.append(
        FieldElement(
          .object([
            "model": .string(name), "weight": deployment.weight.map { .integer($0) },
            "priority": priority == 0 ? nil : .integer(priority),
          ])))
      highest = max(highest, priority)
    }
    for deployment in deployments { add(deployment, deployment.order ?? 0) }
    for other in fallbacks.filter({ $0.group == group }).flatMap(\.to) {
      guard let found = groups.first(where: { $0.name == other }) else {
        notes.append("fallbacks of '\(group)': there is no '\(other)'")
        continue
      }
      let priority = highest + 1
      for deployment in found.deployments { add(deployment, priority) }
    }
    let name = ManifestGathering.slug(group)
    if name != group { notes.append("'\(group)' is route '\(name)' now; clients ask for it by that name") }
    return ManifestGathering.manifest(
      .route, name,
      .object([
        "strategy": .string(strategy), "targets": .list(targets),
        "attempts": attempts.flatMap { (1...100).contains($0) ? .integer($0) : nil },
      ]))
  }
}
