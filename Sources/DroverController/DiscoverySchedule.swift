import DroverCore

/// When each provider is asked for its models. Pure; the board runs what it says.
struct DiscoverySchedule {
  private struct Entry {
    var spec: ProviderSpec
    var due: Timestamp
    var isRunning = false
  }

  /// Of providers on this node.
  private var entries: [String: Entry] = [:]

  /// Follows the providers of the fleet that run on this node. A new one, and one that is another than before, is due
  /// at once.
  mutating func follow(_ desired: DesiredFleet, now: Timestamp, node: String) {
    var present: Set<String> = []
    for index in desired.objects.indices {
      guard desired.objects[index].identity.kind.order <= Kind.provider.order else { break }
      guard desired.objects[index].identity.kind == .provider, let resource = desired.objects[index].resource else {
        continue
      }
      let spec = ProviderSpec(name: desired.objects[index].identity.name, spec: resource.spec)
      guard spec.node == nil || spec.node == node else { continue }
      present.insert(spec.name)
      if entries[spec.name]?.spec == spec { continue }
      entries[spec.name] = Entry(spec: spec, due: now, isRunning: entries[spec.name]?.isRunning ?? false)
    }
    for name in entries.keys where !present.contains(name) { entries[name] = nil }
  }

  /// Those of `names` that are known, or all; sorted by name.
  func providers(_ names: [String]?) -> [ProviderSpec] {
    (names.map { $0.compactMap { entries[$0] } } ?? Array(entries.values)).map(\.spec).sorted { $0.name < $1.name }
  }

  /// What is due, marked as running, sorted by name.
  mutating func takeDue(now: Timestamp) -> [ProviderSpec] {
    var due: [ProviderSpec] = []
    for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
      guard entry.spec.discovery.isEnabled, !entry.isRunning, entry.due <= now else { continue }
      entries[name]?.isRunning = true
      due.append(entry.spec)
    }
    return due
  }

  /// Notes that a provider was asked as `spec`; one that has become another meanwhile stays due.
  mutating func asked(_ spec: ProviderSpec, now: Timestamp) {
    guard var entry = entries[spec.name] else { return }
    entry.isRunning = false
    if entry.spec == spec { entry.due = now + spec.discovery.interval }
    entries[spec.name] = entry
  }

  /// When the next provider is due; nil when none is.
  var nextDue: Timestamp? {
    entries.values.filter { $0.spec.discovery.isEnabled && !$0.isRunning }.map(\.due).min()
  }
}
