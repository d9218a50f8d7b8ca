package import DroverCore

/// Who uses which model, and who waits for which, in the order in which they came. Pure: instants come in as values.
///
/// A model is open while an instance serves and nobody is about to unload it; only then is anybody let in. What is open
/// is learnt from the reconcile loop, and closing it is one step with looking whether it is idle: nobody is let in to
/// something that is on its way out.
package struct UseBook: Sendable {
  package enum Answer: Equatable, Sendable {
    case ready(instance: String)
    /// Its place in the queue, from 1.
    case waits(position: Int)
    case refused(ModelRefusal)
  }

  /// What became of a request that waited.
  package enum Outcome: Equatable, Sendable {
    case ready(instance: String)
    case refused(ModelRefusal)
  }

  private struct Waiter {
    var ticket: UInt64
    var since: Timestamp
  }

  private struct Entry {
    var open: String?
    /// Instances that are about to be unloaded.
    var closed: Set<String> = []
    var uses: [String: Int] = [:]
    var waiting: [Waiter] = []
    var lastUsed: Timestamp?

    var inFlight: Int { uses.values.reduce(0, +) }
    var isEmpty: Bool { open == nil && closed.isEmpty && uses.isEmpty && waiting.isEmpty }
  }

  /// What the planner is told of one model.
  package struct Use: Equatable, Sendable {
    package var lastUsed: Timestamp?
    package var inFlight: Int
    package var waitingSince: Timestamp?

    package init(lastUsed: Timestamp?, inFlight: Int, waitingSince: Timestamp?) {
      self.lastUsed = lastUsed
      self.inFlight = inFlight
      self.waitingSince = waitingSince
    }
  }

  private var entries: [String: Entry] = [:]
  private var uses: [UInt64: ModelUse] = [:]
  private var changed: Set<String> = []
  private var lastTicket: UInt64 = 0
  /// Whether somebody began to wait since the last ``takeNews()``, or waits no more.
  package private(set) var hasDemandNews = false

  package init() {}

  package var hasNews: Bool { !changed.isEmpty }

  /// A request for `model`; at most `limit` wait for one.
  package mutating func begin(_ model: String, limit: Int, now: Timestamp) -> (ticket: UInt64, answer: Answer) {
    lastTicket += 1
    var entry = entries[model] ?? Entry()
    defer { entries[model] = entry }
    changed.insert(model)
    if let instance = entry.open {
      admit(lastTicket, model, instance, &entry, now)
      return (lastTicket, .ready(instance: instance))
    }
    guard entry.waiting.count < limit else {
      let refusal = ModelRefusal(
        .queueFull(waiting: entry.waiting.count),
        "\(entry.waiting.count) requests wait for model '\(model)' already (loading.queue.maxRequests)",
        retryAfter: .seconds(1))
      return (lastTicket, .refused(refusal))
    }
    entry.waiting.append(Waiter(ticket: lastTicket, since: now))
    hasDemandNews = true
    return (lastTicket, .waits(position: entry.waiting.count))
  }

  /// The same where the model is open; nil, and nothing noted, where it is not.
  package mutating func beginAtOnce(_ model: String, now: Timestamp) -> ModelUse? {
    guard let instance = entries[model]?.open else { return nil }
    lastTicket += 1
    changed.insert(model)
    let use = ModelUse(ticket: lastTicket, model: model, instance: instance)
    uses[lastTicket] = use
    entries[model]?.uses[instance, default: 0] += 1
    entries[model]?.lastUsed = now
    return use
  }

  private mutating func admit(
    _ ticket: UInt64, _ model: String, _ instance: String, _ entry: inout Entry, _ now: Timestamp
  ) {
    uses[ticket] = ModelUse(ticket: ticket, model: model, instance: instance)
    entry.uses[instance, default: 0] += 1
    entry.lastUsed = now
  }

  /// A use is over. Returns the instance that has nothing in flight any more and is about to be unloaded.
  package mutating func end(_ ticket: UInt64, now: Timestamp) -> String? {
    guard let use = uses.removeValue(forKey: ticket), var entry = entries[use.model] else { return nil }
    defer { entries[use.model] = entry }
    changed.insert(use.model)
    entry.lastUsed = now
    let left = (entry.uses[use.instance] ?? 1) - 1
    entry.uses[use.instance] = left > 0 ? left : nil
    return left <= 0 && entry.closed.contains(use.instance) ? use.instance : nil
  }

  /// A waiting request goes away. Its place, from 1; nil where it does not wait any more.
  package mutating func leave(_ ticket: UInt64, model: String) -> Int? {
    guard let place = entries[model]?.waiting.firstIndex(where: { $0.ticket == ticket }) else { return nil }
    entries[model]?.waiting.remove(at: place)
    hasDemandNews = true
    changed.insert(model)
    return place + 1
  }

  /// Lets nobody in to an instance any more, since it is about to be unloaded. With `onlyIfIdle`, false and nothing
  /// done while somebody uses the model or waits for it.
  package mutating func close(_ instance: String, of model: String, onlyIfIdle: Bool) -> Bool {
    var entry = entries[model] ?? Entry()
    if onlyIfIdle, entry.inFlight > 0 || !entry.waiting.isEmpty { return false }
    if entry.open == instance { entry.open = nil }
    entry.closed.insert(instance)
    entries[model] = entry
    return true
  }

  /// The unloading was not begun after all.
  package mutating func reopen(_ instance: String, of model: String) { entries[model]?.closed.remove(instance) }

  /// The instance is gone.
  package mutating func forget(_ instance: String, of model: String) {
    entries[model]?.closed.remove(instance)
    if entries[model]?.open == instance { entries[model]?.open = nil }
  }

  package func isUsed(_ instance: String, of model: String) -> Bool { entries[model]?.uses[instance] != nil }

  /// Models whose standing matters now: somebody waits for them, or they are open.
  package var concerned: [(model: String, since: Timestamp?)] {
    entries.filter { $0.value.open != nil || !$0.value.waiting.isEmpty }
      .map { ($0.key, $0.value.waiting.first?.since) }.sorted { $0.0 < $1.0 }
  }

  /// Takes over how a model stands; returns the requests that no longer wait.
  package mutating func follow(
    _ model: String, _ standing: ModelStanding, now: Timestamp
  ) -> [(ticket: UInt64, outcome: Outcome)] {
    guard var entry = entries[model] else { return [] }
    defer { entries[model] = entry }
    switch standing {
    case .serving(let instance) where !entry.closed.contains(instance):
      entry.open = instance
      guard !entry.waiting.isEmpty else { return [] }
      changed.insert(model)
      hasDemandNews = true
      let admitted = entry.waiting.map(\.ticket)
      entry.waiting = []
      for ticket in admitted { admit(ticket, model, instance, &entry, now) }
      return admitted.map { ($0, .ready(instance: instance)) }
    case .refused(let reason, let message, let retryAt):
      entry.open = nil
      guard !entry.waiting.isEmpty else { return [] }
      changed.insert(model)
      let refusal = ModelRefusal(
        reason == .modelNotFound ? .unknownModel : .unavailable(reason), "model '\(model)' cannot be had: \(message)",
        retryAfter: retryAt.map { max(.seconds(1), $0 - now) })
      hasDemandNews = true
      let refused = entry.waiting.map(\.ticket)
      entry.waiting = []
      return refused.map { ($0, .refused(refusal)) }
    case .serving, .pending:
      entry.open = nil
      return []
    }
  }

  /// What changed since the last call, by model, for the planner.
  package mutating func takeNews() -> [(model: String, use: Use)] {
    let models = changed.sorted()
    changed = []
    hasDemandNews = false
    return models.map { model in
      let entry = entries[model] ?? Entry()
      if entry.isEmpty { entries[model] = nil }
      return (
        model, Use(lastUsed: entry.lastUsed, inFlight: entry.inFlight, waitingSince: entry.waiting.first?.since)
      )
    }
  }
}
