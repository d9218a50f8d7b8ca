import Glibc
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

/// Serves the API on a unix domain socket of its owner alone.
struct SocketServer: Service {
  /// Size of `sun_path`, unix(7); the last byte is 0.
  static let pathLimit = 108

  let path: String
  let responder: ControlResponder
  let logger: Logger
  let onBound: @Sendable (BoundAddress) -> Void

  func run() async throws {
    // Whoever made a socket here is gone: the state lock says so.
    unlink(path)
    let server = try responder.server(at: .unixDomainSocket(path: path), logger: logger) { [path, logger, onBound] _ in
      if chmod(path, 0o600) != 0 {
        logger.warning("cannot set the mode of the socket", metadata: ["path": "\(path)", "errno": "\(errno)"])
      }
      onBound(.socket(path))
    }
    defer { unlink(path) }
    do { try await server.run() } catch let error as IOError {
      throw ListenError.failed(address: path, cause: error.sentence)
    }
  }
}
