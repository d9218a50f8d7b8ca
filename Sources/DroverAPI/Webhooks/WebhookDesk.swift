package import DroverCore
import ServiceLifecycle
import Synchronization

/// Sends events to the receivers that the Fleet names.
///
/// It listens to the hub as any other listener does, so that nobody who records an event waits for it; each receiver has
/// a queue of its own, so that a slow or dead one delays no other.
package final class WebhookDesk: Service {
  private struct State {
    var hooks: [WebhookSpec: WebhookPost] = [:]
    var listener: UInt64?
  }

  private let hub: EventHub
  private let transport: any WebhookTransport
  private let surroundings: Surroundings
  private let state = Mutex(State())
  private let (added, add) = AsyncStream.makeStream(of: WebhookPost.self)

  /// Events that are taken from the hub at once.
  private static let batch = 256

  package init(hub: EventHub, transport: any WebhookTransport, surroundings: Surroundings) {
    self.hub = hub
    self.transport = transport
    self.surroundings = surroundings
  }

  /// Takes effect at once: what waits for a receiver that stays still goes there, and one that is gone gets no more.
  package func configure(_ specs: [WebhookSpec]) {
    let listener = state.withLock { state in
      for (spec, post) in state.hooks where !specs.contains(spec) {
        post.end()
        state.hooks[spec] = nil
      }
      for spec in specs where state.hooks[spec] == nil {
        let post = WebhookPost(spec)
        state.hooks[spec] = post
        add.yield(post)
      }
      return state.listener
    }
    if let listener { hub.want(listener, Self.wanted(specs)) }
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      await withDiscardingTaskGroup { group in
        group.addTask { await self.read() }
        for await post in added {
          group.addTask { await post.work(self.transport, self.surroundings, tell: self.hub.record) }
        }
        group.cancelAll()
      }
    }
  }

  /// Names beside those of kept events.
  private static func wanted(_ specs: some Sequence<WebhookSpec>) -> Set<String> {
    specs.reduce(into: []) { $0.formUnion($1.events ?? []) }
  }

  /// Hands events to the queues. What was recorded before the first receiver is known goes to it too, as far as the hub
  /// has it.
  private func read() async {
    guard let (listener, wakes) = hub.listen(wanting: []) else { return }
    defer { hub.leave(listener) }
    let known = state.withLock { state in
      state.listener = listener
      return Set(state.hooks.keys)
    }
    hub.want(listener, Self.wanted(known))
    var position: UInt64 = 0
    await distribute(&position)
    for await _ in wakes { await distribute(&position) }
  }

  private func distribute(_ position: inout UInt64) async {
    let posts = state.withLock { Array($0.hooks.values) }
    guard !posts.isEmpty else { return }
    while true {
      let (missed, found) = hub.events(after: position, limit: Self.batch)
      let items = found.map { WebhookQueue.Item(id: "\(hub.epoch)-\($0.number)", event: $0.event) }
      for post in posts {
        if let event = post.take(items, missed: missed, now: surroundings.now()) { await hub.record([event]) }
      }
      guard let last = found.last else { return }
      position = last.number
    }
  }
}
