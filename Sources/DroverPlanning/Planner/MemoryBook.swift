import DroverCore

/// Who holds how much of which memory pool, over one planning pass. Every admitted load is entered, so that nothing is
/// handed out twice.
struct MemoryBook {
  private struct Key: Hashable {
    var provider: String
    var pool: String
  }

  /// Why a load does not fit.
  enum Obstacle: Equatable {
    /// More than the pool has in all.
    case never(pool: String, need: ByteCount, limit: ByteCount)
    /// More than is left of the pool now.
    case now(pool: String, need: ByteCount, left: ByteCount, limit: ByteCount?)
  }

  private var used: [Key: ByteCount] = [:]
  private var stillLoading: [String: ByteCount] = [:]
  private var free: [String: ByteCount] = [:]

  init(_ world: World) {
    for pool in world.observed.pools { free[pool.pool] = pool.free }
    for observed in world.observed.instances where observed.instance.isManaged && !observed.hasEnded {
      for amount in observed.instance.reserved {
        used[Key(provider: observed.instance.provider, pool: amount.pool), default: .zero] += observed.held(amount)
        if observed.isLoading { stillLoading[amount.pool, default: .zero] += amount.amount }
      }
    }
  }

  /// Enters a load that was admitted, or room that is kept for one.
  mutating func enter(_ need: [PoolAmount], provider: ProviderSpec) {
    for amount in need {
      used[Key(provider: provider.name, pool: amount.pool), default: .zero] += amount.amount
      stillLoading[amount.pool, default: .zero] += amount.amount
    }
  }

  /// The first pool in which `need` does not fit once `freed` is given back; nil if it fits.
  func obstacle(_ need: [PoolAmount], provider: ProviderSpec, freed: [ObservedInstance] = []) -> Obstacle? {
    for amount in need where amount.amount > .zero {
      let limit = provider.pools.first { $0.name == amount.pool }?.limit
      if let limit {
        if amount.amount > limit { return .never(pool: amount.pool, need: amount.amount, limit: limit) }
        let back = givenBack(freed.filter { $0.instance.provider == provider.name }, pool: amount.pool)
        let left = limit - (used[Key(provider: provider.name, pool: amount.pool)] ?? .zero) + back
        if amount.amount > left { return .now(pool: amount.pool, need: amount.amount, left: left, limit: limit) }
      }
      // Whatever was set aside, memory counts as free only when it was measured to be.
      if let measured = free[amount.pool] {
        let left = measured - (stillLoading[amount.pool] ?? .zero) + givenBack(freed, pool: amount.pool)
        if amount.amount > left { return .now(pool: amount.pool, need: amount.amount, left: left, limit: limit) }
      }
    }
    return nil
  }

  /// Whether the pool's limit alone keeps `need` out, and what holds it is loaded: nothing is on its way in that may
  /// fail yet, and memory that others on this machine take does not count.
  func isHeldForGood(_ obstacle: Obstacle, provider: ProviderSpec) -> Bool {
    guard case .now(let pool, let need, _, let limit?) = obstacle, (stillLoading[pool] ?? .zero) == .zero else {
      return false
    }
    return need > limit - (used[Key(provider: provider.name, pool: pool)] ?? .zero)
  }

  private func givenBack(_ instances: [ObservedInstance], pool: String) -> ByteCount {
    var sum = ByteCount.zero
    for observed in instances where observed.instance.isManaged && !observed.hasEnded {
      for amount in observed.instance.reserved where amount.pool == pool { sum += observed.held(amount) }
    }
    return sum
  }
}

extension MemoryBook.Obstacle {
  var isTerminal: Bool { if case .never = self { true } else { false } }

  /// `needs 24.0GiB on host; the pool has 16.0GiB. …`
  var message: String {
    switch self {
    case .never(let pool, let need, let limit):
      "needs \(need.display) on \(pool); the pool has \(limit.display). Lower llamaCpp.context.perRequest, slots or "
        + "requiredMemory, choose a smaller file, or raise managed.pools.\(pool).limit"
    case .now(let pool, let need, let left, let limit):
      "needs \(need.display) on \(pool); \(max(left, .zero).display)"
        + (limit.map { " of \($0.display)" } ?? "") + " can be had now"
    }
  }
}
