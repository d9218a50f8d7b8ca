import DroverAdmission
import DroverCore
import DroverWire

/// What an attempt is charged, from what is known at its end.
struct Bill: Equatable {
  var outcome: UsageOutcome
  var tokens = TokenCounts.zero
  var cost = Money.zero
  var flags: UsageFlags = []
  /// Whether limits of tokens count all that was reserved.
  var isUnknown = false

  /// What is known of an attempt at its end.
  struct Facts {
    /// Whether all of the request was sent.
    var wasSent = false
    /// Of the upstream; nil: no status line came.
    var status: Int?
    var usage: MeteredUsage?
    /// Whether the reply came to the end of its body.
    var isWhole = false
    var isClientGone = false
    /// Whether requests of this sort are billed at all, and whether they have an answer in tokens.
    var isBilled = true
    var hasOutput = true
  }

  /// `hold`: what was set aside. `reserved`: tokens that limits were told.
  ///
  /// What the provider reports is charged, as it is. A whole answer without a report is charged for what was counted here.
  /// A broken one is charged at its hold, if there is one: nobody else knows how much of it is billed.
  init(_ facts: Facts, hold: Money, reserved: Int64, prices: ModelPrices?) {
    guard facts.wasSent || facts.status != nil else {
      self.init(outcome: facts.isClientGone ? .cancelled : .error)
      return
    }
    guard let status = facts.status else {
      self.init(outcome: facts.isClientGone ? .cancelled : .error)
      guard hold > .zero || reserved > 0 else { return }
      (outcome, cost, isUnknown) = (.lost, hold, true)
      return
    }
    guard (200..<400).contains(status), facts.isBilled else {
      self.init(outcome: (200..<400).contains(status) && facts.isWhole ? .ok : .error)
      return
    }
    guard let usage = facts.usage else {
      self.init(outcome: facts.isWhole ? .ok : facts.isClientGone ? .cancelled : .cut)
      (cost, isUnknown) = (hold, true)
      flags.insert(.estimated)
      return
    }
    let isAnswered = facts.isWhole && usage.isComplete && !usage.isFailed
    self.init(
      outcome: isAnswered ? .ok : usage.isFailed ? .error : facts.isClientGone ? .cancelled : .cut,
      tokens: usage.tokens)
    if usage.isFailed, usage.isEstimated, usage.tokens.output == 0 {
      // The provider says that it failed, and nothing came: there is nothing to charge.
      tokens = .zero
      return
    }
    if usage.isEstimated { flags.insert(.estimated) }
    if let tier = usage.serviceTier, !["default", "standard", "auto"].contains(tier) { flags.insert(.tier) }
    cost = prices?.cost(of: usage.tokens, tools: usage.toolUses, serviceTier: usage.serviceTier) ?? .zero
    let isKnown = usage.isOutputTold || isAnswered || !facts.hasOutput && usage.isComplete
    guard !isKnown, hold > .zero else { return }
    flags.insert(.estimated)
    cost = max(cost, hold)
  }

  private init(outcome: UsageOutcome, tokens: TokenCounts = .zero) {
    self.outcome = outcome
    self.tokens = tokens
  }

  var end: AttemptEnd { AttemptEnd(tokens: isUnknown ? nil : tokens.billable, cost: cost) }
}
