import DroverAdmission
import DroverCore

/// A machine with a clock and names instead of numbers.
final class Desk {
  var machine: AdmissionMachine
  var now: Timestamp
  private let start: Timestamp

  convenience init(_ fleet: Fleet, at now: String = "2026-11-21T12:00:00Z", leases: Bool = false) {
    self.init(fleet.table(), at: now, leases: leases)
  }

  init(_ table: AdmissionTable, at now: String, leases: Bool = false) {
    machine = AdmissionMachine(table, leases: leases)
    self.now = instant(now)
    start = self.now
  }

  var time: AdmissionTime {
    AdmissionTime(uptime: now.milliseconds - start.milliseconds + 4_294_000_000, wall: now)
  }

  func pass(_ duration: Duration) { now = now + duration }

  func request(
    _ key: String = "alice", _ model: String = "big", route: String? = nil, input: Int64 = 0, output: Int64? = 0,
    sequences: Int64 = 1
  ) -> AdmissionRequest {
    let roster = machine.table.roster
    return AdmissionRequest(
      accessKey: roster.accessKeys.number(of: key) ?? Names.none, model: roster.models.number(of: model) ?? Names.none,
      route: route.flatMap { roster.routes.number(of: $0) } ?? Names.none,
      demand: Demand(input: InputBound(textBytes: input), maxTokens: output, sequences: sequences))
  }

  func ask(_ request: AdmissionRequest, continuing ticket: AdmissionTicket? = nil) -> Decision {
    machine.admit(request, continuing: ticket, at: time)
  }

  /// Nil where it is refused.
  func admit(_ request: AdmissionRequest, continuing ticket: AdmissionTicket? = nil) -> Admission? {
    guard case .admitted(let admission) = ask(request, continuing: ticket) else { return nil }
    return admission
  }

  /// Nil where it is admitted.
  func refuse(_ request: AdmissionRequest) -> Refusal? {
    guard case .refused(let refusal) = ask(request) else { return nil }
    return refusal
  }

  @discardableResult
  func finish(_ admission: Admission?, tokens: Int64? = 0, cost: String? = "0") -> Bool {
    guard let admission else { return false }
    let end = AttemptEnd(tokens: tokens, cost: cost.flatMap { Money($0) })
    return machine.finish(admission.ticket, end, at: time)
  }

  func look(_ request: AdmissionRequest) -> Refusal? { machine.refusal(of: request, at: time) }

  @discardableResult
  func settle(_ admission: Admission, _ end: AttemptEnd) -> Bool { machine.settle(admission.ticket, end, at: time) }

  func grant(_ grant: Grant) -> Bool { machine.grant(grant) }

  func adopt(_ fleet: Fleet) -> AdmissionMachine.Uncounted { machine.adopt(fleet.table(after: machine.table)) }

  func events() -> [AdmissionEvent] { machine.takeEvents() }

  func upstreamUse(_ model: String) -> LimitUse {
    machine.upstreamUse(of: machine.table.roster.models.number(of: model) ?? Names.none, at: time)
  }

  /// Spent, held and remaining of a budget's one subject, or of the one that is named.
  func balance(_ budget: String, of subject: String = "") -> String {
    let found = machine.balance(of: budget, at: time).first { $0.subject == subject }
    return found.map { "\($0.spent) \($0.held) \($0.remaining)" } ?? "none"
  }

  func use(_ limit: String, of subject: String = "") -> LimitUse? {
    machine.use(of: limit, at: time).first { $0.subject == subject }?.use
  }
}
