package import DroverCore
import DroverWire

extension LlamaCppRouterDriver {
  /// A stream that says nothing for so long may be dead without anybody having noticed.
  private static let streamLimit: Duration = .seconds(600)
  private static let longestDelay: Duration = .seconds(60)
  /// Before a router that has no such stream is asked for it again.
  private static let unsupportedDelay: Duration = .seconds(600)

  package func watch(_ provider: ProviderSpec, changed: @escaping @Sendable () -> Void) async {
    var failures = 0
    while !Task.isCancelled {
      let outcome = await follow(provider, changed: changed)
      failures = outcome == .ended ? 0 : failures + 1
      do {
        try await surroundings.sleep(outcome == .unsupported ? Self.unsupportedDelay : delay(failures))
      } catch {
        return
      }
    }
  }

  private enum Outcome { case ended, failed, unsupported }

  /// Nothing is told twice: what happened before the stream was open is seen by looking then.
  private func follow(_ provider: ProviderSpec, changed: @escaping @Sendable () -> Void) async -> Outcome {
    guard let api = try? api(of: provider) else { return .failed }
    let request = UpstreamClient.Request(
      url: api.root + "/models/sse", token: api.server.secret?.value, timeout: Self.streamLimit)
    do throws(UpstreamFailure) {
      let status = try await upstream.follow(request, opened: changed) { line in
        if let event = RouterEvent(line: line), !event.isProgress { changed() }
      }
      switch status {
      case 200: return .ended
      case 404, 405, 501: return .unsupported
      default: return .failed
      }
    } catch {
      return error == .timedOut ? .ended : .failed
    }
  }

  /// Doubles from one second on, and half of it is left to chance.
  private func delay(_ failures: Int) -> Duration {
    let whole = min(Self.longestDelay, .seconds(1 << min(max(0, failures - 1), 10)))
    let milliseconds = UInt64(max(2, whole.wholeMilliseconds))
    return .milliseconds(Int64(milliseconds / 2 + surroundings.random() % (milliseconds / 2)))
  }
}
