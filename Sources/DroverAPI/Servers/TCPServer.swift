import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

/// Serves the API on one TCP address.
struct TCPServer: Service {
  private let address: ListenAddress
  private let responder: ControlResponder
  private let logger: Logger
  private let onBound: @Sendable (BoundAddress) -> Void
  /// Delivers the port to take, where another server chooses it.
  private var port: AsyncStream<Int>?

  /// One server, or two where the address is that of IPv4's loopback: `localhost` may mean `::1` to a client. A host
  /// without IPv6 goes without the second.
  static func servers(
    _ address: ListenAddress, responder: ControlResponder, logger: Logger,
    onBound: @escaping @Sendable (BoundAddress) -> Void
  ) -> [any Service] {
    guard address.host == "127.0.0.1" || address.host == "localhost" else {
      return [TCPServer(address: address, responder: responder, logger: logger, onBound: onBound)]
    }
    let (ports, chosen) = AsyncStream<Int>.makeStream()
    let first = ListenAddress(host: "127.0.0.1", port: address.port)
    let second = ListenAddress(host: "::1", port: address.port)
    return [
      TCPServer(address: first, responder: responder, logger: logger) { bound in
        onBound(bound)
        // The second server begins only now, and so is told of after the first.
        if case .tcp(let address) = bound { chosen.yield(address.port) }
      },
      TCPServer(address: second, responder: responder, logger: logger, onBound: onBound, port: ports),
    ]
  }

  private init(
    address: ListenAddress, responder: ControlResponder, logger: Logger,
    onBound: @escaping @Sendable (BoundAddress) -> Void, port: AsyncStream<Int>? = nil
  ) {
    self.address = address
    self.responder = responder
    self.logger = logger
    self.onBound = onBound
    self.port = port
  }

  func run() async throws {
    guard let port else { return try await serve(on: address) }
    let chosen = await cancelWhenGracefulShutdown {
      for await number in port { return number as Int? }
      return nil
    }
    guard let chosen else { return }
    do {
      try await serve(on: ListenAddress(host: address.host, port: chosen))
    } catch let error as ListenError {
      logger.info("the control API goes without IPv6", metadata: ["cause": "\(error)"])
      try await gracefulShutdown()
    }
  }

  private func serve(on address: ListenAddress) async throws {
    let server = try responder.server(at: .hostname(address.host, port: address.port), logger: logger) {
      [onBound] channel in
      onBound(.tcp(ListenAddress(host: address.host, port: channel.localAddress?.port ?? address.port)))
    }
    do { try await server.run() } catch let error as IOError {
      throw ListenError.failed(address: address.description, cause: error.sentence)
    }
  }
}

extension HTTPServerBuilder {
  /// A connection that sends nothing is closed after a while, unless it waits for its reply.
  static var control: HTTPServerBuilder {
    .http1(configuration: .control)
  }
}

extension HTTP1Channel.Configuration {
  static var control: HTTP1Channel.Configuration { HTTP1Channel.Configuration(idleTimeout: .seconds(120)) }
}

extension Logger {
  /// The framework repeats what is thrown anyway; its own lines are left out.
  var quiet: Logger {
    var logger = self
    logger.logLevel = .critical
    return logger
  }
}

extension IOError {
  /// The kernel's word, and what to do about the usual one.
  var sentence: String {
    switch errnoCode {
    case EADDRINUSE: "another program listens there; stop it, or choose another address"
    case EACCES: "this user may not listen there; choose a port above 1023"
    case EADDRNOTAVAIL: "this machine has no such address"
    default: String(cString: strerror(errnoCode))
    }
  }
}
