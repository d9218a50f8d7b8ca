import DroverAdmission
import DroverCore
import DroverHTTP
import DroverJournal
import DroverWire
import NIOCore

/// What one exchange holds of limits and budgets, from its admission to its settlement: which happens once, whatever
/// ends it.
final class Charge {
  private enum Stage { case open, settling, settled }

  private let loop: GatewayLoop
  private let taken: AdmissionDesk.Taken
  private let request: UInt64
  private let startedAt: NIODeadline
  private var firstToken: NIODeadline?
  private var stage = Stage.open
  /// Whether the hold is in the journal: a settlement without one means nothing.
  private var isJournaled = false
  private var facts: Bill.Facts
  var meter: ReplyMeter

  init(
    _ taken: AdmissionDesk.Taken, request: UInt64, loop: GatewayLoop, meter: ReplyMeter, path: InferencePath
  ) {
    self.taken = taken
    self.request = request
    self.loop = loop
    self.meter = meter
    startedAt = loop.eventLoop.now
    facts = Bill.Facts(isBilled: path != .countTokens, hasOutput: path != .embeddings)
  }

  /// Tokens of answer that the upstream must be told, where the request itself does not say so.
  var outputLimit: Int64? { taken.admission.maxTokens }
  /// What the answer was lowered to, against what was asked for.
  var clamp: Int64? { taken.admission.isClamped ? taken.admission.maxTokens : nil }
  /// What limits leave for others.
  var rates: [(name: StaticString, value: String)] { taken.rates.fields }
  /// Whether something counts its tokens or its money.
  var isCounted: Bool { taken.admission.reservedTokens > 0 || taken.admission.hold > .zero }
  /// Whether its end is known, and not acknowledged yet: what the client is to get last waits for that.
  var isSettling: Bool { stage == .settling }
  var isOpen: Bool { stage == .open }
  /// Whether what it costs hangs on how it ends.
  var holdsMoney: Bool { taken.hold.worstCost > .zero }
  /// Whether it cannot cost anything; nil where its model has no price.
  var isFree: Bool? { taken.prices?.isFree }

  /// Sets aside in the journal. `then` is told whether the request may be sent. False where it can never be.
  func write(then: @escaping (Bool) -> Void) -> Bool {
    let hold = HoldRecord(taken.hold, names: loop.journal.names)
    return loop.journal.hold(hold) { [self] isWritten in
      isJournaled = isWritten
      // Where nothing hangs on it, a full disk keeps nobody from being served.
      then(isWritten || hold.budgets.isEmpty && hold.limits.isEmpty)
    }
  }

  /// Whether the upstream can have all of the request.
  func sent(_ isSent: Bool) { facts.wasSent = isSent }

  func clientGone() { facts.isClientGone = true }

  /// A piece of the reply's body passes.
  func take(_ piece: inout ByteBuffer) {
    meter.take(&piece)
    if firstToken == nil, meter.hasContent { firstToken = loop.eventLoop.now }
  }

  /// Settles by what is known now; `isWhole`: the reply, or its stream, came to its end. `then` is told at the end of the
  /// tick whether that is in the journal. False where it was settled before.
  @discardableResult
  func settle(isWhole: Bool, then: ((Bool) -> Void)? = nil) -> Bool {
    guard stage == .open else { return false }
    facts.isWhole = isWhole
    facts.status = meter.status
    facts.usage = meter.usage
    var bill = Bill(
      facts, hold: taken.hold.worstCost, reserved: taken.admission.reservedTokens, prices: taken.prices)
    if taken.admission.isClamped { bill.flags.insert(.clamped) }
    loop.shared.ledger.desk.finish(taken.admission.ticket, bill.end)
    guard isJournaled else {
      stage = .settled
      then?(true)
      return true
    }
    stage = then == nil ? .settled : .settling
    loop.journal.settle(
      record(bill),
      then: then.map { then in
        { [self] isWritten in
          stage = .settled
          then(isWritten)
        }
      })
    return true
  }

  private func record(_ bill: Bill) -> SettleRecord {
    let now = loop.eventLoop.now
    return SettleRecord(
      request: request, settledAt: loop.shared.now(), outcome: bill.outcome, flags: bill.flags,
      status: UInt16(clamping: facts.status ?? 0), tokens: bill.tokens, cost: bill.cost,
      timeToFirstToken: firstToken.map { UInt32(clamping: ($0 - startedAt).nanoseconds / 1000) },
      duration: (now - startedAt).nanoseconds / 1000)
  }
}

extension ReplyShape {
  init(_ path: InferencePath) {
    switch path {
    case .chat, .completions, .embeddings: self = .completions
    case .responses: self = .responses
    case .messages, .countTokens: self = .messages
    }
  }
}
