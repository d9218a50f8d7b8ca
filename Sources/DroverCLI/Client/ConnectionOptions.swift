package import ArgumentParser
import Glibc

/// Which droverd a command talks to.
package struct ConnectionOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Address of the control API.", valueName: "http://host:port"))
  package var server: String?

  @Option(
    help: ArgumentHelp(
      "The socket of droverd; default: $DROVER_SOCKET, ./state/droverd.sock, then those of the system.",
      valueName: "path"))
  package var socket: String?

  package init() {}

  /// Whether the command line names a server, so that not reaching it is an error and never a reason to go on without.
  var isExplicit: Bool { server != nil || socket != nil }

  package func validate() throws {
    if server != nil, socket != nil { throw ValidationError("--server and --socket exclude each other") }
  }

  /// The server that is meant. Nil: none is named, and no socket stands at the usual places.
  func address(in console: Console) throws(CLIError) -> ServerAddress? {
    if let server { return try ServerAddress(serverOption: server) }
    if let socket { return .unix(socket) }
    if let socket = console.environment["DROVER_SOCKET"], !socket.isEmpty { return .unix(socket) }
    return ConnectionOptions.candidates(console).first { access($0, F_OK) == 0 }.map { .unix($0) }
  }

  func client(in console: Console) throws(CLIError) -> FleetClient {
    guard let address = try address(in: console) else {
      let places = ConnectionOptions.candidates(console).joined(separator: ", ")
      throw CLIError(
        "cannot reach droverd: no socket at \(places); start it with 'drover run --manifests DIR' or name another "
          + "with --server or --socket")
    }
    return ConnectionOptions.client(at: address, in: console)
  }

  static func client(at address: ServerAddress, in console: Console) -> FleetClient {
    let transport = TokenTransport.wrapping(
      console.connect(address), to: address, environment: console.environment)
    return FleetClient(transport: transport, address: address)
  }

  private static func candidates(_ console: Console) -> [String] {
    var places = ["state/droverd.sock"]
    if let runtime = console.environment["XDG_RUNTIME_DIR"], !runtime.isEmpty {
      places.append(runtime + "/drover/droverd.sock")
    }
    return places + ["/run/drover/droverd.sock", "/var/lib/drover/state/droverd.sock"]
  }
}
