import DroverCore
import Synchronization

/// What all event loops of the gateway share.
struct GatewayShared: Sendable {
  let routing: any RoutingSource
  let gate: any ModelGate
  let access: any UpstreamAccess
  let ledger: GatewayLedger
  let hosts: HostCheck
  let now: @Sendable () -> Timestamp
  let traffic: any TrafficSink
  let waits = ModelWaits()
  let buffered = BufferedBytes()
  let open = OpenCount()
}

/// How many connections are open, and the end of the last.
final class OpenCount: Sendable {
  private struct State {
    var count = 0
    var waiter: AsyncStream<Void>.Continuation?
  }

  private let state = Mutex(State())

  func opened() { state.withLock { $0.count += 1 } }

  func closed() {
    let waiter = state.withLock { state in
      state.count -= 1
      return state.count == 0 ? state.waiter : nil
    }
    waiter?.finish()
  }

  /// Ends once no connection is open.
  func none() -> AsyncStream<Void> {
    let (stream, signal) = AsyncStream.makeStream(of: Void.self)
    let isNone = state.withLock { state in
      state.waiter = signal
      return state.count == 0
    }
    if isNone { signal.finish() }
    return stream
  }
}
