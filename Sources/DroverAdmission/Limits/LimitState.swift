/// What one subject of a limit uses: its windows, and how many of its requests are in flight.
///
/// Asking changes nothing but what time has changed; taking is a step of its own, so that everything may be asked before
/// anything is taken.
package struct LimitState: Equatable, Sendable {
  /// What a taken request must remember to give tokens back.
  package struct Entry: Equatable, Sendable {
    /// Sequence number in the window of a minute.
    package var sequence: UInt32
    /// The tokens that were added.
    package var tokens: Int64
  }

  private var minute = RollingWindow()
  private var day = RollingWindow()
  private var inFlight: Int64 = 0

  package init() {}

  package var use: LimitUse {
    LimitUse(
      requestsInMinute: minute.requests, tokensInMinute: minute.tokens, requestsInDay: day.requests, inFlight: inFlight)
  }

  /// Tokens in the last minute.
  package var tokens: Int64 { minute.tokens }

  /// Drops what has left its window. Everything that is asked afterwards is of `now`.
  package mutating func expire(at now: UInt32) {
    minute.expire(at: now, length: .minute)
    day.expire(at: now, length: .day)
  }

  /// Why a request of so many tokens has no room; nil where it has. The window of a day is asked first and concurrency
  /// last: what frees latest says when to come back.
  package func excess(requests: Int64 = 1, tokens: Int64, under limits: WindowLimits, at now: UInt32) -> LimitExcess? {
    if requests > 0, day.requests &+ requests > limits.requestsPerDay {
      return excess(.requestsPerDay, day.requests, requests, limits, now)
    }
    if requests > 0, minute.requests &+ requests > limits.requestsPerMinute {
      return excess(.requestsPerMinute, minute.requests, requests, limits, now)
    }
    if tokens > limits.tokensPerMinute &- minute.tokens {
      return excess(.tokensPerMinute, minute.tokens, tokens, limits, now)
    }
    if requests > 0, inFlight >= limits.concurrency { return excess(.concurrency, inFlight, requests, limits, now) }
    return nil
  }

  private func excess(
    _ window: WindowLimits.Window, _ used: Int64, _ requested: Int64, _ limits: WindowLimits, _ now: UInt32
  ) -> LimitExcess {
    let limit = limits[window]
    let over = used &+ requested &- limit
    var wait: UInt32?
    if requested <= limit {
      switch window {
      case .requestsPerDay: wait = day.wait(forRequests: over, tokens: 0, at: now, length: .day)
      case .requestsPerMinute: wait = minute.wait(forRequests: over, tokens: 0, at: now, length: .minute)
      case .tokensPerMinute: wait = minute.wait(forRequests: 0, tokens: over, at: now, length: .minute)
      case .concurrency: wait = nil
      }
    }
    return LimitExcess(window: window, used: used, limit: limit, requested: requested, retryAfter: wait)
  }

  /// What is left of a window; concurrency has none to come back.
  func room(_ window: WindowLimits.Window, under limits: WindowLimits, at now: UInt32) -> RateAllowance.Window {
    let used = use[window]
    let wait: UInt32
    switch window {
    case .requestsPerDay: wait = day.wait(forRequests: used, tokens: 0, at: now, length: .day)
    case .requestsPerMinute: wait = minute.wait(forRequests: used, tokens: 0, at: now, length: .minute)
    case .tokensPerMinute: wait = minute.wait(forRequests: 0, tokens: used, at: now, length: .minute)
    case .concurrency: wait = 0
    }
    return RateAllowance.Window(limit: limits[window], remaining: max(0, limits[window] - used), resetAfter: wait)
  }

  /// Takes a request of so many tokens. `requests` is 0 where the request itself has been taken before, and takes more
  /// tokens for another attempt.
  package mutating func take(requests: UInt32 = 1, tokens: Int64, under limits: WindowLimits, at now: UInt32) -> Entry {
    var sequence: UInt32 = 0
    if limits.limitsMinutes { sequence = minute.add(requests: requests, tokens: tokens, at: now, length: .minute) }
    if limits.limitsDays, requests > 0 { _ = day.add(requests: requests, tokens: 0, at: now, length: .day) }
    inFlight += Int64(requests)
    return Entry(sequence: sequence, tokens: limits.limitsMinutes ? tokens : 0)
  }

  /// Sets the tokens of what was taken to what they really were: fewer leave the entry that they were added to, more are
  /// a debt of now.
  package mutating func settle(_ entry: Entry, tokens: Int64, under limits: WindowLimits, at now: UInt32) {
    guard limits.limitsMinutes else { return }
    if tokens < entry.tokens {
      minute.takeBack(tokens: entry.tokens - tokens, from: entry.sequence)
    } else if tokens > entry.tokens {
      _ = minute.add(requests: 0, tokens: tokens - entry.tokens, at: now, length: .minute)
    }
  }

  /// Gives the place of a request back.
  package mutating func release() { inFlight -= 1 }

  /// Takes over what was let through before: entries in the order of time, none after `now`. What is there already is
  /// younger and stays.
  package mutating func restore(
    _ past: [PastUse], under limits: WindowLimits, minutes: Bool = true, days: Bool = true, at now: UInt32
  ) {
    let entries = past.sorted { $0.age > $1.age }
    var restored = LimitState()
    for use in entries {
      let stamp = now &- use.age
      if minutes, limits.limitsMinutes, use.age <= WindowLength.minute.milliseconds {
        _ = restored.minute.add(requests: use.requests, tokens: use.tokens, at: stamp, length: .minute)
      }
      if days, limits.limitsDays, use.age <= WindowLength.day.milliseconds {
        _ = restored.day.add(requests: use.requests, tokens: 0, at: stamp, length: .day)
      }
    }
    expire(at: now)
    minute.prepend(restored.minute)
    day.prepend(restored.day)
  }

  /// Forgets what was let through in these windows; places in flight stay.
  package mutating func clear(minutes: Bool, days: Bool) {
    if minutes { minute.clear() }
    if days { day.clear() }
  }

  /// Gives memory back; true where nothing is left to remember.
  package mutating func sweep(at now: UInt32) -> Bool {
    expire(at: now)
    minute.shrink()
    day.shrink()
    return inFlight == 0 && minute.isEmpty && day.isEmpty
  }
}

/// What was let through some time ago.
package struct PastUse: Equatable, Sendable {
  /// Milliseconds.
  package var age: UInt32
  package var requests: UInt32
  package var tokens: Int64

  package init(age: UInt32, requests: UInt32, tokens: Int64) {
    self.age = age
    self.requests = requests
    self.tokens = tokens
  }
}
