import DroverCore
import Synchronization

/// The way to one receiver.
final class WebhookPost: Sendable {
  private struct State {
    var queue = WebhookQueue()
    var isEnded = false
    /// Whether people know that events do not arrive: they are told once, until one arrives again.
    var isKnownToFail = false
  }

  private let spec: WebhookSpec
  private let state = Mutex(State())
  private let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

  init(_ spec: WebhookSpec) { self.spec = spec }

  func end() {
    state.withLock { $0.isEnded = true }
    wake.finish()
  }

  /// Queues what the receiver wants. Returns what is to be told where events had to be left out.
  func take(_ items: [WebhookQueue.Item], missed: UInt64, now: Timestamp) -> FleetEvent? {
    let wanted = items.filter { spec.wants($0.event.name) }
    let left = state.withLock { state in
      state.queue.miss(missed)
      return UInt64(state.queue.offer(wanted)) + missed
    }
    if !wanted.isEmpty { wake.yield() }
    guard left > 0 else { return nil }
    return failure("it is too slow, and \(left) events were left out", now: now)
  }

  /// Sends one event after the other, until the end.
  func work(
    _ transport: any WebhookTransport, _ surroundings: Surroundings, tell: ([FleetEvent]) async -> Void
  ) async {
    while !Task.isCancelled {
      let (item, missed, isEnded) = state.withLock { ($0.queue.next(), $0.queue.missed, $0.isEnded) }
      if isEnded { return }
      guard let item else {
        for await _ in wakes { break }
        continue
      }
      switch await transport.send(Self.delivery(item, missed: missed), to: spec) {
      case .delivered:
        state.withLock { state in
          state.queue.delivered()
          state.isKnownToFail = false
        }
      case .failed(let cause): await failed(cause, isFinal: false, surroundings, tell)
      case .refused(let cause): await failed(cause, isFinal: true, surroundings, tell)
      }
    }
  }

  private func failed(
    _ cause: String, isFinal: Bool, _ surroundings: Surroundings, _ tell: ([FleetEvent]) async -> Void
  ) async {
    if Task.isCancelled { return }
    let chance = Double(surroundings.random() >> 11) / Double(1 << 53)
    switch state.withLock({ $0.queue.failed(isFinal: isFinal, chance: chance) }) {
    case .givenUp:
      if let event = failure("an event could not be delivered: \(cause)", now: surroundings.now()) {
        await tell([event])
      }
    case .tryAgain(let pause): try? await surroundings.sleep(pause)
    }
  }

  private func failure(_ cause: String, now: Timestamp) -> FleetEvent? {
    let isNews = state.withLock { state in
      defer { state.isKnownToFail = true }
      return !state.isKnownToFail
    }
    guard isNews else { return nil }
    return FleetEvent(
      time: now, name: WebhookSpec.failureEvent, severity: .warning, reason: .notObserved,
      object: Identity(.fleet, "fleet"),
      message: "webhook \(spec.shown): \(cause); look at the receiver, or take it out of spec.webhooks",
      actor: "controller", payload: .object(["receiver": .string(spec.shown)]))
  }

  /// `{type, timestamp, data}`, as Standard Webhooks has it; `missed` tells of events that will never come.
  private static func delivery(_ item: WebhookQueue.Item, missed: UInt64) -> WebhookDelivery {
    WebhookDelivery(
      id: item.id,
      body: .object([
        "type": .string(item.event.name), "timestamp": .string(item.event.time.precise),
        "data": item.event.streamed, "missed": missed == 0 ? nil : .integer(Int64(clamping: missed)),
      ]))
  }
}
