package import DroverCore

/// All models as one set, found by key, name, alias, id, provider and capability in constant time.
///
/// Each key is one model: where several say that it exists, the one of the highest ``ModelEntry/Origin`` speaks for it,
/// and the others come back when that one is gone. A value: whoever holds one sees one moment.
package struct Registry: Sendable {
  /// By Provider name.
  package let providers: [String: ModelHome]
  private(set) var models: [String: ModelEntry] = [:]
  /// Those that another origin hides, lowest first.
  private var hidden: [String: [ModelEntry]] = [:]
  /// All keys.
  private var all = SortedKeys()
  private var byName: [String: String] = [:]
  private var byAlias: [String: SortedKeys] = [:]
  private var byID: [String: SortedKeys] = [:]
  private var byProvider: [String: SortedKeys] = [:]
  private var byCapability: [Capability: SortedKeys] = [:]

  package init(providers: [String: ModelHome] = [:]) { self.providers = providers }

  package init(entries: [ModelEntry], providers: [String: ModelHome]) {
    self.init(providers: providers)
    models.reserveCapacity(entries.count)
    // In the order of keys every index grows at its end.
    for entry in entries.sorted(by: { $0.key < $1.key }) { register(entry) }
  }

  package var count: Int { models.count }

  /// Sorted by key.
  package var entries: [ModelEntry] { all.keys.compactMap { models[$0] } }

  package var keys: [String] { all.keys }

  package subscript(key: String) -> ModelEntry? { models[key] }
}

extension Registry {
  /// Puts a model in, and returns its key. One of the same key and origin is replaced; one of another origin stays
  /// beside it, and the higher of the two is what is seen. What was counted and measured of a key stays where the new
  /// entry says nothing of it.
  @discardableResult
  package mutating func register(_ entry: ModelEntry) -> String {
    let key = entry.key
    guard let known = models[key] else {
      show(entry)
      return key
    }
    if entry.origin < known.origin {
      hide(entry)
      return key
    }
    if entry.origin > known.origin { hide(known) }
    hidden[key]?.removeAll { $0.origin == entry.origin }
    withdraw(known)
    show(entry.keepingHistory(of: known))
    return key
  }

  /// Changes a model in place. What decides its key and its origin stays as it is. False where there is none.
  @discardableResult
  package mutating func update(_ key: String, _ change: (inout ModelEntry) -> Void) -> Bool {
    guard let known = models[key] else { return false }
    var entry = known
    change(&entry)
    (entry.provider, entry.modelID, entry.origin) = (known.provider, known.modelID, known.origin)
    withdraw(known)
    show(entry)
    return true
  }

  /// Removes what `origin` says of a key; nil: all that is known of it. False where that was nothing.
  @discardableResult
  package mutating func unregister(_ key: String, origin: ModelEntry.Origin? = nil) -> Bool {
    guard let known = models[key] else { return false }
    guard let origin else {
      withdraw(known)
      hidden[key] = nil
      return true
    }
    if known.origin != origin {
      let before = hidden[key]?.count
      hidden[key]?.removeAll { $0.origin == origin }
      return hidden[key]?.count != before
    }
    withdraw(known)
    if let next = hidden[key]?.popLast() { show(next) }
    return true
  }

  /// Notes that somebody read a model: how often by now, and when. An older count changes nothing.
  package mutating func recordAccess(of key: String, count: Int64, at time: Timestamp) {
    models[key]?.note(accessCount: count, lastAccessed: time)
  }

  /// Notes what a model was used for since its statistics were reset; none of it decides where the model is found.
  package mutating func setUsage(of key: String, _ usage: FieldValue) { models[key]?.status.set("usage", usage) }

  private mutating func hide(_ entry: ModelEntry) {
    var others = (hidden[entry.key] ?? []).filter { $0.origin != entry.origin }
    others.append(entry)
    hidden[entry.key] = others.sorted { $0.origin < $1.origin }
  }

  private mutating func show(_ entry: ModelEntry) {
    let key = entry.key
    models[key] = entry
    all.insert(key)
    if let name = entry.resource { byName[name] = key }
    for alias in entry.aliases { byAlias[alias, default: SortedKeys()].insert(key) }
    byID[entry.modelID, default: SortedKeys()].insert(key)
    byProvider[entry.provider, default: SortedKeys()].insert(key)
    for capability in entry.capabilities { byCapability[capability, default: SortedKeys()].insert(key) }
  }

  private mutating func withdraw(_ entry: ModelEntry) {
    let key = entry.key
    models[key] = nil
    all.remove(key)
    if let name = entry.resource, byName[name] == key { byName[name] = nil }
    for alias in entry.aliases { byAlias[alias]?.remove(key) }
    byID[entry.modelID]?.remove(key)
    byProvider[entry.provider]?.remove(key)
    for capability in entry.capabilities { byCapability[capability]?.remove(key) }
  }
}

extension Registry {
  func key(ofName name: String) -> String? { byName[name] }
  func key(ofAlias alias: String) -> String? { byAlias[alias]?.keys.first }
  func keys(ofID id: String) -> [String] { byID[id]?.keys ?? [] }
  func keys(ofProvider provider: String) -> [String] { byProvider[provider]?.keys ?? [] }
  func keys(with capability: Capability) -> [String] { byCapability[capability]?.keys ?? [] }

  /// Sorted by key.
  package func models(of provider: String) -> [ModelEntry] { keys(ofProvider: provider).compactMap { models[$0] } }

  /// Sorted by key.
  package func models(with capability: Capability) -> [ModelEntry] { keys(with: capability).compactMap { models[$0] } }
}

/// Keys in their order, each once.
private struct SortedKeys: Sendable {
  private(set) var keys: [String] = []

  mutating func insert(_ key: String) {
    // Most come in their order.
    guard let last = keys.last, last >= key else { return keys.append(key) }
    let place = place(of: key)
    if keys[place] != key { keys.insert(key, at: place) }
  }

  mutating func remove(_ key: String) {
    let place = place(of: key)
    if place < keys.count, keys[place] == key { keys.remove(at: place) }
  }

  /// Of the first key that is not below `key`.
  private func place(of key: String) -> Int {
    var (low, high) = (0, keys.count)
    while low < high {
      let middle = (low + high) / 2
      if keys[middle] < key { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension ModelEntry {
  /// This entry with what was counted and measured of `former`, where it has none of its own.
  fileprivate func keepingHistory(of former: ModelEntry) -> ModelEntry {
    var entry = self
    for field in ["accessCount", "lastAccessed", "usage", "performance"] where entry.status[field] == nil {
      if let value = former.status[field] { entry.status.set(field, value) }
    }
    // A status may be older than what was noted since.
    if former.accessCount > entry.accessCount, let time = former.status["lastAccessed"] {
      entry.status.set("accessCount", .integer(former.accessCount))
      entry.status.set("lastAccessed", time)
    }
    return entry
  }
}
