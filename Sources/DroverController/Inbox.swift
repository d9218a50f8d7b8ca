import DroverCore
import Synchronization

/// What reaches the reconcile loop from outside of it.
enum Message: Sendable {
  case manifests(ManifestDelta)
  case observation(provider: String, DriverObservation)
  case facts(model: String, ModelFacts)
  case pools([PoolObservation])
  /// A launch ended well: the instance as the driver left it.
  case started(Instance)
  case startFailed(instance: String, DriverError)
  case warmedUp(instance: String)
  case warmUpFailed(instance: String, DriverError)
  case stopped(instance: String)
  case stopFailed(instance: String, DriverError)
  case straysEnded([String])
  /// The durable state may not take changes any more.
  case storeInDoubt
  case profileRequested(Identity, ProfileRequest)
  /// Whoever asked for a profile has gone.
  case profileAbandoned(request: UInt64)
  case profileEnded(ProfileJob, ProfileEnd)
  case probed(Identity, ProbeRecord, actor: String, request: UInt64)
  case metricsReported(Identity, MetricsUpdate, request: UInt64)
  case reconcileRequested(Identity?, token: String, actor: String)
  case pruneConfirmed(token: String, actor: String)
  case discovered(DiscoveryReport)
  case overrideAsked(Override)
  case overrideEnded(Override.Key, actor: String)
  case switchAsked(PendingSwitch)
  /// Somebody registers models, or takes them out.
  case registration(RegistrationRequest)
  /// Discovered models are to be forgotten, by their keys.
  case forgetDiscovered(Set<String>, actor: String, request: String)
  /// Secrets that are keys of AccessKeys, all that are named, as they are now.
  case keySecrets([String: KeySecret])
  /// Somebody asks for a model to be loaded or unloaded.
  case loadRequested(model: String, LoadRequest)
  /// Somebody began to wait for a model, or waits no more.
  case demandChanged
  /// Requests went to models that serve, which can wait a little.
  case useChanged
}

/// Messages for the loop, and a wake-up that coalesces: many messages are one round.
final class Inbox: Sendable {
  private let messages = Mutex<[Message]>([])
  /// One element stands for any number of messages.
  let wakes: AsyncStream<Void>
  private let wake: AsyncStream<Void>.Continuation

  init() {
    (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  func post(_ message: Message) {
    messages.withLock { $0.append(message) }
    wake.yield()
  }

  /// Asks for a round without any news: something became due.
  func poke() { wake.yield() }

  func finish() { wake.finish() }

  /// Whether the manifests changed and that was not taken out yet.
  var holdsManifests: Bool {
    messages.withLock { $0.contains { if case .manifests = $0 { true } else { false } } }
  }

  /// Whether there is news, and all of it is of models in use.
  var holdsOnlyUse: Bool {
    messages.withLock { messages in
      !messages.isEmpty && messages.allSatisfy { if case .useChanged = $0 { true } else { false } }
    }
  }

  func drain() -> [Message] {
    messages.withLock { stored in
      let all = stored
      stored = []
      return all
    }
  }
}
