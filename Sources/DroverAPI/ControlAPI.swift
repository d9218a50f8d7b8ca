package import DroverCore
import Hummingbird
package import Logging
package import ServiceLifecycle

/// The control API of a running controller.
///
/// It answers on a TCP address, on `::1` as well where that is 127.0.0.1, and on a socket that its file mode keeps to
/// the user of droverd. While there are no tokens, writes over TCP are open to every program on this host; see
/// ``AccessPolicy`` for that, and for what keeps pages in browsers out.
package struct ControlAPI: Sendable {
  package struct Options: Sendable {
    /// Nil: no TCP.
    package var listen: ListenAddress?
    /// Path of the unix domain socket; nil: none. What is there already is taken as left behind, so this is to be used
    /// under the state lock only. Its folder has to be closed to other users (0700), since a socket is open to
    /// everyone for the moment between its making and the setting of its mode.
    package var socketPath: String?
    /// Listening sockets that the service manager made. They take the place of ``listen``, or of ``socketPath``,
    /// whichever is of their kind.
    package var passed: [PassedSocket]
    /// Host names by which clients may call beside those of loopback.
    package var allowedHosts: [String]
    /// Whether to listen on an address that other machines reach although nothing authenticates them.
    package var allowsUnauthenticatedNetwork: Bool
    /// Who may do what over TCP; empty: every program on this host.
    package var tokens: AccessTokens
    package var version: String
    /// How long a request may take to send its body, and a second more for each MiB that its path takes.
    package var bodyTimeout: Duration

    package init(
      listen: ListenAddress?, socketPath: String?, passed: [PassedSocket] = [], allowedHosts: [String] = [],
      allowsUnauthenticatedNetwork: Bool = false, tokens: AccessTokens = AccessTokens(),
      version: String = droverVersion, bodyTimeout: Duration = .seconds(30)
    ) {
      self.listen = listen
      self.socketPath = socketPath
      self.passed = passed
      self.allowedHosts = allowedHosts
      self.allowsUnauthenticatedNetwork = allowsUnauthenticatedNetwork
      self.tokens = tokens
      self.version = version
      self.bodyTimeout = bodyTimeout
    }
  }

  let control: any FleetControl
  /// What models there are beside those of manifests; nil: none are looked for.
  let discovery: (any ModelDiscovery)?
  let models: ModelRegister
  let measuring: (any ModelMeasuring)?
  let overrides: any OverrideControl
  let current: any CurrentModelControl
  /// Nil: models are declared by manifests alone.
  let registration: (any ModelRegistration)?
  /// Nil: nobody is told of events as they happen.
  let events: EventHub?
  /// Nil: the registry is written to no file.
  let snapshots: SnapshotDesk?
  /// Nil: nothing is loaded by request.
  let loads: (any LoadControl)?
  /// Nil: nothing is known of usage.
  let usage: UsageAccess?
  /// Nil: nothing can be examined.
  let examination: (any Examination)?
  let options: Options
  private let logger: Logger

  package init(
    control: any FleetControl, loads: (any LoadControl)? = nil, discovery: (any ModelDiscovery)? = nil,
    measuring: (any ModelMeasuring)? = nil, registration: (any ModelRegistration)? = nil, events: EventHub? = nil,
    snapshots: SnapshotDesk? = nil, usage: UsageAccess? = nil,
    examination: (any Examination)? = nil,
    overrides: any OverrideControl, current: any CurrentModelControl, options: Options, logger: Logger
  ) {
    self.control = control
    self.loads = loads
    self.discovery = discovery
    models = ModelRegister(control: control, discovery: discovery, usage: usage?.statistics)
    self.measuring = measuring
    self.registration = registration
    self.events = events
    self.snapshots = snapshots
    self.usage = usage
    self.examination = examination
    self.overrides = overrides
    self.current = current
    self.options = options
    self.logger = logger
  }

  /// The servers, for the daemon to run in its group. `onBound` is called for each once it takes connections, with the
  /// port that it really has. Throws ``ListenError`` for an address that must not be listened on.
  package func services(
    onBound: @escaping @Sendable (BoundAddress) -> Void = { _ in }
  ) throws(ListenError) -> [any Service] {
    var services: [any Service] = []
    for socket in options.passed {
      services.append(
        PassedServer(socket: socket, responder: responder(try access(to: socket)), logger: logger, onBound: onBound))
    }
    if let address = options.listen, !options.passed.contains(where: \.isTCP) {
      try requireClosed(address)
      services += TCPServer.servers(
        address, responder: responder(access(to: address)), logger: logger, onBound: onBound)
    }
    if let path = options.socketPath, options.passed.allSatisfy(\.isTCP) {
      guard path.utf8.count < SocketServer.pathLimit else { throw .pathTooLong(path) }
      services.append(SocketServer(path: path, responder: responder(.socket), logger: logger, onBound: onBound))
    }
    return services
  }

  private func access(to socket: PassedSocket) throws(ListenError) -> AccessPolicy {
    guard case .tcp(let address) = socket.address else { return .socket }
    try requireClosed(address)
    return access(to: address)
  }

  private func access(to address: ListenAddress) -> AccessPolicy {
    .tcp(options.allowedHosts + [address.host], tokens: options.tokens, isExposed: !address.isLoopback)
  }

  private func requireClosed(_ address: ListenAddress) throws(ListenError) {
    guard address.isLoopback || options.allowsUnauthenticatedNetwork else { throw .exposed(address) }
  }

  func responder(_ access: AccessPolicy) -> ControlResponder {
    ControlResponder(access: access, table: RouteTable(routes: routes), bodyTimeout: options.bodyTimeout)
  }

  var routes: [Route] {
    let described = describedRoutes
    return described + docRoutes(of: described)
  }

  private var describedRoutes: [Route] {
    [
      probeRoutes, resourceRoutes, actionRoutes, loadRoutes, modelRoutes, registryRoutes, registrationRoutes,
      statusRoutes, discoveryRoutes, overrideRoutes, currentRoutes, versionRoutes, measureRoutes, eventRoutes,
      savingRoutes, usageRoutes, doctorRoutes, metricRoutes,
    ].flatMap { $0 }
  }

  private var probeRoutes: [Route] {
    [
      Route(.get, "/healthz") { _ in Reply(text: "ok\n") },
      Route(.get, "/readyz") { [control] _ in
        let readiness = await control.readiness()
        guard !readiness.isReady else { return Reply(text: "ok\n") }
        return Reply(text: readiness.problems.map { $0 + "\n" }.joined(), status: .serviceUnavailable)
      },
      Route(.get, "/version") { [options] _ in Reply(json: .object(["version": .string(options.version)])) },
    ]
  }
}
