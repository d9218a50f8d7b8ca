import DroverCore

/// What is done about models that were loaded within a limit which is lower now: those that may go do, the least recently
/// used first, and the provider says what is left over.
enum PoolRules {
  static func apply(to builder: inout PlanBuilder) {
    let limited = builder.providers.values.filter { provider in
      provider.spec.isManaged && provider.isOnThisNode && provider.isRegistered && !provider.spec.pools.isEmpty
    }
    guard !limited.isEmpty else { return }
    let held = Held(builder)
    var evictions: EvictionBook?
    for provider in limited.sorted(by: { $0.spec.name < $1.spec.name }) {
      for pool in provider.spec.pools where held.amount(provider.spec.name, pool.name) > pool.limit {
        var book = evictions ?? EvictionBook(builder)
        Excess(provider: provider.spec, pool: pool, holders: held.holders(provider.spec.name, pool.name))
          .settle(&book, &builder)
        evictions = book
      }
    }
  }
}

/// What is set aside of each pool for child processes that have not ended. What was measured does not count: that moves
/// by itself, and nobody's edit made it too much.
private struct Held {
  private struct Key: Hashable {
    var provider: String
    var pool: String
  }

  private var sums: [Key: ByteCount] = [:]
  private let instances: [ObservedInstance]

  init(_ builder: PlanBuilder) {
    let all = builder.world.observed.instances
    // By index: most instances of a large fleet are hosted ones, and copying them costs more than the sum.
    instances = all.indices.filter { all[$0].instance.isManaged && !all[$0].hasEnded }.map { all[$0] }
    for observed in instances {
      for amount in observed.instance.reserved {
        sums[Key(provider: observed.instance.provider, pool: amount.pool), default: .zero] += amount.amount
      }
    }
  }

  func amount(_ provider: String, _ pool: String) -> ByteCount { sums[Key(provider: provider, pool: pool)] ?? .zero }

  func holders(_ provider: String, _ pool: String) -> [Holder] {
    instances.filter { $0.instance.provider == provider }.compactMap { observed in
      observed.instance.reserved.first { $0.pool == pool }.map { Holder(observed: observed, amount: $0.amount) }
    }
  }
}

private struct Holder {
  var observed: ObservedInstance
  var amount: ByteCount
}

/// One pool of which more is held than its limit allows.
private struct Excess {
  let provider: ProviderSpec
  let pool: ProviderSpec.Pool
  let holders: [Holder]

  func settle(_ book: inout EvictionBook, _ builder: inout PlanBuilder) {
    let identity = Identity(.provider, provider.name)
    let sum = holders.map(\.amount).reduce(.zero, +)
    let excess = "models hold \(sum.display) of pool \(pool.name), whose limit is \(pool.limit.display)"
    var staying = holders.filter { !$0.observed.isStopping && !builder.leaving.contains($0.observed.instance.id) }
    func left() -> ByteCount { staying.map(\.amount).reduce(.zero, +) }
    var chosen: [Int] = []
    for index in book.evictable.indices where left() > pool.limit {
      let victim = book.evictable[index]
      guard let place = staying.firstIndex(where: { $0.observed.instance.id == victim.observed.instance.id }) else {
        continue
      }
      staying.remove(at: place)
      chosen.append(index)
      builder.add(
        .clear,
        victim.model.unload(
          victim.observed, drain: victim.model.drain, .evicted,
          "unload: \(excess); last needed at \(victim.lastNeed)"))
    }
    book.remove(chosen)
    if left() <= pool.limit {
      let going = holders.filter { holder in
        !staying.contains { $0.observed.instance.id == holder.observed.instance.id }
      }
      builder.add(Wait(identity, .draining, "\(excess); \(names(of: going)) \(isAre(going)) being unloaded"))
      return
    }
    let isHopeless = staying.count == holders.count && !book.hasProspects
    builder.add(
      Wait(
        identity, .insufficientMemory,
        "\(excess): \(names(of: staying)) \(stays(staying)) loaded; raise managed.pools.\(pool.name).limit, or set "
          + "desiredState of a model to OnDemand or Unloaded", until: book.nextChance, isTerminal: isHopeless))
  }

  /// `model/a (4.0GiB) and model/b (2.0GiB)`, the largest first.
  private func names(of holders: [Holder]) -> String {
    let sorted = holders.sorted { left, right in
      left.amount == right.amount
        ? left.observed.instance.id < right.observed.instance.id : left.amount > right.amount
    }
    let parts = sorted.map { "model/\($0.observed.instance.model) (\($0.amount.display))" }
    return parts.count < 2
      ? parts.joined() : parts.dropLast().joined(separator: ", ") + " and " + (parts.last ?? "")
  }

  private func isAre(_ holders: [Holder]) -> String { holders.count == 1 ? "is" : "are" }
  private func stays(_ holders: [Holder]) -> String { holders.count == 1 ? "stays" : "stay" }
}
