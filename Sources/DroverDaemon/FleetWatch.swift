import DroverCore
import ServiceLifecycle

/// Hands the Fleet's effective spec to whoever acts on it beside the reconcile loop: once it is known, and whenever it
/// is another.
struct FleetWatch: Service {
  let control: any FleetControl
  let surroundings: Surroundings
  let apply: @Sendable (FieldValue) async -> Void

  /// Changes of a fleet come in swarms, few of them of its spec.
  private static let pause = Duration.milliseconds(250)
  private static let longestWait = Duration.seconds(600)

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var version: UInt64 = 0
      var known: FieldValue?
      while !Task.isCancelled {
        version = await control.change(after: version, timeout: Self.longestWait)
        if let spec = await control.object(Identity(.fleet, "fleet"))?["spec"], spec != known {
          known = spec
          await apply(spec)
        }
        try? await surroundings.sleep(Self.pause)
      }
    }
  }
}
