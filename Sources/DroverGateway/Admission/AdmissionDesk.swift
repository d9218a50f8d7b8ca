import DroverAdmission
package import DroverCore
import Synchronization

/// The one place where all event loops ask for limits and money: the pure machine behind a lock that is held for a
/// decision and never over a wait.
///
/// It follows the manifests by itself: a request is decided under the newest rules that its router could have seen. What
/// new rules have counted before is read from the ledger first; requests wait for that, and nothing is let through on a
/// guess.
package final class AdmissionDesk: Sendable {
  struct State {
    var machine = AdmissionMachine()
    /// What the rules in force were made of.
    var table: RoutingTable?
    /// What the ledger has still to tell.
    var unread = AdmissionMachine.Uncounted()
    var parked: [@Sendable () -> Void] = []
    var zones: [String: ZoneRules] = [:]
    /// What the status of policies shows.
    var figures: EnforcementFigures?
  }

  /// What a request asks for.
  struct Inquiry {
    /// Name of the Model.
    var model: String
    /// Its key, which the ledger knows it by.
    var key: String
    var accessKey: String?
    var route: String?
    var demand: Demand
  }

  enum Answer {
    case taken(Taken)
    case refused(DroverAdmission.Refusal, RateAllowance, at: Timestamp)
    /// The model or the access key is gone since the request was routed.
    case outdated
    /// The desk calls back.
    case later
  }

  /// What was taken for an attempt.
  struct Taken {
    var admission: Admission
    var hold: Hold
    /// What is left for others.
    var rates: RateAllowance
    /// Nil: nobody knows what the model costs, and no budget asks.
    var prices: ModelPrices?
  }

  let state = Mutex(State())
  let surroundings: Surroundings
  let zones: @Sendable (String) -> ZoneRules?
  let wakes: AsyncStream<Void>
  let wake: AsyncStream<Void>.Continuation
  let events: AsyncStream<[AdmissionEvent]>
  private let tell: AsyncStream<[AdmissionEvent]>.Continuation

  /// `zones` gives the rules of a time zone by its name.
  package init(surroundings: Surroundings, zones: @escaping @Sendable (String) -> ZoneRules? = { _ in nil }) {
    self.surroundings = surroundings
    self.zones = zones
    (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    (events, tell) = AsyncStream.makeStream()
  }

  var time: AdmissionTime {
    AdmissionTime(uptime: surroundings.uptime().wholeMilliseconds, wall: surroundings.now())
  }

  /// Why the request would be refused now; nil: for nothing. Takes nothing. `resume` is called, on any thread, where the
  /// answer is ``Answer/later``.
  func look(
    _ inquiry: Inquiry, _ routing: any RoutingSource, resume: @escaping @Sendable () -> Void
  ) -> Answer? {
    let time = time
    return state.withLock { state in
      switch prepare(inquiry, routing, &state, resume) {
      case .success(let request):
        guard state.machine.refusal(of: request, at: time) != nil else { return nil }
        // Asked in earnest, it is refused for the same, and what is to be told of that is told.
        return decide(request, &state, at: time, as: nil)
      case .failure(let obstacle): return obstacle.answer
      }
    }
  }

  /// Decides, and takes what the request needs, or nothing. What is taken is given back by ``finish(_:_:)``.
  func take(
    _ inquiry: Inquiry, id: AttemptID, _ routing: any RoutingSource, resume: @escaping @Sendable () -> Void
  ) -> Answer {
    let time = time
    return state.withLock { state in
      let request: AdmissionRequest
      switch prepare(inquiry, routing, &state, resume) {
      case .success(let made): request = made
      case .failure(let obstacle): return obstacle.answer
      }
      return decide(request, &state, at: time, as: (id, inquiry.key))
    }
  }

  /// `attempt` names what is taken, and the model that bills; nil: nothing is to be taken.
  private func decide(
    _ request: AdmissionRequest, _ state: inout State, at time: AdmissionTime,
    as attempt: (id: AttemptID, model: String)?
  ) -> Answer {
    defer { told(&state) }
    switch state.machine.admit(request, at: time) {
    case .refused(let refusal):
      return .refused(refusal, state.machine.allowance(of: request, at: time), at: time.wall)
    case .admitted(let admission):
      let hold = attempt.flatMap { state.machine.hold(of: admission.ticket, id: $0.id, model: $0.model) }
      guard let hold else {
        state.machine.finish(admission.ticket, .unused, at: time)
        return .outdated
      }
      let prices = state.machine.table.models[request.model].terms.prices
      let rates = state.machine.allowance(of: request, at: time)
      return .taken(Taken(admission: admission, hold: hold, rates: rates, prices: prices))
    }
  }

  /// Ends a request. A second end changes nothing.
  func finish(_ ticket: AdmissionTicket, _ end: AttemptEnd) {
    let time = time
    state.withLock { state in
      state.machine.finish(ticket, end, at: time)
      told(&state)
    }
  }

  private func told(_ state: inout State) {
    let events = state.machine.takeEvents()
    if !events.isEmpty { tell.yield(events) }
  }

  private enum Obstacle: Error {
    case outdated, later

    var answer: Answer { self == .outdated ? .outdated : .later }
  }

  private func prepare(
    _ inquiry: Inquiry, _ routing: any RoutingSource, _ state: inout State, _ resume: @escaping @Sendable () -> Void
  ) -> Result<AdmissionRequest, Obstacle> {
    follow(routing, &state)
    guard state.unread.isEmpty else {
      state.parked.append(resume)
      return .failure(.later)
    }
    let roster = state.machine.table.roster
    guard let model = roster.models.number(of: inquiry.model) else { return .failure(.outdated) }
    let accessKey = inquiry.accessKey.map { roster.accessKeys.number(of: $0) } ?? Names.none
    let route = inquiry.route.map { roster.routes.number(of: $0) } ?? Names.none
    guard let accessKey, let route else { return .failure(.outdated) }
    return .success(
      AdmissionRequest(accessKey: accessKey, model: model, route: route, demand: inquiry.demand))
  }
}
