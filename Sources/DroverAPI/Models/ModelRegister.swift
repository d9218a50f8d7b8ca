import DroverCore
import DroverRegistry
import Synchronization

/// Keeps the ``Registry`` of this moment: what changed since the last question is put in, and the rest stays.
final class ModelRegister: Sendable {
  fileprivate struct Kept {
    var version: UInt64 = 0
    /// Up to where usage was put in.
    var usageVersion: UInt64 = 0
    var discovered: [String: DiscoveredModel] = [:]
    /// The objects of Models, by name.
    var objects: [String: FieldValue] = [:]
    var registry = Registry()
    /// Keys of entries that came since, and have no usage yet.
    var unsummed: [String] = []
  }

  private let control: any FleetControl
  private let discovery: (any ModelDiscovery)?
  /// Nil: nothing is known of usage.
  private let usage: (any UsageStatistics)?
  private let kept = Mutex<Kept?>(nil)

  init(control: any FleetControl, discovery: (any ModelDiscovery)?, usage: (any UsageStatistics)? = nil) {
    self.control = control
    self.discovery = discovery
    self.usage = usage
  }

  /// All models: declared, registered and discovered.
  func registry() async -> Registry {
    // Read before the objects, so that what is kept is never older than its version.
    let version = await control.version
    let listed = await discovery?.discoveredModels() ?? []
    if let known = kept.withLock({ $0 }), known.version == version, known.discovered.count == listed.count,
      listed.allSatisfy({ known.discovered[$0.key] == $0 })
    {
      return withUsage(known).registry
    }
    let prices = await discovery?.priceCatalogue() ?? .builtIn
    let now = await discovery?.time() ?? Timestamp(milliseconds: 0)
    var homes: [String: ModelHome] = [:]
    for object in await control.objects(of: .provider) {
      guard let name = object[path: ["metadata", "name"]]?.string else { continue }
      homes[name] = ModelHome(spec: object["spec"] ?? .emptyMap)
    }
    var objects: [String: FieldValue] = [:]
    for object in await control.objects(of: .model) where !object.isRemoved {
      if let name = object[path: ["metadata", "name"]]?.string { objects[name] = object }
    }
    let discovered = Dictionary(listed.map { ($0.key, $0) }) { $1 }
    // Whatever a provider is shows in all of its models.
    var next =
      kept.withLock { $0 }.flatMap { $0.registry.providers == homes ? $0 : nil }
      ?? Kept(registry: Registry(providers: homes))
    next.unsummed = []
    next.take(objects)
    next.take(discovered) { ModelEntry($0, home: homes[$0.provider], prices: prices, now: now) }
    next.version = version
    if let usage {
      for key in next.unsummed { next.put(usage.usage(of: key), of: key) }
    }
    return withUsage(next).registry
  }

  /// With what was used since, kept for the next question.
  private func withUsage(_ known: Kept) -> Kept {
    var made = known
    if let news = usage?.changes(after: known.usageVersion) {
      for (key, sums) in Dictionary(grouping: news.usage, by: \.model) {
        made.put(usage?.usage(of: key) ?? sums, of: key)
      }
      made.usageVersion = news.version
    }
    // Of two that are made at the same time the older one is not kept.
    kept.withLock { kept in
      guard let other = kept else { return kept = made }
      if (other.version, other.usageVersion) <= (made.version, made.usageVersion) { kept = made }
    }
    return made
  }

  /// Notes that somebody read a model, before its status tells so.
  func recordAccess(of key: String, _ access: ModelAccess) {
    kept.withLock { $0?.registry.recordAccess(of: key, count: access.accessCount, at: access.lastAccessed) }
  }
}

extension ModelRegister.Kept {
  /// Puts in what differs from the objects that were known.
  fileprivate mutating func take(_ newest: [String: FieldValue]) {
    func entry(_ object: FieldValue?) -> ModelEntry? {
      object.flatMap { ModelEntry(object: $0, providers: registry.providers) }
    }
    for (name, object) in objects where newest[name] != object {
      guard let former = entry(object) else { continue }
      let next = entry(newest[name])
      // One that stays under its key keeps what was counted of it.
      if next?.key == former.key, next?.origin == former.origin { continue }
      registry.unregister(former.key, origin: former.origin)
    }
    for (name, object) in newest where objects[name] != object {
      if let entry = entry(object) { unsummed.append(registry.register(entry)) }
    }
    objects = newest
  }

  fileprivate mutating func take(_ newest: [String: DiscoveredModel], entry: (DiscoveredModel) -> ModelEntry) {
    for key in discovered.keys where newest[key] == nil { registry.unregister(key, origin: .discovered) }
    for (key, model) in newest where discovered[key] != model { unsummed.append(registry.register(entry(model))) }
    discovered = newest
  }

  /// Puts in what is known of the usage of a model; nothing where it was never used.
  fileprivate mutating func put(_ usage: [ModelUsage], of key: String) {
    guard !usage.isEmpty, let entry = registry[key] else { return }
    registry.setUsage(of: key, UsageStatement(usage, currency: entry.currency).fieldValue)
  }
}
