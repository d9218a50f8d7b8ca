package import DroverCore
import Synchronization

/// Models of a server that speaks OpenAI's protocol. Loading checks that the server lists the model; unloading only ends
/// routing, since the server is not ours.
package final class OpenAICompatibleDriver: ModelDriver {
  let upstream: UpstreamClient
  let secrets: SecretSource
  let surroundings: Surroundings
  /// By base address and name of secret, so that providers do not answer for one another.
  private let listings = Mutex<[String: ModelListing]>([:])
  let health = Mutex<[String: HealthRecord]>([:])

  /// How long a listing serves for loading: short enough for a model that was just added to be found.
  private static let loadListingAge: Duration = .seconds(1)

  package init(_ settings: DriverSettings, upstream: UpstreamClient, surroundings: Surroundings) {
    self.upstream = upstream
    secrets = SecretSource(settings.policy.secrets, environment: settings.environment)
    self.surroundings = surroundings
  }

  package func facts(of target: ModelTarget) async -> ModelFacts {
    do throws(DriverError) {
      _ = try client(for: target.provider)
      return ModelFacts(reloadHash: target.reloadHash)
    } catch {
      return ModelFacts(reloadHash: target.reloadHash, problem: ModelFacts.Problem(error.reason, error.message))
    }
  }

  package func prepare(
    _ instance: Instance, target: ModelTarget, taken: Set<Int>
  ) async throws(DriverError) -> Instance {
    instance
  }

  package func start(_ instance: Instance, target: ModelTarget) async throws(DriverError) -> Instance {
    switch try await listing(of: target.provider, youngerThan: Self.loadListingAge).outcome {
    case .failure(let error): throw error
    case .models(let ids):
      // A server that lists nothing at all is starting: that is never read as "its models are gone".
      guard !ids.isEmpty else {
        throw .unreachable(address: "provider '\(target.provider.name)'", cause: "it lists no models")
      }
      guard ids.contains(inSorted: instance.modelID) else {
        throw .modelNotFound(Self.notListed(instance.modelID, at: target.provider, among: ids))
      }
    }
    let now = surroundings.now()
    health.withLock { $0[instance.id, default: HealthRecord(wasReady: false)].succeeded(now: now) }
    var instance = instance
    instance.readyAt = instance.readyAt ?? now
    return instance
  }

  package func warmUp(_ instance: Instance, target: ModelTarget) async throws(DriverError) {
    let kinds: [InferenceKind] = target.model.llamaCpp.embedding ? [.embedding] : InferenceKind.allCases
    try await client(for: target.provider)
      .inferOneToken(model: instance.modelID, kinds: kinds, timeout: target.provider.loadTimeout)
  }

  package func stop(_ instance: Instance, provider: ProviderSpec?, drain: Duration) async throws(DriverError) {
    health.withLock { $0[instance.id] = nil }
  }

  package func endStrays(known: [Instance]) async -> [String] { [] }
}

extension OpenAICompatibleDriver {
  func client(for provider: ProviderSpec) throws(DriverError) -> OpenAIClient {
    guard let text = provider.baseURL else {
      throw .notPermitted("provider '\(provider.name)' has no baseURL; give the address of its server")
    }
    guard let endpoint = OpenAIEndpoint(text) else {
      throw .notPermitted("baseURL of provider '\(provider.name)' must be http://HOST or https://HOST, without a user")
    }
    return OpenAIClient(
      upstream: upstream, endpoint: endpoint, secret: try secrets.secret(of: provider, for: endpoint),
      subject: "provider '\(provider.name)' at \(endpoint.authority)")
  }

  func listing(
    of provider: ProviderSpec, youngerThan age: Duration
  ) async throws(DriverError) -> ListingResult {
    let client = try client(for: provider)
    let key = client.endpoint.base + " " + (provider.secret ?? "")
    let listing = listings.withLock { listings in
      if let known = listings[key] { return known }
      let new = ModelListing()
      listings[key] = new
      return new
    }
    return try await listing.result(youngerThan: age, now: surroundings.now) { () async throws(DriverError) in
      try await client.models(timeout: provider.connectTimeout)
    }
  }

  /// Says that a listing, which is not empty, lacks a model.
  static func notListed(_ id: String, at provider: ProviderSpec, among ids: [String]) -> String {
    let hint = Suggestion.phrase(for: id, among: ids)
    return "provider '\(provider.name)' does not list a model '\(id)'" + (hint.isEmpty ? listed(ids) : hint)
  }

  private static func listed(_ ids: [String]) -> String {
    let shown = ids.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
    return "; it lists \(shown)" + (ids.count > 3 ? " and \(ids.count - 3) more" : "")
  }
}

extension [String] {
  /// Whether this sorted array has the element.
  func contains(inSorted element: String) -> Bool {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = low + (high - low) / 2
      if self[middle] < element { low = middle + 1 } else { high = middle }
    }
    return low < endIndex && self[low] == element
  }
}
