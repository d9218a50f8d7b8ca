import DroverAPI
import DroverCore
import DroverSystem
import Logging

/// Everything that flags and the environment decide, checked.
struct DaemonSettings: Sendable {
  var roots: [String]
  var statusDirectory: String
  var stateDirectory: String
  var hostPolicyPath: String?
  var priceCataloguePath: String?
  var listen: ListenAddress
  /// Nil: there is none.
  var gateway: ListenAddress?
  /// The socket of the gateway that the service manager listens on for us.
  var passedGateway: PassedSocket?
  /// Sockets that the service manager listens on for us, but the gateway's.
  var passed: [PassedSocket]
  var allowsUnauthenticatedNetwork: Bool
  var isOnce: Bool
  var logsAsText: Bool
  var logLevel: Logger.Level
  var environment: [String: String]
  /// Name, value and source of each, for the fleet's status.
  var shown: [(name: String, value: String, source: String)]

  static func resolve(
    _ command: DaemonCommand, environment: [String: String], sockets: [ServiceSocket]
  ) throws(DaemonError) -> DaemonSettings {
    var shown: [(name: String, value: String, source: String)] = []
    func pick(_ name: String, _ flag: String?, _ variable: String, _ fallback: String) -> String {
      let (value, source) =
        flag.map { ($0, "--" + name) } ?? environment[variable].map { ($0, variable) } ?? (fallback, "default")
      shown.append((name, value, source))
      return value
    }
    let joined = pick(
      "manifests", command.manifests.isEmpty ? nil : command.manifests.joined(separator: ":"), "DROVER_MANIFESTS",
      "manifests")
    let roots =
      command.manifests.isEmpty ? joined.split(separator: ":").map(String.init) : command.manifests
    let status = pick("status", command.status, "DROVER_STATUS", "status")
    let state = pick("state", command.state, "DROVER_STATE", "state")
    let listen = pick("listen", command.listen, "DROVER_LISTEN", "127.0.0.1:3001")
    let passed = try Self.passed(sockets.filter { $0.name != gatewaySocket })
    let passedGateway = try Self.passed(sockets.filter { $0.name == gatewaySocket })
    let gateway = try Self.gateway(command.gateway, environment, passedGateway, &shown)
    let addresses = passed.compactMap { if case .tcp(let address) = $0.address { "\(address)" } else { nil } }
    if !addresses.isEmpty {
      shown.removeAll { $0.name == "listen" }
      shown.append(("listen", addresses.joined(separator: ", "), "LISTEN_FDS"))
    }
    let policy = command.hostPolicy ?? environment["DROVER_HOST_POLICY"]
    shown.append(
      (
        "host-policy", policy ?? "built-in",
        command.hostPolicy != nil ? "--host-policy" : policy != nil ? "DROVER_HOST_POLICY" : "default"
      ))
    let prices = command.priceCatalogue ?? environment["DROVER_PRICE_CATALOGUE"]
    shown.append(
      (
        "price-catalogue", prices ?? "built-in",
        command.priceCatalogue != nil ? "--price-catalogue" : prices != nil ? "DROVER_PRICE_CATALOGUE" : "default"
      ))
    guard let address = ListenAddress(listen) else {
      throw DaemonError("--listen \(listen): must be HOST:PORT, such as 127.0.0.1:3001")
    }
    let format = command.logFormat ?? environment["DROVER_LOG_FORMAT"] ?? (isTerminal ? "text" : "json")
    guard format == "text" || format == "json" else {
      throw DaemonError("--log-format \(format): must be text or json")
    }
    let level = command.logLevel ?? environment["DROVER_LOG_LEVEL"] ?? "info"
    guard let logLevel = Logger.Level(rawValue: level) else {
      throw DaemonError("--log-level \(level): must be trace, debug, info, notice, warning, error or critical")
    }
    return DaemonSettings(
      roots: roots, statusDirectory: status, stateDirectory: state, hostPolicyPath: policy, priceCataloguePath: prices,
      listen: address, gateway: gateway, passedGateway: passedGateway.first, passed: passed,
      allowsUnauthenticatedNetwork: command.allowUnauthenticatedRemote, isOnce: command.once,
      logsAsText: format == "text", logLevel: logLevel, environment: environment, shown: shown)
  }
}

extension DaemonSettings {
  /// What the service manager calls the gateway's socket.
  private static let gatewaySocket = "gateway"

  private static func gateway(
    _ flag: String?, _ environment: [String: String], _ passed: [PassedSocket],
    _ shown: inout [(name: String, value: String, source: String)]
  ) throws(DaemonError) -> ListenAddress? {
    if let socket = passed.first {
      guard passed.count == 1, case .tcp(let address) = socket.address else {
        throw DaemonError("LISTEN_FDS: socket '\(gatewaySocket)' must be one TCP socket")
      }
      shown.append(("gateway", "\(address)", "LISTEN_FDS"))
      return address
    }
    guard let text = flag ?? environment["DROVER_GATEWAY"] else {
      shown.append(("gateway", "none", "default"))
      return nil
    }
    guard let address = ListenAddress(text) else {
      throw DaemonError("--gateway \(text): must be HOST:PORT, such as 127.0.0.1:4000")
    }
    shown.append(("gateway", text, flag != nil ? "--gateway" : "DROVER_GATEWAY"))
    return address
  }

  private static func passed(_ sockets: [ServiceSocket]) throws(DaemonError) -> [PassedSocket] {
    var passed: [PassedSocket] = []
    for socket in sockets {
      switch socket.address {
      case .tcp(let host, let port):
        passed.append(PassedSocket(descriptor: socket.descriptor, address: .tcp(ListenAddress(host: host, port: port))))
      case .unix(let path): passed.append(PassedSocket(descriptor: socket.descriptor, address: .socket(path)))
      }
    }
    return passed
  }

  /// Whether diagnostics go to a terminal.
  static var isTerminal: Bool { Terminal.isStandardError }
}
