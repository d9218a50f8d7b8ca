import NIOCore
import Synchronization

/// The connections of one server, each of which ends when its reply is written once the server is to end.
final class OpenConnections: Sendable {
  private struct State {
    var channels: [ObjectIdentifier: any Channel] = [:]
    var isEnding = false
  }

  private let state = Mutex(State())

  func insert(_ channel: any Channel) {
    state.withLock { $0.channels[ObjectIdentifier(channel)] = channel }
  }

  func remove(_ channel: any Channel) {
    state.withLock { _ = $0.channels.removeValue(forKey: ObjectIdentifier(channel)) }
  }

  /// From now on the connection understands that the server ends; that may have been said already.
  func isSetUp(_ channel: any Channel) {
    if state.withLock(\.isEnding) { Self.quiesce(channel) }
  }

  /// Idle connections are closed at once, others after their reply.
  func quiesce() {
    let all = state.withLock { state in
      state.isEnding = true
      return Array(state.channels.values)
    }
    for channel in all { Self.quiesce(channel) }
  }

  private static func quiesce(_ channel: any Channel) {
    channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
  }
}
